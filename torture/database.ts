/** Everything InfluxDB holds of one station, asked past all of the product's code. */
import { CHANNEL_NAMES } from '../protocols/reading.ts';
import type { HeldRow } from '../src/drill/judge.ts';

const READ_WITHIN_MS = 60_000;
const LOOK_WITHIN_MS = 2000;

interface Series {
  readonly columns: string[];
  readonly values: (string | number | null)[][];
}

/** Every row of a measurement, in pieces, so that its number does not matter. */
async function* seriesOf(url: string, statement: string, withinMs: number): AsyncGenerator<Series> {
  const query = new URLSearchParams({ db: 'hai', q: statement, chunked: 'true', chunk_size: '5000' });
  // A database that is killed and started again now and then takes a question and never answers it.
  const response = await fetch(`${url}/query?${query}`, { signal: AbortSignal.timeout(withinMs) });
  if (!response.ok || !response.body) throw new Error(`the database answers ${response.status}`);
  let rest = '';
  const decoder = new TextDecoder();
  for await (const bytes of response.body) {
    const pieces = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      if (piece === '') continue;
      const answer = JSON.parse(piece) as { error?: string; results?: { error?: string; series?: Series[] }[] };
      const [result] = answer.results ?? [];
      const problem = answer.error ?? result?.error;
      if (problem !== undefined) throw new Error(`the database answers: ${problem}`);
      yield* result?.series ?? [];
    }
  }
}

async function rows(url: string, kind: HeldRow['kind'], station: string): Promise<HeldRow[]> {
  const found: HeldRow[] = [];
  const statement = `SELECT * FROM "${kind}" WHERE "station"='${station}'`;
  for await (const { columns, values } of seriesOf(url, statement, READ_WITHIN_MS)) {
    const at = (name: string) => columns.indexOf(name);
    const content = (kind === 'telemetry' ? CHANNEL_NAMES : ['source', 'state', 'data']).map(at);
    const [epoch, seq, line, tick, flags] = ['epoch', 'seq', 'line', 'tick', 'flags'].map(at) as number[];
    for (const row of values) {
      const number = (place: number | undefined) => Number(row[place ?? -1] ?? 0);
      found.push({
        timeNs: nanoseconds(String(row[0])),
        kind,
        epoch: number(epoch),
        seq: number(seq),
        line: number(line),
        tick: number(tick),
        flags: number(flags),
        content: JSON.stringify(content.map((place) => row[place] ?? null)),
      });
    }
  }
  return found;
}

/** ns since 1970 of RFC 3339; InfluxDB leaves out trailing zeros. */
function nanoseconds(time: string): bigint {
  const [whole = '', fraction = ''] = time.replace('Z', '').split('.');
  return BigInt(Date.parse(`${whole}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** Readings and events in the order of their times. */
export async function everythingHeld(url: string, station: string): Promise<HeldRow[]> {
  const all = [...(await rows(url, 'telemetry', station)), ...(await rows(url, 'event', station))];
  return all.sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0));
}

/** Number of the newest line that the database has; 0 when there is none or it does not answer. */
export async function newestLine(url: string, station: string): Promise<number> {
  try {
    const statement = `SELECT last("line") FROM "telemetry" WHERE "station"='${station}'`;
    let newest = 0;
    for await (const { values } of seriesOf(url, statement, LOOK_WITHIN_MS)) newest = Number(values[0]?.[1] ?? 0);
    return newest;
  } catch {
    return 0;
  }
}
