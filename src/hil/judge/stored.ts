/**
 * The store against the simulator's ledger: what left whole, to somebody who knew who speaks, is there once and unchanged;
 * nothing is there that was never said.
 */
import { flagNames } from '../../../protocols/reading.ts';
import type { Recording, SaidLine, StoreRow } from '../recording.ts';
import type { Expectation } from '../scenario/expectations.ts';
import { isWithin } from '../scenario/quantity.ts';
import { type Finding, failed, passed } from './verdict.ts';

type StoredWanted = Extract<Expectation, { stored: unknown }>['stored'];
/** Lines under way when a port closes reach nobody. */
const CUT_TICKS = 2500;

export function judgeStored(recording: Recording, station: string, wanted: StoredWanted): Finding {
  const rows = recording.rows.filter((row) => row.station === station);
  const readings = rows.filter((row) => row.kind === 'telemetry');
  const seen: string[] = [];
  if (wanted.rows !== undefined) {
    const text = `${readings.length} readings`;
    if (!isWithin(readings.length, wanted.rows)) return failed(text);
    seen.push(text);
  }
  if (wanted.epochs !== undefined) {
    const text = `${new Set(rows.map((row) => row.epoch)).size} epochs`;
    if (!isWithin(Number.parseInt(text, 10), wanted.epochs)) return failed(text);
    seen.push(text);
  }
  if (wanted.flagged !== undefined) {
    const { flag, is } = wanted.flagged;
    const count = readings.filter((row) => (flagNames(row.flags) as readonly string[]).includes(flag)).length;
    const text = `${count} readings flagged ${flag}`;
    if (!isWithin(count, is)) return failed(text);
    seen.push(text);
  }
  if (wanted.complete) {
    const whole = complete(recording, station, rows);
    if (!whole.passed) return whole;
    seen.push(whole.seen);
  }
  return passed(seen.join(', '));
}

function complete(recording: Recording, station: string, rows: readonly StoreRow[]): Finding {
  const order = orderProblem(rows);
  if (order !== null) return failed(order);
  const said = recording.said.filter((line) => line.station === station && line.type === 'TEL');
  const byPlace = new Map<string, SaidLine[]>();
  for (const line of said) {
    const key = `${line.line} ${line.tick}`;
    const list = byPlace.get(key);
    if (list === undefined) byPlace.set(key, [line]);
    else list.push(line);
  }
  const found = new Set<SaidLine>();
  for (const row of rows) {
    if (row.kind !== 'telemetry') continue;
    const here = byPlace.get(`${row.line} ${row.tick}`) ?? [];
    const same = here.find((line) => !found.has(line) && sameValues(line.values, row.values));
    if (same === undefined) {
      const what = here[0] === undefined ? 'was never said' : `was said as ${JSON.stringify(here[0].values)}`;
      return failed(`line ${row.line} at tick ${row.tick}, held as ${JSON.stringify(row.values)}, ${what}`);
    }
    found.add(same);
  }
  const ends = lastTicks(said);
  const lost = said.filter((line) => {
    const whole = line.fate === 'sent' || line.fate === 'duplicated';
    if (!whole || !line.due || found.has(line)) return false;
    return line.tick < (ends.get(`${line.bootId} ${line.connection}`) ?? 0) - CUT_TICKS;
  });
  const [first] = lost;
  if (first !== undefined)
    return failed(`${lost.length} readings lost, the first is line ${first.line} at tick ${first.tick}`);
  if (found.size === 0) return failed('the store holds nothing');
  return passed(`${found.size} readings there once and unchanged, none lost`);
}

function sameValues(said: SaidLine['values'], held: StoreRow['values']): boolean {
  return said !== null && said.length === held.length && said.every((value, channel) => value === held[channel]);
}

/** Of every connection: only its very end may be missing. */
function lastTicks(said: readonly SaidLine[]): Map<string, number> {
  const ends = new Map<string, number>();
  for (const { bootId, connection, tick } of said) ends.set(`${bootId} ${connection}`, tick);
  return ends;
}

/** (epoch, seq) without holes or repetitions, times that never turn round. */
function orderProblem(rows: readonly StoreRow[]): string | null {
  const epochs = new Map<number, StoreRow[]>();
  for (const row of rows) {
    const list = epochs.get(row.epoch);
    if (list === undefined) epochs.set(row.epoch, [row]);
    else list.push(row);
  }
  for (const [epoch, list] of epochs) {
    list.sort((a, b) => a.seq - b.seq);
    let expected = 1;
    let time = 0n;
    for (const row of list) {
      if (row.seq !== expected) return `epoch ${epoch}: seq ${expected} is missing or there twice`;
      if (row.timeNs <= time) return `epoch ${epoch} seq ${row.seq}: its time is not after the one before`;
      expected++;
      time = row.timeNs;
    }
  }
  return null;
}
