/**
 * The simulator as a program on real PTYs and sockets, read by a reader that shares nothing with it: plain files, plain
 * sockets, and a checksum computed bit by bit.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  writeSync,
} from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../support/services.ts';
import { available } from '../support/what-was-not-tested.ts';
import { commandLine, parseLine } from '../unit/simulator/memory-port.ts';

const PATIENCE = { timeout: 20_000, interval: 20 };

interface Program {
  readonly child: ChildProcess;
  readonly said: string[];
  readonly complaints: () => string;
  readonly urls: () => string[];
  readonly order: (order: object) => void;
  readonly exit: Promise<number | null>;
}

const programs: Program[] = [];

/** Starts the simulator as built; resolves when it says it is ready or has ended. */
async function simulator(...args: string[]): Promise<Program> {
  const child = spawn(process.execPath, ['dist/simulator/main.js', '--json', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  let complaints = '';
  child.stderr.on('data', (d: Buffer) => {
    complaints += d.toString();
  });
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
  child.stdin.on('error', () => {});
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const program: Program = {
    ...{ child, said, exit, complaints: () => complaints },
    urls: () => said.map((l) => JSON.parse(l)).flatMap((l) => (l.url ? [l.url] : [])),
    order: (order) => child.stdin.write(`${JSON.stringify(order)}\n`),
  };
  programs.push(program);
  const ready = vi.waitFor(() => expect(said.at(-1)).toContain('"ready":true'), PATIENCE);
  await Promise.race([ready, exit]);
  ready.catch(() => {});
  return program;
}

/** Something open on a port; `lines` are the whole lines read so far. */
interface Reader {
  readonly lines: () => string[];
  readonly closed: () => boolean;
  readonly write: (bytes: Uint8Array) => void;
  readonly close: () => void;
  /** Begins to read, where that was put off. */
  readonly read: () => void;
}

const readers: Reader[] = [];
const wholeLines = (text: string) =>
  text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\r\n')
    .filter(Boolean);

function openTerminal(path: string, reads: 'at once' | 'when asked' = 'at once'): Reader {
  const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(65_536);
  let text = '';
  let open = true;
  let reading = reads === 'at once';
  const close = () => {
    if (!open) return;
    open = false;
    clearInterval(timer);
    closeSync(fd);
  };
  const timer = setInterval(() => {
    if (!reading) return;
    try {
      for (let n = readSync(fd, buffer); ; n = readSync(fd, buffer)) {
        if (n === 0) return close();
        text += buffer.toString('latin1', 0, n);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') close();
    }
  }, 2);
  const read = () => {
    reading = true;
  };
  const write = (bytes: Uint8Array) => writeSync(fd, bytes);
  const reader = { lines: () => wholeLines(text), closed: () => !open, write, close, read };
  readers.push(reader);
  return reader;
}

async function openSocket(url: string): Promise<Reader> {
  const { hostname, port } = new URL(url);
  let text = '';
  let open = true;
  const socket = await new Promise<Socket>((resolve, reject) => {
    const s = connect(Number(port), hostname, () => resolve(s)).once('error', reject);
  });
  socket.on('data', (d: Buffer) => {
    text += d.toString('latin1');
  });
  const close = () => {
    open = false;
    socket.destroy();
  };
  socket.on('error', () => {});
  socket.on('close', close);
  const reader = {
    ...{ lines: () => wholeLines(text), closed: () => !open },
    ...{ write: (b: Uint8Array) => socket.write(b), close, read: () => {} },
  };
  readers.push(reader);
  return reader;
}

const openPort = async (url: string) => (url.startsWith('tcp:') ? openSocket(url) : openTerminal(url));
const atLeast = (reader: Reader, count: number) =>
  vi.waitFor(() => expect(reader.lines().length).toBeGreaterThanOrEqual(count), PATIENCE);
const fieldsOf = (reader: Reader) => reader.lines().map((l) => parseLine(l) ?? [`damaged: ${l}`]);
const ledgerOf = (path: string) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((l) => JSON.parse(l));

/** Processes that work in a folder: socat does, in the folder of its link. */
function working(folder: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === folder;
      } catch {
        return false;
      }
    });
}

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.close();
  for (const { child, exit } of programs.splice(0)) {
    child.kill('SIGKILL');
    await exit;
  }
  folder.remove();
});

const hasSocat = available('the simulator on PTYs', 'socat');
const PORTS = [
  { kind: 'PTY', args: () => ['--pty', join(folder.path, 'ports')], skip: !hasSocat },
  { kind: 'TCP', args: () => ['--tcp', '127.0.0.1:0'], skip: false },
];

