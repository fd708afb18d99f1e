import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { type Finding, fail, ok, warn } from './finding.ts';

const SYNCED_FILE = '/run/systemd/timesync/synchronized';
const COMPARE_MS = 250;
const LARGEST_STEP_MS = 20;
/** No machine that runs this software can be in an earlier year: its clock has lost the date. */
const EARLIEST_YEAR = 2025;
const LATEST_YEAR = 2100;

/** `null` when the system does not say. */
async function synchronized(): Promise<boolean | null> {
  try {
    const { stdout } = await promisify(execFile)('timedatectl', ['show', '--property=NTPSynchronized', '--value'], {
      timeout: 2000,
    });
    if (/^(yes|no)$/.test(stdout.trim())) return stdout.trim() === 'yes';
  } catch {
    // No systemd here (a container, another system): the file of systemd-timesyncd may still be there.
  }
  return existsSync(SYNCED_FILE) ? true : null;
}

export function checkYear(utcMs: number): Finding[] {
  const year = new Date(utcMs).getUTCFullYear();
  if (year >= EARLIEST_YEAR && year < LATEST_YEAR) return [ok('clock', new Date(utcMs).toISOString())];
  return [fail('clock', `the year is ${year}`, 'set the date: sudo timedatectl set-ntp true, or date -s')];
}

/** Year, synchronisation, and whether the clock is being stepped right now. */
export async function checkClock(): Promise<Finding[]> {
  const utc = Date.now();
  const monotonic = performance.now();
  const synced = await synchronized();
  await new Promise((resolve) => setTimeout(resolve, COMPARE_MS));
  const step = Date.now() - utc - (performance.now() - monotonic);
  const findings = checkYear(utc);
  if (Math.abs(step) > LARGEST_STEP_MS) {
    findings.push(
      warn(
        'clock',
        `UTC stepped by ${step.toFixed(0)} ms against the monotonic clock`,
        'let one time service alone set it, by slewing',
      ),
    );
  }
  const remedy = 'turn on time synchronisation: sudo timedatectl set-ntp true (or install chrony)';
  if (synced === null)
    findings.push(warn('clock sync', 'this system does not say whether its clock is synchronised', remedy));
  else findings.push(synced ? ok('clock sync', 'synchronised') : warn('clock sync', 'not synchronised', remedy));
  return findings;
}
