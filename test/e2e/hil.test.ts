/** `hai-bridge hil run` as it is built: a few short scenarios of the library, one that must fail, one that cannot be read. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScenarioResult } from '../../src/hil/run-scenario.ts';

const ROOT = join(import.meta.dirname, '../..');
const library = (...names: string[]) => names.map((name) => join(ROOT, 'scenarios', `${name}.yaml`));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hai-hil-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function hil(...args: string[]): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'dist/src/cli/main.js'), 'hil', 'run', ...args], { cwd: ROOT });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
  }
  return new Promise((done) => child.once('close', (code) => done({ code, out })));
}

const results = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as ScenarioResult[];

describe('hil run', () => {
  it('passes a few scenarios, and the same seed gives the same ledger and the same report, times aside', {
    timeout: 240_000,
  }, async () => {
    const files = library('two-of-one-identity', 'cable-fault-on-and-off', 'store-locked', 'broker-half-open');
    const both = [];
    for (const turn of ['a', 'b']) {
      const json = join(folder, `${turn}.json`);
      const { code, out } = await hil(...files, '--json', json, '--ledgers', join(folder, turn));
      expect(code, out).toBe(0);
      both.push(results(json).map(({ tookS: _, startS: __, ...rest }) => rest));
    }
    expect(both[1]).toEqual(both[0]);
    const ledger = (turn: string) => readFileSync(join(folder, turn, 'cable-fault-on-and-off.jsonl'));
    expect(ledger('a').equals(ledger('b'))).toBe(true);
  });

  it('a scenario that expects too much fails with 1, says what was seen and how to repeat it', async () => {
    const file = join(folder, 'wants-more.yaml');
    writeFileSync(
      file,
      'scenario: wants-more\nabout: x\nsetup: { lasts: 10 s, stations: [{ plays: idle, visits: 0 }] }\nexpect:\n' +
        '  - stored: { rows: "> 100000" }\n    requirement: REQ-KEEP-04\n',
    );
    const [xml, page] = [join(folder, 'junit.xml'), join(folder, 'report.html')];
    const { code, out } = await hil(file, '--junit', xml, '--html', page);
    expect(code).toBe(1);
    expect(out).toMatch(/wants-more\.yaml:5: stored/);
    expect(out).toMatch(/seen: \d+ readings/);
    expect(out).toContain(`again: hai-bridge hil run ${file}`);
    expect(readFileSync(xml, 'utf8')).toMatch(/<testsuite name="wants-more" tests="1" failures="1" errors="0"/);
    expect(readFileSync(page, 'utf8')).toContain('REQ-KEEP-04');
  });

  it('a file that cannot be read ends with 2 and its line and column', async () => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, 'scenario: wrong\nabout: x\nexpekt: []\n');
    const { code, out } = await hil(file);
    expect(code).toBe(2);
    expect(out).toMatch(/wrong\.yaml:3:1: unknown key "expekt"; did you mean expect\?/);
  });
});
