import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { parseImage } from '../../../protocols/smp/index.ts';
import { readCommandLine } from '../../../simulator/command-line.ts';
import { obey } from '../../../simulator/control.ts';
import { firmwareFaultList } from '../../../simulator/firmware/command-line.ts';
import { parseFirmwareFault, STEPS } from '../../../simulator/firmware/faults.ts';
import { IMAGE_FLAWS } from '../../../simulator/firmware/image-builder.ts';
import { makeImage } from '../../../simulator/firmware/make-image.ts';
import { isSignedBy, SIGNATURE_ALGORITHMS } from '../../../simulator/firmware/signing.ts';
import { startSimulator } from '../../../simulator/simulator.ts';

const ROOT = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'hai-image-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function complaint(run: () => void): string {
  let said = '';
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
  try {
    expect(run).toThrow();
  } finally {
    stderr.mockRestore();
  }
  return said;
}

/** What was made, as it says. */
function made(...argv: string[]) {
  const said: string[] = [];
  makeImage([...argv, '--json'], (text) => said.push(text));
  return JSON.parse(said.join('')) as {
    file: string;
    bytes: number;
    version: string;
    hash: string;
    publicKeyFile: string;
  };
}

describe('make-image', () => {
  it.each(SIGNATURE_ALGORITHMS)(
    'makes a key for %s, readable by its owner alone, and an image signed with it',
    (algorithm) => {
      const out = join(folder, algorithm);
      const first = made('--out', out, '--algorithm', algorithm, '--image-version', '1.1.0+5', '--size', '2000');
      expect(first.file).toBe(join(out, 'station-1.1.0.5.bin'));
      expect(statSync(join(out, 'signing-key.pem')).mode & 0o777).toBe(0o600);
      const second = made('--out', out, '--image-version', '1.2.0', '--size', '2000');
      const key = createPublicKey(readFileSync(first.publicKeyFile));
      for (const { file, hash, bytes } of [first, second]) {
        const bin = readFileSync(file);
        const image = parseImage(bin);
        if (image.kind !== 'image') throw new Error(image.detail);
        expect([bin.length, Buffer.from(image.hash?.value ?? []).toString('hex')]).toEqual([bytes, hash]);
        expect(image.hardwareRevisions).toEqual(['SIM-A']);
        expect(image.signatures.map((s) => isSignedBy(bin.subarray(0, image.hashed.to), s, key))).toEqual([true]);
      }
    },
  );

  it('makes every flaw, and takes revisions, counter and key from outside', () => {
    const key = join(folder, 'ed25519', 'signing-key.pem');
    const out = join(folder, 'flaws');
    for (const flaw of Object.keys(IMAGE_FLAWS)) {
      expect(made('--out', out, '--key', key, '--size', '2000', '--flaw', flaw).file).toBe(
        join(out, `station-1.1.0-${flaw}.bin`),
      );
    }
    const { file } = made(
      '--out',
      out,
      '--key',
      key,
      '--hardware',
      'A',
      '--hardware',
      'B',
      '--security-counter',
      '9',
      '--size',
      '100',
    );
    expect(parseImage(readFileSync(file))).toMatchObject({
      hardwareRevisions: ['A', 'B'],
      securityCounter: 9,
      bodyBytes: 100,
    });
  });

  it('says what it made to a person', () => {
    const said: string[] = [];
    makeImage(['--out', join(folder, 'said'), '--size', '1000', '--flaw', 'not-an-image'], (text) => said.push(text));
    expect(said.join('\n')).toMatch(
      /station-1\.1\.0-not-an-image\.bin {2}version 1\.1\.0, \d+ bytes, not-an-image\nimage hash {2}none/,
    );
  });

  it.each<[string[], RegExp]>([
    [[], /--out <dir>' not specified/],
    [['--out', 'x', '--image-version', 'new'], /1\.2\.3 or 1\.2\.3\+4/],
    [['--out', 'x', '--size', '0'], /whole number 1\.\./],
    [['--out', 'x', '--flaw', 'ugly'], /Allowed choices are tampered/],
    [['--out', '/dev/null/x'], /ENOTDIR/],
    [['--out', folder, '--key', '/no/such/key'], /\/no\/such\/key cannot be read/],
    [['--out', folder, '--key', import.meta.filename], /holds no such key in PEM form/],
  ])('%j is refused', (argv, why) => {
    expect(complaint(() => makeImage(argv, () => {}))).toMatch(why);
  });
});

describe("the simulator's options about firmware", () => {
  const read = (...argv: string[]) => readCommandLine(['--tcp', '0', ...argv]);

  it('have usual values', () => {
    expect(read()).toMatchObject({
      baud: undefined,
      firmware: [
        {
          ...{
            factoryVersion: { major: 1, minor: 0, revision: 0, build: 0 },
            hardwareRevision: 'SIM-A',
            trustedKeys: [],
          },
          ...{ faults: [], bufferBytes: 384, bufferCount: 4, console: 'silent', telemetry: 'pauses' },
        },
      ],
    });
  });

  it('are given in turn to the stations', async () => {
    const line = read(
      '--firmware-version',
      '1.0.0,0.9.2',
      '--hardware-revision',
      'SIM-A,SIM-B,SIM-C',
      '--stations',
      '3',
    );
    const simulator = await startSimulator({ ports: line.ports, stations: 3, firmware: line.firmware });
    try {
      const names = [1, 2, 3].map((n) => `${simulator.firmware(n).version} ${simulator.firmware(n).hardwareRevision}`);
      expect(names).toEqual(['1.0.0 SIM-A', '0.9.2 SIM-B', '1.0.0 SIM-C']);
      const order = '{"do":"firmware","station":2,"faults":["hang","power-loss:swap-50"]}';
      expect(await obey(simulator, order)).toEqual({
        done: 'firmware',
        station: 2,
        phase: 'application',
        version: '0.9.2',
      });
      expect(simulator.firmware(2).faults.has('hang')).toBe(true);
      expect(await obey(simulator, '{"do":"firmware","station":2}')).toHaveProperty('done');
      expect(simulator.firmware(2).faults.has('hang')).toBe(false);
      for (const bad of [
        '{"do":"firmware","faults":"hang"}',
        '{"do":"firmware","faults":["gremlins"]}',
        '{"do":"firmware","station":9}',
      ]) {
        expect(await obey(simulator, bad)).toHaveProperty('error');
      }
    } finally {
      await simulator.stop();
    }
  });

  it('are all read', () => {
    const { publicKeyFile } = made('--out', join(folder, 'keys'), '--size', '100');
    const argv = [
      '--firmware-key',
      publicKeyFile,
      '--firmware-fault',
      'busy:3',
      '--firmware-fault',
      'rc-zero',
      '--smp-buffer',
      '1024x2',
    ];
    const { firmware, baud } = read(...argv, '--console-noise', '--telemetry-in-update', 'continues', '--baud', '9600');
    expect(baud).toBe(9600);
    expect(firmware[0]).toMatchObject({
      ...{ bufferBytes: 1024, bufferCount: 2, console: 'noisy', telemetry: 'continues' },
      faults: [{ name: 'busy', value: 3 }, { name: 'rc-zero' }],
    });
    expect(firmware[0]?.trustedKeys?.length).toBe(1);
  });

  it.each<[string[], RegExp]>([
    [['--firmware-version', '1.x'], /is no version/],
    [['--hardware-revision', 'a,,b'], /1\.\.32 printable/],
    [['--firmware-key', '/no/such'], /cannot be read/],
    [['--firmware-fault', 'gremlins'], /there is power-loss/],
    [['--smp-buffer', '10'], /64\.\.8192 bytes/],
    [['--smp-buffer', '384x0'], /64\.\.8192 bytes/],
    [['--baud', '299'], /300\.\.4000000/],
    [['--telemetry-in-update', 'maybe'], /Allowed choices are pauses/],
  ])('%j is refused', (argv, why) => {
    expect(complaint(() => read(...argv))).toMatch(why);
  });
});

describe('docs/simulator.md', () => {
  const page = readFileSync(join(ROOT, 'docs/simulator.md'), 'utf8');

  it('has every firmware fault, every step at which power is cut, and every flaw', () => {
    const names = [...firmwareFaultList().map((f) => f.name), ...STEPS, ...Object.keys(IMAGE_FLAWS)];
    expect(names.filter((name) => !page.includes(`\`${name}`))).toEqual([]);
  });

  it('names no fault that is not there', () => {
    const said = [...page.matchAll(/--firmware-fault ([a-z-]+(?::[^\s`"]+)?)/g)].map((m) => m[1] ?? '');
    expect(said.length).toBeGreaterThan(0);
    for (const text of said) expect(() => parseFirmwareFault(text)).not.toThrow();
  });
});