for (const { kind, args, skip } of PORTS) {
  describe.skipIf(skip)(`on ${kind}`, () => {
    it('is read line by line, answers, and its ledger is what was read', async () => {
      const ledger = join(folder.path, 'ledger.jsonl');
      const program = await simulator(...args(), '--rate', '50', '--ledger', ledger);
      expect(program.urls()).toHaveLength(1);
      const reader = await openPort(program.urls()[0] ?? '');
      await atLeast(reader, 20);
      reader.write(commandLine(7, 'IDENTIFY', '1.0'));
      await vi.waitFor(() => expect(fieldsOf(reader).filter((f) => f[0] === 'ACK')).toHaveLength(1), PATIENCE);
      const said = fieldsOf(reader).map((f) => f[0]);
      const ack = said.indexOf('ACK');
      expect(said.slice(ack - 1, ack + 1)).toEqual(['ID', 'ACK']);
      await vi.waitFor(() => expect(fieldsOf(reader)[ack + 1]?.[0]).toBe('STA'), PATIENCE);
      program.child.kill('SIGTERM');
      expect(await program.exit).toBe(0);
      await vi.waitFor(() => expect(reader.closed()).toBe(true), PATIENCE);

      const entries = ledgerOf(ledger);
      const sent = entries.filter((e) => e.ty && !e.x && !e.d);
      const read = fieldsOf(reader);
      // Nothing missing at the front (no stale lines, none cut), nothing at the end.
      expect(read.map((f) => [f[0], f[1], f[2], f[3]])).toEqual(sent.map((e) => [e.ty, e.b, String(e.q), String(e.t)]));
      const telemetry = sent.filter((e) => e.ty === 'TEL');
      const values = read.filter((f) => f[0] === 'TEL').map((f) => f.slice(4, 10).map(Number));
      expect(values).toEqual(telemetry.map((e) => e.v));
      expect(entries.find((e) => e.ev === 'identified')).toMatchObject({ s: 'SIM-0001', q: Number(read[ack]?.[2]) });
      expect(entries.at(-1)).toMatchObject({ ev: 'summary', stations: 1, sent: sent.length });
    });

    it('begins with a whole, new line for whoever comes later', async () => {
      const program = await simulator(...args(), '--rate', '50', '--seed', '3');
      const url = program.urls()[0] ?? '';
      const first = await openPort(url);
      await atLeast(first, 10);
      first.close();
      const lastSeen = Number(fieldsOf(first).at(-1)?.[2]);
      // A terminal that was just closed hangs up on whoever opens it before it is renewed.
      let second = first;
      await vi.waitFor(async () => {
        if (second.closed()) second = await openPort(url);
        expect(second.lines().length).toBeGreaterThanOrEqual(10);
      }, PATIENCE);
      const seqs = fieldsOf(second).map((f) => Number(f[2]));
      expect(seqs).toEqual(seqs.map((_, i) => (seqs[0] ?? 0) + i));
      expect(seqs[0]).toBeGreaterThan(lastSeen);
    });

    it('is unplugged and plugged in again, quiet and back, by orders', async () => {
      const program = await simulator(...args(), '--control', '--rate', '50');
      const url = program.urls()[0] ?? '';
      const first = await openPort(url);
      await atLeast(first, 5);
      program.order({ do: 'unplug', station: 1 });
      await vi.waitFor(() => expect(program.said.at(-1)).toBe('{"done":"unplug","station":1}'), PATIENCE);
      await vi.waitFor(() => expect(first.closed()).toBe(true), PATIENCE);
      await expect(openPort(url)).rejects.toThrow(/ENOENT|ECONNREFUSED/);
      program.order({ do: 'replug', station: 1 });
      await vi.waitFor(() => expect(program.said.at(-1)).toBe('{"done":"replug","station":1}'), PATIENCE);
      const second = await openPort(url);
      await atLeast(second, 5);
      expect(fieldsOf(second)[0]?.[1]).toBe(fieldsOf(first)[0]?.[1]);
      program.order({ do: 'quiet', station: 1 });
      await vi.waitFor(() => expect(program.said.at(-1)).toContain('quiet'), PATIENCE);
      // Two seconds without a line, where fifty a second came.
      let heard = -1;
      await vi.waitFor(
        () => {
          const before = heard;
          heard = second.lines().length;
          expect(heard).toBe(before);
        },
        { timeout: 10_000, interval: 2000 },
      );
      program.order({ do: 'resume', station: 1 });
      await atLeast(second, heard + 10);
      program.order({ do: 'reboot', station: 1 });
      await vi.waitFor(() => expect(new Set(fieldsOf(second).map((f) => f[1])).size).toBe(2), PATIENCE);
      expect(second.closed()).toBe(false);
    });

    it('lets two stations claim one serial number', async () => {
      const program = await simulator(...args(), '--stations', '3', '--same-serial', '--serial-prefix', 'BAY-');
      const stations = program.said.slice(0, 3).map((l) => JSON.parse(l).station);
      expect(stations).toEqual(['BAY-0001', 'BAY-0002', 'BAY-0001']);
      expect(new Set(program.urls()).size).toBe(3);
    });
  });
}

