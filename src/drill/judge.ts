/** What stations said (the simulators' ledgers) against what a store holds: what is lost, twice, or not true. */
import { FLAG } from '../../protocols/reading.ts';
import { type LedgerConnection, type LedgerLine, ledgerConnections } from './ledger.ts';
import { type Stall, stalledMs } from './stalls.ts';
import { type ClockStep, timeProblem } from './times.ts';

/** One reading or event, as a store gives it back. */
export interface HeldRow {
  readonly timeNs: bigint;
  readonly kind: 'telemetry' | 'event';
  readonly epoch: number;
  readonly seq: number;
  readonly line: number;
  readonly tick: number;
  readonly flags: number;
  /** Values as JSON, or source, state and data as JSON: as in the ledger. */
  readonly content: string;
}

/** One simulator. */
export interface Witness {
  readonly ledger: string;
  /** UTC ms of its stations' tick 0. */
  readonly startedUtcMs: number;
  /** Its cable is so bad that the daemon closes and opens it by itself: every end of a connection is a cut. */
  readonly restless?: true;
}

export interface Evidence {
  readonly witnesses: readonly Witness[];
  /** Everything the store has of a station, in the order of time. */
  readonly held: (station: string) => Promise<readonly HeldRow[]>;
  /** UTC ms at which connections were ended by force: the daemon killed, a cable cut. */
  readonly cutsMs: readonly number[];
  /** Longest time before a cut, ms of ledger ticks, whose lines may be gone with it. */
  readonly windowMs: number;
  /** Times in which the machine stood still: they do not count as window. */
  readonly stalls: readonly Stall[];
  readonly clockSteps?: readonly ClockStep[];
}

/** Counted apart for different times, where wanted. */
export interface Tally {
  /** Readings and events that left whole on an open link. */
  sent: number;
  /** Of these, said to somebody who knew who speaks. */
  due: number;
  held: number;
  lostInside: number;
  lostOutside: number;
  /** Numbers that are missing within an epoch. */
  holes: number;
  duplicates: number;
  falseValues: number;
}

export const newTally = (): Tally => ({
  ...{ sent: 0, due: 0, held: 0, lostInside: 0, lostOutside: 0, holes: 0, duplicates: 0, falseValues: 0 },
});

/** What went at one cut, on one link. */
export interface Window {
  readonly station: string;
  readonly cutMs: number;
  readonly lines: number;
  /** From the first lost line to the end of the connection, ms of ledger ticks. */
  readonly ticks: number;
  /** Of these, ms in which the machine stood still. */
  readonly stalledMs: number;
}

export interface Verdict {
  readonly stations: number;
  readonly windows: readonly Window[];
  /** The first few violations, for people. */
  readonly details: readonly string[];
}

/** From the cut to the moment the station sees its port closed. */
const NOTICED_WITHIN_MS = 1000;
const ADDED_BY_HOST = FLAG.clockUntrusted | FLAG.tickJump | FLAG.beyondLimit;
const MOST_DETAILS = 20;

/** `tallyAt`: where to count what was said at that time, UTC ms. */
export async function judge(evidence: Evidence, tallyAt: (utcMs: number) => Tally): Promise<Verdict> {
  const windows: Window[] = [];
  const details: string[] = [];
  const complain = (text: string) => {
    if (details.length < MOST_DETAILS) details.push(text);
  };
  let stations = 0;
  for (const witness of evidence.witnesses) {
    const connections = new Map<string, LedgerConnection[]>();
    for await (const connection of ledgerConnections(witness.ledger)) {
      const list = connections.get(connection.station) ?? [];
      list.push(connection);
      connections.set(connection.station, list);
    }
    for (const [station, list] of connections) {
      stations++;
      const held = await evidence.held(station);
      const at = (tick: number) => tallyAt(witness.startedUtcMs + tick);
      const trial: Trial = { station, witness, evidence, held, at, complain };
      const known = examineRows(trial, list);
      for (const connection of list) {
        const window = examineConnection(trial, connection, known);
        if (window) windows.push(window);
      }
    }
  }
  return { stations, windows, details };
}

interface Trial {
  readonly station: string;
  readonly witness: Witness;
  readonly evidence: Evidence;
  readonly held: readonly HeldRow[];
  readonly at: (tick: number) => Tally;
  readonly complain: (text: string) => void;
}

/** The rows by themselves and against what was said; returns the numbers of the lines that are there. */
function examineRows(trial: Trial, connections: readonly LedgerConnection[]): Set<number> {
  const { station, witness, evidence, held, at, complain } = trial;
  const said = new Map<number, LedgerLine>();
  for (const { lines } of connections) for (const line of lines) said.set(line.line, line);
  for (const { tick, due } of said.values()) if (due !== 'damaged') at(tick).sent++;
  repetitions(trial);
  holes(trial);
  const known = new Set<number>();
  for (const row of held) {
    const line = said.get(row.line);
    at(row.tick).held++;
    if (row.kind === 'telemetry' || line?.kind === 'event') known.add(row.line);
    const wrong = falsehood(row, line) ?? timeProblem(row, line, witness.startedUtcMs, evidence.clockSteps ?? []);
    if (wrong === null) continue;
    at(row.tick).falseValues++;
    complain(`${station} epoch ${row.epoch} seq ${row.seq} line ${row.line}: ${wrong}`);
  }
  return known;
}

