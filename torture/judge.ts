/** The simulator's ledger against what the database holds: what is lost, twice, or not true. */
import { FLAG } from '../protocols/reading.ts';
import { type LedgerConnection, type LedgerLine, ledgerConnections } from '../test/support/ledger.ts';
import { everythingHeld, type HeldRow } from './database.ts';
import { type Stall, stalledMs } from './stalls.ts';

export interface Kill {
  /** UTC ms of the signal. */
  readonly atMs: number;
}

export interface Evidence {
  readonly ledger: string;
  readonly databaseUrl: string;
  /** UTC ms of the stations' tick 0. */
  readonly startedUtcMs: number;
  readonly bridgeKills: readonly Kill[];
  /** Longest time before a kill, ms of ledger ticks, whose lines may be gone with the bridge. */
  readonly windowMs: number;
  /** Times in which the machine stood still: they do not count as window. */
  readonly stalls: readonly Stall[];
}

/** What went with the bridge at one kill, on one link. */
export interface Window {
  readonly station: string;
  readonly killMs: number;
  readonly lines: number;
  /** From the first lost line to the end of the connection, ms of ledger ticks. */
  readonly ticks: number;
  /** Of these, ms in which the machine stood still. */
  readonly stalledMs: number;
}

export interface Verdict {
  readonly stations: number;
  /** Readings and events that left whole on an open link. */
  readonly sent: number;
  /** Of these, said to somebody who knew who speaks. */
  readonly due: number;
  readonly held: number;
  readonly lostInside: number;
  readonly lostOutside: number;
  readonly duplicates: number;
  readonly falseValues: number;
  readonly windows: readonly Window[];
  /** The first few violations, for people. */
  readonly details: readonly string[];
}

/** From the signal to the moment the station sees its port closed. */
const NOTICED_WITHIN_MS = 1000;
const ADDED_BY_HOST = FLAG.clockUntrusted | FLAG.tickJump | FLAG.beyondLimit;
/** A received line's time against its tick: a reading is never earlier, and late by what a busy machine takes. */
const EARLIEST_MS = -1000;
const LATEST_MS = 15_000;
const MOST_DETAILS = 20;

export async function judge(evidence: Evidence): Promise<Verdict> {
  const totals = { sent: 0, due: 0, held: 0, lostInside: 0, lostOutside: 0, duplicates: 0, falseValues: 0 };
  const windows: Window[] = [];
  const details: string[] = [];
  const complain = (text: string) => {
    if (details.length < MOST_DETAILS) details.push(text);
  };
  const stations = new Map<string, LedgerConnection[]>();
  for await (const connection of ledgerConnections(evidence.ledger)) {
    const list = stations.get(connection.station) ?? [];
    list.push(connection);
    stations.set(connection.station, list);
  }
  for (const [station, connections] of stations) {
    const held = await everythingHeld(evidence.databaseUrl, station);
    totals.held += held.length;
    const said = new Map<number, LedgerLine>();
    for (const { lines } of connections) for (const line of lines) said.set(line.line, line);
    totals.sent += said.size;
    const known = new Set<number>();
    totals.duplicates += repetitions(station, held, complain);
    totals.lostOutside += holes(station, held, complain);
    for (const row of held) {
      if (row.kind === 'telemetry' || said.get(row.line)?.kind === 'event') known.add(row.line);
      const wrong = falsehood(row, said.get(row.line), evidence.startedUtcMs);
      if (wrong === null) continue;
      totals.falseValues++;
      complain(`${station} epoch ${row.epoch} seq ${row.seq} line ${row.line}: ${wrong}`);
    }
    for (const connection of connections) {
      const due = connection.lines.filter((l) => l.due === 'due');
      totals.due += due.length;
      const { window, inside, outside } = lossOf(connection, due, known, evidence);
      totals.lostInside += inside;
      totals.lostOutside += outside.length;
      if (window) windows.push(window);
      for (const { line, why } of outside) complain(`${station} line ${line.line} (tick ${line.tick}): ${why}`);
    }
  }
  return { stations: stations.size, ...totals, windows, details };
}

/** The same line twice, or two rows under one number. */
function repetitions(station: string, held: readonly HeldRow[], complain: (text: string) => void): number {
  const seen = new Map<string, HeldRow>();
  let twice = 0;
  for (const row of held) {
    // What a state report says is several events of one line: only content repeated after a restart is no repetition.
    const names = [`epoch ${row.epoch} seq ${row.seq}`];
    if (row.kind === 'telemetry') names.push(`line ${row.line}`);
    for (const name of names) {
      const before = seen.get(name);
      if (before === undefined) seen.set(name, row);
      else {
        twice++;
        complain(`${station} ${name} is there twice: ${before.time} and ${row.time}`);
      }
    }
  }
  return twice;
}

