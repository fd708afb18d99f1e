/** Prints, after every run, what the run did not test and why. Tests add lines; missing programs add their own. */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { find, type Program } from './services.ts';

const LIST = 'HAI_NOT_TESTED_LIST';

/** What no run can test here; `docs/testing.md` says more. */
const STANDING_GAPS = [
  'real refill-station hardware: no station is attached; the simulator and real PTYs stand in for it',
  'docker compose: no Docker engine is assumed; the same configuration files run under the installed mosquitto and influxd',
];

/** Says that something was skipped; shown once at the end of the run. */
export function notTested(what: string, why: string): void {
  const list = process.env[LIST];
  if (list) appendFileSync(list, `${what}: ${why}\n`);
}

/** `true` when all programs are installed; otherwise records the gap, so that the skip is printed. */
export function available(what: string, ...programs: Program[]): boolean {
  const missing = programs.filter((p) => find(p) === null);
  if (missing.length > 0) notTested(what, `not installed: ${missing.join(', ')}`);
  return missing.length === 0;
}

export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'hai-not-tested-'));
  process.env[LIST] = join(folder, 'list');
  return () => {
    const list = join(folder, 'list');
    const skipped = existsSync(list) ? [...new Set(readFileSync(list, 'utf8').split('\n').filter(Boolean))] : [];
    console.log(
      ['\nNot tested in this run:', ...[...STANDING_GAPS, ...skipped].map((line) => `  - ${line}`)].join('\n'),
    );
    rmSync(folder, { recursive: true, force: true });
  };
}
