/**
 * A client that shares no code with the project (Python, standard library) updates a simulated station over TCP, between
 * telemetry and console text.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseFirmwareFault } from '../../../simulator/firmware/faults.ts';
import type { FirmwareOptions } from '../../../simulator/firmware/options.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { notTested } from '../../support/what-was-not-tested.ts';
import { KEY, smallImage } from './firmware-bench.ts';

const CLIENT = join(import.meta.dirname, '../../support/reference/smp-client.py');
const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) notTested('firmware of a simulated station by an independent client', 'not installed: python3');

const QUICK = { bootMs: 100, swapMsPerSector: 3, eraseMsPerSector: 1 };
const keys = [KEY.publicKey];
const folder = mkdtempSync(join(tmpdir(), 'hai-smp-'));
let simulator: Simulator | null = null;
afterEach(async () => {
  await simulator?.stop();
  simulator = null;
});
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

async function station(firmware: FirmwareOptions, baud?: number): Promise<string> {
  simulator = await startSimulator({
    ports: { kind: 'tcp', host: '127.0.0.1', port: 0 },
    rateHz: 50,
    seed: 1,
    firmware: [{ trustedKeys: keys, timing: QUICK, console: 'noisy', ...firmware }],
    ...(baud === undefined ? {} : { baud }),
  });
  return simulator.stations[0]?.url.replace('tcp://', '') ?? '';
}

/** Answers to the commands, in order, and how many lines of others were in between. */
function client(address: string, commands: string[]): Promise<{ answers: unknown[]; others: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn('python3', [CLIENT, address], { stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '';
    let problem = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      problem += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) return reject(new Error(problem));
      const lines = out
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
      resolve({ answers: lines.map((line) => line.answer), others: lines.at(-1)?.others ?? 0 });
    });
    child.stdin.end(commands.map((command) => `${command}\n`).join(''));
  });
}

function imageFile(minor: number): string {
  const file = join(folder, `image-1.${minor}.0.bin`);
  writeFileSync(file, smallImage(minor));
  return file;
}

describe.skipIf(!hasPython)('a client of another make', () => {
  it('reads, uploads, tests, resets and confirms', async () => {
    const address = await station({});
    const { answers, others } = await client(address, [
      'echo hello',
      'params',
      'slots',
      'list',
      `upload ${imageFile(1)}`,
      'test',
      'reset',
      'wait 1.1.0',
      'confirm',
      'list',
    ]);
    const [echo, params, slots, before, upload, test, reset, running, confirm, after] = answers as Record<
      string,
      never
    >[];
    expect(echo).toEqual({ r: 'hello' });
    expect(params).toEqual({ buf_size: 384, buf_count: 4 });
    expect(slots).toMatchObject({
      images: [
        {
          image: 0,
          slots: [
            { slot: 0, size: 262144 },
            { slot: 1, upload_image_id: 0 },
          ],
        },
      ],
    });
    expect(before).toMatchObject({
      images: [{ slot: 0, version: '1.0.0', active: true, confirmed: true }],
      splitStatus: 0,
    });
    expect(upload).toMatchObject({ off: smallImage(1).length });
    expect(test).toMatchObject({
      images: [{ slot: 0 }, { slot: 1, version: '1.1.0', pending: true, permanent: false }],
    });
    expect(reset).toEqual({});
    expect(running).toMatchObject({ slot: 0, version: '1.1.0', active: true, confirmed: false });
    expect(confirm).toMatchObject({ images: [{ slot: 0, version: '1.1.0', confirmed: true }] });
    expect((after as { images: unknown[] } | undefined)?.images.length).toBe(1);
    expect(simulator?.firmware(1).version).toBe('1.1.0');
    // Telemetry and console text were on the same wire all the time.
    expect(others).toBeGreaterThan(20);
  });

  it('reaches the boot loader, and comes back', async () => {
    const address = await station({});
    const commands = ['recovery', 'until-buffer 1024', 'list', 'echo hi', 'reset', 'wait 1.0.0', 'echo back'];
    const { answers } = await client(address, commands);
    const hash = expect.stringMatching(/^h[0-9a-f]{64}$/);
    expect(answers).toEqual([
      {},
      { buf_size: 1024, buf_count: 1 },
      { images: [{ slot: 0, version: '1.0.0', hash }] },
      { rc: 8 },
      { rc: 0 },
      expect.objectContaining({ version: '1.0.0', active: true }),
      { r: 'back' },
    ]);
  });

  it('is served by an old server, at the speed of a serial line', async () => {
    const address = await station({ faults: [parseFirmwareFault('rc-zero')] }, 115_200);
    const beganMs = performance.now();
    const { answers } = await client(address, ['echo hello', `upload ${imageFile(2)}`]);
    expect(answers).toEqual([
      { rc: 0, r: 'hello' },
      { off: smallImage(2).length, pieces: expect.any(Number) },
    ]);
    // 2.7 kB of image are 4 kB of frames: at 11,520 bytes a second not under 0.3 s.
    expect(performance.now() - beganMs).toBeGreaterThan(300);
  });
});
