/** One scenario, other worlds: a capture, and a bench whose station is the simulator on a pseudo terminal. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ScenarioResult } from '../../src/hil/run-scenario.ts';
import { available } from '../support/what-was-not-tested.ts';

const ROOT = join(import.meta.dirname, '../..');
const CAPTURE = join(ROOT, 'test/golden/incidents/bits-flipped-on-the-cable/capture.jsonl');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hai-targets-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function scenario(name: string, text: string): string {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, `scenario: ${name}\nabout: x\n${text}`);
  return file;
}

/** `answers`: what somebody at the terminal does about each question. */
function hil(args: string[], answers: (asked: string, enter: () => void) => void = () => {}) {
  const json = join(folder, 'results.json');
  const child = spawn(process.execPath, [join(ROOT, 'dist/src/cli/main.js'), 'hil', 'run', ...args, '--json', json], {
    cwd: ROOT,
  });
  let out = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    out += `${line}\n`;
    if (line.includes('At the bench:')) answers(line, () => child.stdin.write('\n'));
  });
  return new Promise<{ code: number | null; out: string; result: () => ScenarioResult }>((done) =>
    child.once('close', (code) =>
      done({
        code,
        out,
        result: () => (JSON.parse(readFileSync(json, 'utf8')) as ScenarioResult[])[0] as ScenarioResult,
      }),
    ),
  );
}

const DAMAGED = `expect:
  - status: { state: live, within: 2 s }
    requirement: REQ-WIRE-01
  - counter: { name: faults.bad-checksum, is: "3" }
    requirement: REQ-WIRE-02
  - stored: { rows: "62" }
    requirement: REQ-KEEP-04
  - stored: { complete: true }
    requirement: REQ-KEEP-04
`;

describe('a capture as target', () => {
  it('is judged by what was recorded, twice the same; what only a simulator knows is not judged, and said', async () => {
    const file = scenario('damaged', DAMAGED);
    const xml = join(folder, 'junit.xml');
    const both = [];
    for (let turn = 0; turn < 2; turn++) {
      const { code, out, result } = await hil([file, '--target', `replay:${CAPTURE}`, '--junit', xml]);
      expect(code, out).toBe(0);
      expect(out).toMatch(/3\/3 .*1 not judged/);
      const { tookS: _, startS: __, ...rest } = result();
      both.push(rest);
    }
    expect(both[1]).toEqual(both[0]);
    expect(both[0]?.lastedS).toBeCloseTo(6.2, 0);
    expect(readFileSync(xml, 'utf8')).toMatch(/skipped="1"[\s\S]*<skipped message="not judged/);
  });

  it('fails what the recording does not hold', async () => {
    const { code, out } = await hil([scenario('more', DAMAGED.replace('"3"', '"4"')), '--target', `replay:${CAPTURE}`]);
    expect(code).toBe(1);
    expect(out).toMatch(/again: hai-bridge hil run .*more\.yaml --target replay:/);
  });

  it('is refused with the line for a scenario that waits for the truth, or has no papers', async () => {
    const steps = 'steps:\n  - { when: { truth: fill }, daemon: restart }\n  - { at: 1 s, screen: { do: begin } }\n';
    const { code, out } = await hil([scenario('truth', steps + DAMAGED), '--target', `replay:${CAPTURE}`]);
    expect(code).toBe(2);
    expect(out).toMatch(/truth\.yaml:4: waits for the truth of a simulated patient/);
    expect(out).toMatch(/truth\.yaml:5: begins a refill: setup\.bench/);
  });

  it('that is no capture is refused', async () => {
    const { code, out } = await hil([scenario('any', DAMAGED), '--target', `replay:${join(folder, 'any.yaml')}`]);
    expect(code).toBe(2);
    expect(out).toMatch(/any\.yaml: is no capture of hai-bridge/);
  });
});

describe.skipIf(!available('a bench on a pseudo terminal', 'socat'))('a bench as target', () => {
  /** The station on the bench: it is told what the hands at the bench do. */
  async function bench(): Promise<{ port: string; order: (order: object) => void }> {
    const ports = join(folder, 'ports');
    const child = spawn(
      process.execPath,
      ['dist/simulator/main.js', '--json', '--control', '--pty', ports, '--scenario', 'nominal-refill', '--seed', '5'],
      { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] },
    );
    undo.push(() => child.kill());
    const port = await new Promise<string>((done) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const said = JSON.parse(line) as { url?: string };
        if (said.url !== undefined) done(said.url);
      });
    });
    return { port, order: (order) => child.stdin.write(`${JSON.stringify(order)}\n`) };
  }

  const BENCH = `setup:
  lasts: 25 s
  bench: { pumpSerial: P0042, model: codman-3000-30, label: 1.3 mL/d, order: { fill: 30 mL, drug: FUDR } }
steps:
  - { id: begin, at: 6 s, screen: { do: begin } }
  - { id: pull, station: unplug }
  - { id: wait, after: 3 s, operator: look at the screen }
  - { id: again, station: replug }
expect:
  - refill: { at: "step:begin", after: 1 s, outcome: in-progress }
    requirement: REQ-REFILL-01
  - alarm: { condition: stationQuietInRefill, of: "step:pull", within: 6 s, endsWithin: 8 s, endsOf: "step:again" }
    requirement: REQ-FRESH-02
  - status: { state: live, of: "step:again", within: 6 s }
    requirement: REQ-LINK-02
  - stored: { rows: "> 50" }
    requirement: REQ-KEEP-04
`;

  it('is played in real time, and somebody is asked to do what needs hands', { timeout: 90_000 }, async () => {
    const { port, order } = await bench();
    const asked: string[] = [];
    const { code, out, result } = await hil([scenario('bench', BENCH), '--target', `link:${port}`], (line, enter) => {
      asked.push(line.replace(/.*bench:\S*\s*/, ''));
      if (line.includes('pull the cable')) order({ do: 'unplug', station: 1 });
      if (line.includes('plug the cable')) order({ do: 'replug', station: 1 });
      enter();
    });
    expect(code, out).toBe(0);
    expect(asked.map((text) => text.slice(0, 20))).toEqual([
      'pull the cable of th',
      'look at the screen. ',
      'plug the cable of th',
    ]);
    expect(result().verdicts.every(({ judged }) => judged)).toBe(true);
    expect(result().excerpts).toEqual([]);
  });

  it('on a port where nobody answers fails and says so', { timeout: 60_000 }, async () => {
    const { code, out } = await hil([scenario('nobody', BENCH), '--target', `link:${join(folder, 'no-port')}`]);
    expect(code).toBe(1);
    expect(out).toMatch(/no-port: no station was live within 20 s/);
  });

  it('refuses what only simulated stations can be told', async () => {
    const file = scenario('fault', BENCH.replace('operator: look at the screen', 'fault: { bit-flip: 5 % }'));
    const { code, out } = await hil([file, '--target', 'link:/dev/ttyUSB9']);
    expect(code).toBe(2);
    expect(out).toMatch(/fault\.yaml:9: fault: only simulated stations can be told/);
  });
});
