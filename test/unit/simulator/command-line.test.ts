import { describe, expect, it, vi } from 'vitest';
import type { SimulatorClock } from '../../../simulator/clock.ts';
import { readCommandLine } from '../../../simulator/command-line.ts';
import { obey } from '../../../simulator/control.ts';
import { checkOptions } from '../../../simulator/options.ts';
import { PortError } from '../../../simulator/ports/port.ts';
import { startSimulator } from '../../../simulator/simulator.ts';

function complaint(argv: readonly string[]): string {
  let said = '';
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
  try {
    expect(() => readCommandLine(argv)).toThrow();
  } finally {
    stderr.mockRestore();
  }
  return said;
}

describe('command line', () => {
  it('has the documented defaults', () => {
    expect(readCommandLine(['--tcp', '4001'])).toMatchObject({
      ...{ stations: 1, scenario: 'nominal-refill', speed: 1, rateHz: 10, seed: undefined, faults: [] },
      ...{ ports: { kind: 'tcp', host: '127.0.0.1', port: 4001 }, serialPrefix: 'SIM-', serials: 'distinct' },
      ...{ output: 'text', control: false, exitWithParent: false },
    });
  });

  it('reads everything', () => {
    const argv = '--pty d --stations 2000 --scenario demo --speed 0.5 --rate 5000 --seed 0 --ledger l';
    const more = '--fault babble --fault bit-flip:0.1 --serial-prefix B- --same-serial --json --control';
    expect(readCommandLine(`${argv} ${more} --exit-with-parent`.split(' '))).toMatchObject({
      ...{ ports: { kind: 'pty', folder: 'd' }, stations: 2000, scenario: 'demo', speed: 0.5, rateHz: 5000, seed: 0 },
      ...{ ledgerPath: 'l', faults: [{ name: 'babble' }, { name: 'bit-flip', rate: 0.1 }], serialPrefix: 'B-' },
      ...{ serials: 'last-as-first', output: 'json', control: true, exitWithParent: true },
    });
  });

  it.each([
    ['[::1]:5', { host: '::1', port: 5 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
  ])('takes %s as an address', (text, ports) => {
    expect(readCommandLine(['--tcp', text]).ports).toEqual({ kind: 'tcp', ...ports });
  });

  it.each([
    [[], /--pty DIR or --tcp HOST:PORT/],
    [['--tcp', '1', '--pty', 'd'], /cannot be used with/],
    [['--tcp', 'x'], /HOST:PORT/],
    [['--tcp', '70000'], /HOST:PORT/],
    [['--tcp', '1', '--stations', '0'], /1\.\.2000/],
    [['--tcp', '1', '--stations', '2001'], /1\.\.2000/],
    [['--tcp', '1', '--stations', '1.5'], /whole number/],
    [['--tcp', '1', '--rate', 'fast'], /1\.\.5000/],
    [['--tcp', '1', '--speed', '0'], /0\.1\.\.1000/],
    [['--tcp', '1', '--fault', 'gremlins'], /known: bit-flip/],
    [['--tcp', '1', 'surplus'], /too many arguments/],
  ])('%j is refused with the remedy', (argv, remedy) => {
    expect(complaint(argv)).toMatch(remedy);
  });
});

describe('options', () => {
  const ports = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
  it.each([
    [{ ports, stations: 0 }, /stations 0/],
    [{ ports, rateHz: Number.NaN }, /rateHz NaN/],
    [{ ports, serialPrefix: 'a b' }, /serial prefix/],
    [{ ports: { ...ports, port: 65_000 }, stations: 2000 }, /choose a lower one/],
  ])('%j are refused', (options, why) => {
    expect(() => checkOptions(options)).toThrow(why);
  });

  it('an unknown scenario, or a file, is refused with the names', async () => {
    await expect(startSimulator({ ports, scenario: 'x.yaml' })).rejects.toThrow(
      /known: nominal-refill, .*pocket-fill.*sensor-FAULT-CHANNEL.*files/,
    );
  });

  it('without socat the remedy is said', async () => {
    const pty = { kind: 'pty', folder: '/nonexistent' } as const;
    const start = startSimulator({ ports: pty, programPath: '/nonexistent' });
    await expect(start).rejects.toThrow(PortError);
    await expect(start).rejects.toThrow(/apt install socat.*--tcp/);
  });
});

/** Time passes when told. */
class ByHand implements SimulatorClock {
  private ms = 0;
  private readonly runs: (() => void)[] = [];
  nowMs(): number {
    return this.ms;
  }
  every(_: number, run: () => void): () => void {
    this.runs.push(run);
    return () => {};
  }
  pass(ms: number): void {
    this.ms += ms;
    for (const run of this.runs) run();
  }
}

describe('orders', () => {
  it('are answered, good or not', async () => {
    const clock = new ByHand();
    const simulator = await startSimulator({ ports: { kind: 'tcp', host: '127.0.0.1', port: 0 }, clock });
    clock.pass(500);
    try {
      expect(await obey(simulator, '{"do":"quiet","station":1}')).toEqual({ done: 'quiet', station: 1 });
      for (const bad of ['', 'x', '{}', '{"do":"explode","station":1}', '{"do":"quiet","station":"1"}', '[]', 'null']) {
        expect(await obey(simulator, bad)).toHaveProperty('error');
      }
      expect(await obey(simulator, '{"do":"reboot","station":2}')).toEqual({
        error: 'station 2: there are stations 1..1',
      });
      for (const order of ['pause', 'continue', 'abort']) {
        const said = await obey(simulator, `{"do":"nurse","order":"${order}"}`);
        expect(said).toEqual({ done: 'nurse', station: 1, order });
      }
      for (const bad of [
        '{"do":"nurse"}',
        '{"do":"nurse","order":"sing"}',
        '{"do":"nurse","order":"abort","station":2}',
      ]) {
        expect(await obey(simulator, bad)).toHaveProperty('error');
      }
    } finally {
      await simulator.stop();
    }
  });

  it('to a nurse who is not there are refused', async () => {
    const simulator = await startSimulator({ ports: { kind: 'tcp', host: '127.0.0.1', port: 0 }, scenario: 'idle' });
    try {
      expect(await obey(simulator, '{"do":"nurse","order":"abort"}')).toEqual({
        error: 'SIM-0001: no patient is here, so no nurse hears that',
      });
    } finally {
      await simulator.stop();
    }
  });
});