/** The same line twice, or two rows under one number. */
function repetitions({ station, held, at, complain }: Trial): void {
  const seen = new Map<string, HeldRow>();
  for (const row of held) {
    // What a state report says is several events of one line: only content repeated after a restart is no repetition.
    const names = [`epoch ${row.epoch} seq ${row.seq}`];
    if (row.kind === 'telemetry') names.push(`line ${row.line}`);
    for (const name of names) {
      const before = seen.get(name);
      if (before === undefined) seen.set(name, row);
      else {
        at(row.tick).duplicates++;
        complain(`${station} ${name} is there twice: ${before.timeNs} and ${row.timeNs} ns`);
      }
    }
  }
}

/** Numbers missing within an epoch: readings and events count together, from 1, so no kill can make a hole. */
function holes({ station, held, at, complain }: Trial): void {
  const epochs = new Map<number, HeldRow[]>();
  for (const row of held) {
    const rows = epochs.get(row.epoch) ?? [];
    rows.push(row);
    epochs.set(row.epoch, rows);
  }
  for (const [epoch, rows] of epochs) {
    rows.sort((a, b) => a.seq - b.seq);
    let expected = 1;
    for (const row of rows) {
      if (row.seq > expected) {
        at(row.tick).holes += row.seq - expected;
        complain(`${station} epoch ${epoch}: the numbers ${expected}..${row.seq - 1} are missing`);
      }
      expected = Math.max(expected, row.seq + 1);
    }
  }
}

function falsehood(row: HeldRow, said: LedgerLine | undefined): string | null {
  // Events are also made of state reports, which the ledger does not spell out: judged by their numbers alone.
  if (row.kind === 'event' && said?.kind !== 'event') return said === undefined ? null : 'an event from a reading';
  if (said === undefined) return 'never sent';
  if (said.kind !== row.kind) return `sent as ${said.kind}, held as ${row.kind}`;
  if (said.content !== row.content) return `sent ${said.content}, held ${row.content}`;
  if (said.tick !== row.tick) return `sent at tick ${said.tick}, held with ${row.tick}`;
  if (row.kind === 'telemetry' && (said.flags | FLAG.simulated) !== (row.flags & ~ADDED_BY_HOST))
    return `sent with flags ${said.flags}, held with ${row.flags}`;
  return null;
}

/** Only the end of a connection may be missing, only when a cut ended it, and only as far back as the window. */
function examineConnection(trial: Trial, connection: LedgerConnection, known: ReadonlySet<number>): Window | null {
  const { station, witness, evidence, at, complain } = trial;
  const { endTick } = connection;
  const due = connection.lines.filter((l) => l.due === 'due');
  for (const { tick } of due) at(tick).due++;
  const lost = (line: LedgerLine, why: string) => {
    at(line.tick).lostOutside++;
    complain(`${station} line ${line.line} (tick ${line.tick}): ${why}`);
  };
  let firstOfEnd = due.length;
  while (firstOfEnd > 0 && !known.has(due[firstOfEnd - 1]?.line ?? -1)) firstOfEnd--;
  for (const line of due.slice(0, firstOfEnd)) {
    if (!known.has(line.line)) lost(line, 'lost, although later lines of the same connection are there');
  }
  const tail = due.slice(firstOfEnd);
  const cutMs = endTick === null ? null : cutAt(evidence, witness, witness.startedUtcMs + endTick);
  if (cutMs === null || endTick === null) {
    for (const line of tail) lost(line, 'lost without a cut');
    return null;
  }
  const toMs = witness.startedUtcMs + endTick;
  const stalled = (from: LedgerLine) => stalledMs(evidence.stalls, witness.startedUtcMs + from.tick, toMs);
  for (const line of tail) {
    if (endTick - line.tick - stalled(line) <= evidence.windowMs) at(line.tick).lostInside++;
    else lost(line, `lost ${endTick - line.tick} ms before the end`);
  }
  const [first] = tail;
  if (first === undefined) return { station, cutMs, lines: 0, ticks: 0, stalledMs: 0 };
  return { station, cutMs, lines: tail.length, ticks: endTick - first.tick, stalledMs: stalled(first) };
}

function cutAt({ cutsMs }: Evidence, { restless }: Witness, endMs: number): number | null {
  if (restless) return endMs;
  let nearest: number | null = null;
  for (const atMs of cutsMs) {
    const distance = Math.abs(atMs - endMs);
    if (distance < NOTICED_WITHIN_MS && (nearest === null || distance < Math.abs(nearest - endMs))) nearest = atMs;
  }
  return nearest;
}