/** Numbers missing within an epoch: readings and events count together, from 1, so no kill can make a hole. */
function holes(station: string, held: readonly HeldRow[], complain: (text: string) => void): number {
  const epochs = new Map<number, Set<number>>();
  for (const { epoch, seq } of held) {
    const seqs = epochs.get(epoch) ?? new Set();
    epochs.set(epoch, seqs.add(seq));
  }
  let missing = 0;
  for (const [epoch, seqs] of epochs) {
    let last = 0;
    for (const seq of seqs) last = Math.max(last, seq);
    if (last === seqs.size) continue;
    missing += last - seqs.size;
    complain(`${station} epoch ${epoch}: ${last - seqs.size} of the numbers 1..${last} are missing`);
  }
  return missing;
}

function falsehood(row: HeldRow, said: LedgerLine | undefined, startedUtcMs: number): string | null {
  // Events are also made of state reports, which the ledger does not spell out: judged by their numbers alone.
  if (row.kind === 'event' && said?.kind !== 'event') return said === undefined ? null : 'an event from a reading';
  if (said === undefined) return 'never sent';
  if (said.kind !== row.kind) return `sent as ${said.kind}, held as ${row.kind}`;
  if (said.content !== row.content) return `sent ${said.content}, held ${row.content}`;
  if (said.tick !== row.tick) return `sent at tick ${said.tick}, held with ${row.tick}`;
  if (row.kind === 'telemetry' && (said.flags | FLAG.simulated) !== (row.flags & ~ADDED_BY_HOST))
    return `sent with flags ${said.flags}, held with ${row.flags}`;
  const late = Date.parse(`${row.time.slice(0, 23)}Z`) - (startedUtcMs + said.tick);
  return late < EARLIEST_MS || late > LATEST_MS ? `its time is ${late} ms off` : null;
}

interface Loss {
  readonly window: Window | null;
  readonly inside: number;
  readonly outside: { line: LedgerLine; why: string }[];
}

/** Only the end of a connection may be missing, only when a kill ended it, and only as far back as the window. */
function lossOf(
  connection: LedgerConnection,
  due: readonly LedgerLine[],
  known: ReadonlySet<number>,
  evidence: Evidence,
): Loss {
  let firstOfEnd = due.length;
  while (firstOfEnd > 0 && !known.has(due[firstOfEnd - 1]?.line ?? -1)) firstOfEnd--;
  const tail = due.slice(firstOfEnd);
  const outside = due
    .slice(0, firstOfEnd)
    .filter((l) => !known.has(l.line))
    .map((line) => ({ line, why: 'lost, although later lines of the same connection are there' }));
  const { endTick, station } = connection;
  const first = tail[0];
  const kill = endTick === null ? null : killAt(evidence, evidence.startedUtcMs + endTick);
  if (first === undefined) {
    return { window: kill && { station, killMs: kill.atMs, lines: 0, ticks: 0, stalledMs: 0 }, inside: 0, outside };
  }
  if (kill === null || endTick === null) {
    return {
      window: null,
      inside: 0,
      outside: [...outside, ...tail.map((line) => ({ line, why: 'lost without a kill' }))],
    };
  }
  const toMs = evidence.startedUtcMs + endTick;
  const stalled = (from: LedgerLine) => stalledMs(evidence.stalls, evidence.startedUtcMs + from.tick, toMs);
  const tooOld = tail.filter((l) => endTick - l.tick - stalled(l) > evidence.windowMs);
  const ticks = endTick - first.tick;
  return {
    window: { station, killMs: kill.atMs, lines: tail.length, ticks, stalledMs: stalled(first) },
    inside: tail.length - tooOld.length,
    outside: [...outside, ...tooOld.map((line) => ({ line, why: `lost ${endTick - line.tick} ms before the end` }))],
  };
}

function killAt({ bridgeKills }: Evidence, endMs: number): Kill | null {
  let nearest: Kill | null = null;
  for (const kill of bridgeKills) {
    const distance = Math.abs(kill.atMs - endMs);
    if (distance < NOTICED_WITHIN_MS && (nearest === null || distance < Math.abs(nearest.atMs - endMs))) nearest = kill;
  }
  return nearest;
}
