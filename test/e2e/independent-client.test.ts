/**
 * The simulator and the protocol's page, held against a client by Python's standard library that imports nothing of ours and was
 * written from protocols/hrsp/README.md alone. A mistake that simulator and daemon share would show here.
 */
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/services.ts';
import { available } from '../support/what-was-not-tested.ts';

const CLIENT = join(import.meta.dirname, '../support/independent_client.py');
const python = available('an independent client of the simulator', 'python3');

interface Told {
  readonly serial: string;
  readonly mode: string;
  readonly boot: string;
  readonly ackSeq: number;
  readonly rate: string[];
  readonly tare: string[];
  readonly unknown: string[];
  readonly periodsMs: number[];
  readonly telemetry: { boot: string; seq: number; tick: number; values: (number | null)[]; flags: number }[];
  readonly events: string[][];
  readonly lines: [boot: string, seq: number, type: string][];
  readonly faults: Record<string, number>;
  readonly lost: number;
}

describe.skipIf(!python)('a client in Python, from the README alone', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  /** Client and ledger of one station on the given kind of port. */
  async function meet(ports: string[], seconds: string): Promise<{ told: Told; rows: Record<string, unknown>[] }> {
    const ledger = join(folder.path, 'ledger.jsonl');
    const args = ['dist/simulator/main.js', '--json', '--exit-with-parent', '--ledger', ledger, ...ports];
    const simulator = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = new Promise((done) => simulator.once('exit', done));
    let told: Told;
    try {
      let url = '';
      for await (const line of createInterface({ input: simulator.stdout })) {
        const said = JSON.parse(line);
        url ||= said.url ?? '';
        if (said.ready) break;
      }
      const { stdout } = await promisify(execFile)('python3', [CLIENT, url, '--seconds', seconds, '--rate', '25'], {
        timeout: 60_000,
        maxBuffer: 1e8,
      });
      told = JSON.parse(stdout);
    } finally {
      // Its regular end writes the rest of the ledger.
      simulator.stdin.end();
      await ended;
    }
    return {
      told,
      rows: readFileSync(ledger, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((row) => JSON.parse(row)),
    };
  }

  const agrees = ({ told, rows }: Awaited<ReturnType<typeof meet>>) => {
    expect(told).toMatchObject({ serial: 'SIM-0001', mode: 'SIM', lost: 0 });
    expect(told.rate).toEqual(['ACK', '25']);
    expect(told.tare[0]).toBe('ACK');
    expect(told.unknown).toEqual(['NAK', 'UNKNOWN']);
    expect(told.events).toContainEqual(['SCALE', 'TARED', '']);
    expect(told.periodsMs).toEqual([40]);
    // A first line may have been cut by the opening; nothing else was damaged.
    expect(Object.keys(told.faults).filter((kind) => kind !== 'partial')).toEqual([]);

    const last = told.lines.at(-1)?.[1] ?? 0;
    const within = (row: Record<string, unknown>) =>
      row.b === told.boot && row.ty !== undefined && Number(row.q) > told.ackSeq && Number(row.q) <= last && !row.x;
    const sent = rows.filter(within);
    expect(sent.length).toBeGreaterThan(15);
    expect(told.lines).toEqual(sent.map((row) => [row.b, row.q, row.ty]));
    const telemetry = sent.filter((row) => row.ty === 'TEL');
    expect(told.telemetry).toEqual(
      telemetry.map(({ b, q, t, v, f }) => ({ boot: b, seq: q, tick: t, values: v, flags: f })),
    );
  };

  it.skipIf(!available('an independent client over a PTY', 'socat'))(
    'identifies a station on a PTY, sets its rate, tares it, and hears exactly what the ledger says was sent',
    async () => {
      agrees(await meet(['--pty', join(folder.path, 'ports'), '--seed', '5'], '1.5'));
    },
  );

  it('does the same over TCP', async () => {
    agrees(await meet(['--tcp', '127.0.0.1:0', '--seed', '6'], '0.8'));
  });
});