describe.skipIf(!hasSocat)('terminals', () => {
  const ports = () => join(folder.path, 'ports');

  it('drop lines and count them when whoever has one open does not read', async () => {
    const ledger = join(folder.path, 'ledger.jsonl');
    const program = await simulator('--pty', ports(), '--rate', '5000', '--ledger', ledger);
    const reader = openTerminal(program.urls()[0] ?? '', 'when asked');
    await vi.waitFor(() => {
      const entries = ledgerOf(ledger);
      const opened = entries.findIndex((e) => e.ev === 'attached');
      expect(entries.slice(opened).filter((e) => e.x === 'dropped').length).toBeGreaterThan(2000);
      expect(opened).toBeGreaterThan(0);
    }, PATIENCE);
    reader.read();
    const dropped = () => fieldsOf(reader).flatMap((f) => (f[0] === 'HB' ? [Number(f[6])] : []));
    await vi.waitFor(() => expect(dropped().at(-1)).toBeGreaterThan(2000), PATIENCE);
    expect(fieldsOf(reader).some((f) => f[0]?.startsWith('damaged'))).toBe(false);
  });

  it('carry 2 x 2,500 lines a second without a gap', async () => {
    const program = await simulator('--pty', ports(), '--rate', '2500', '--stations', '2');
    const both = program.urls().map((url) => openTerminal(url));
    for (const reader of both) {
      await atLeast(reader, 5000);
      const seqs = reader.lines().map((l) => Number(parseLine(l)?.[2]));
      expect(seqs).toEqual(seqs.map((_, i) => (seqs[0] ?? 0) + i));
    }
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('are gone after %s, and so is every socat', async (signal) => {
    const program = await simulator('--pty', ports(), '--stations', '3');
    const reader = openTerminal(program.urls()[0] ?? '');
    await atLeast(reader, 1);
    expect(working(ports()).length).toBe(3);
    program.child.kill(signal);
    expect(await program.exit).toBe(0);
    expect(working(ports())).toEqual([]);
    expect(readdirSync(ports())).toEqual([]);
  });

  it('leave no socat behind after SIGKILL, and nothing that is in the way of the next', async () => {
    const program = await simulator('--pty', ports(), '--stations', '3');
    const reader = openTerminal(program.urls()[0] ?? '');
    await atLeast(reader, 1);
    program.child.kill('SIGKILL');
    await program.exit;
    await vi.waitFor(() => expect(working(ports())).toEqual([]), PATIENCE);
    // A socat that is told to end while it is ending may leave its link.
    const next = await simulator('--pty', ports(), '--stations', '3');
    expect(next.urls()).toHaveLength(3);
  });

  it('are refused where something else stands, which is left alone', async () => {
    const other = await simulator('--pty', ports());
    const second = await simulator('--pty', ports());
    expect(await second.exit).toBe(2);
    expect(second.complaints()).toMatch(/station-01 is in use; .*another --pty DIR/);
    expect(existsSync(other.urls()[0] ?? '')).toBe(true);
  });
});

describe('sockets', () => {
  it('serve one client: a new one takes the line over', async () => {
    const program = await simulator('--tcp', '0', '--rate', '50');
    const first = await openSocket(program.urls()[0] ?? '');
    await atLeast(first, 3);
    const second = await openSocket(program.urls()[0] ?? '');
    await atLeast(second, 3);
    expect(first.closed()).toBe(true);
  });

  it('start for 200 stations, all speaking', async () => {
    const program = await simulator('--tcp', '0', '--stations', '200', '--scenario', 'demo');
    expect(program.urls()).toHaveLength(200);
    const all = await Promise.all(program.urls().map(openSocket));
    await vi.waitFor(() => expect(all.every((r) => r.lines().length > 0)).toBe(true), PATIENCE);
    expect(new Set(all.map((r) => parseLine(r.lines().at(-1) ?? '')?.[1])).size).toBeGreaterThan(150);
  });

  it('are refused when taken', async () => {
    const first = await simulator('--tcp', '0');
    const { port } = new URL(first.urls()[0] ?? '');
    const second = await simulator('--tcp', port);
    expect(await second.exit).toBe(2);
    expect(second.complaints()).toMatch(/is taken; choose another/);
  });
});

describe('the program', () => {
  it('ends with whoever started it when told to, and only then', async () => {
    const tied = await simulator('--tcp', '0', '--exit-with-parent');
    const free = await simulator('--tcp', '0');
    tied.child.stdin?.end();
    free.child.stdin?.end();
    expect(await tied.exit).toBe(0);
    expect(free.child.exitCode).toBeNull();
  });

  it('says what is wrong in one line and ends with 2', async () => {
    const unknown = await simulator('--tcp', '0', '--scenario', 'file.yaml');
    expect(await unknown.exit).toBe(2);
    expect(unknown.complaints()).toMatch(/^simulator: unknown scenario "file\.yaml"; known: nominal-refill, .*\n$/);
    const nowhere = await simulator();
    expect(await nowhere.exit).toBe(2);
    expect(nowhere.complaints()).toMatch(/--pty DIR or --tcp HOST:PORT/);
    const ledger = await simulator('--tcp', '0', '--ledger', '/nonexistent/l');
    expect(await ledger.exit).toBe(2);
    expect(ledger.complaints()).toMatch(/choose a file that can be written/);
  });

  it('lists scenarios and faults', async () => {
    const list = await simulator('--list-scenarios');
    expect(await list.exit).toBe(0);
    expect(list.said.join('\n')).toMatch(/nominal-refill[\s\S]*demo[\s\S]*bit-flip[\s\S]*babble/);
  });
});
