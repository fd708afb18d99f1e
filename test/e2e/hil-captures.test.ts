/** Raw bytes of runs as captures: to look at, to play again, and to hold the simulator against. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/services.ts';

const PROGRAM = join(import.meta.dirname, '../../dist/src/cli/main.js');
const folder = temporaryFolder();
const scenario = (name: string, seed: number, more: string) => `scenario: ${name}
about: x
setup: { seed: ${seed}, lasts: 40 s, stations: [{ plays: idle, visits: 0 }] }
${more}expect:
  - stored: { rows: "> 200" }
    requirement: REQ-KEEP-04
  - stored: { complete: true }
    requirement: REQ-KEEP-04
`;
const CAPTURE = 'quiet.capture.jsonl';

beforeAll(() => {
  writeFileSync(join(folder.path, 'quiet.yaml'), scenario('quiet', 1, '').replace('40 s', '200 s'));
  writeFileSync(join(folder.path, 'other-seed.yaml'), scenario('other-seed', 2, ''));
  const anew = 'steps:\n  - { at: 20 s, daemon: restart }\n';
  writeFileSync(join(folder.path, 'anew.yaml'), scenario('anew', 1, anew).replace('rows: "> 200"', 'rows: "> 100"'));
});
afterAll(() => folder.remove());

async function hai(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: folder.path });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

describe('captures of runs', { timeout: 60_000 }, () => {
  it('are left for each scenario, a later run instead of the one before, one for each start of the daemon', async () => {
    const first = await hai('hil', 'run', 'quiet.yaml', 'anew.yaml', '--captures', 'captures');
    expect(first.code, first.out + first.err).toBe(0);
    const files = () => readdirSync(join(folder.path, 'captures')).sort();
    expect(files()).toEqual(['anew-2.capture.jsonl', 'anew.capture.jsonl', CAPTURE]);
    const { size } = statSync(join(folder.path, 'captures', CAPTURE));
    const again = await hai('hil', 'run', 'quiet.yaml', '--captures', 'captures');
    expect(again.code).toBe(0);
    expect(files()).toHaveLength(3);
    expect(statSync(join(folder.path, 'captures', CAPTURE)).size).toBeLessThan(size * 1.2);
  });

  it('are whole: read to the end, also by a reader behind a pipe, and can be a target', async () => {
    const { code, out } = await hai('decode', '--json', `captures/${CAPTURE}`);
    expect(code).toBe(0);
    // More than a pipe holds.
    expect(out.length).toBeGreaterThan(600_000);
    expect(out.split('\n').filter((line) => line.includes('"what":"TEL"')).length).toBeGreaterThan(1990);
    const replayed = await hai('hil', 'run', 'quiet.yaml', '--target', `replay:captures/${CAPTURE}`);
    expect(replayed.code, replayed.out + replayed.err).toBe(0);
  });

  it('are not made of what is a capture already', async () => {
    const args = ['hil', 'run', 'quiet.yaml', '--target', `replay:captures/${CAPTURE}`, '--captures', 'again'];
    const { code, err } = await hai(...args);
    expect([code, err]).toEqual([2, 'hai-bridge hil run: --captures: what is replayed is a capture already\n']);
  });

  it('hold the simulator, which plays the scenario once more, against a recording', async () => {
    const same = await hai('fidelity', 'quiet.yaml', `captures/${CAPTURE}`, '--json');
    expect(same.code, same.err).toBe(0);
    const { commonS, channels } = JSON.parse(same.out) as { commonS: number; channels: { rms: number | null }[] };
    expect(commonS).toBeGreaterThan(38);
    const differences = channels.flatMap(({ rms }) => rms ?? []);
    expect(differences).not.toHaveLength(0);
    for (const rms of differences) expect(rms).toBe(0);
    const other = await hai('fidelity', 'other-seed.yaml', `captures/${CAPTURE}`, '--json');
    const unlike = (JSON.parse(other.out) as { channels: { rms: number | null }[] }).channels;
    expect(unlike.some(({ rms }) => (rms ?? 0) > 0)).toBe(true);
  });

  it('a scenario that cannot be read is named with its place', async () => {
    writeFileSync(join(folder.path, 'broken.yaml'), 'scenario: broken\nabout: x\nsetop: {}\n');
    const broken = await hai('fidelity', 'broken.yaml', `captures/${CAPTURE}`);
    expect([broken.code, broken.err]).toEqual([2, expect.stringContaining('broken.yaml:3:1: unknown key "setop"')]);
  });
});
