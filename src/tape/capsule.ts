/**
 * The incident capsule: what somebody needs who was not there. A gzipped capture of the last minutes that begins with a
 * `capsule` record (configuration hash, versions, clocks, counters) and ends with the last lines of the log.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { CaptureRecord } from './format.ts';
import { sealRecord } from './format.ts';
import type { CaptureOrigin, Tapes } from './tapes.ts';

/** Records between two rests of the event loop. */
const AT_ONCE = 500;

export interface CapsuleSource {
  readonly tapes: Tapes;
  readonly origin: CaptureOrigin;
  /** Facts about the daemon as it is now; plain JSON without secrets. */
  readonly facts: (station: string | null) => Record<string, unknown>;
  /** The last lines of the log, oldest first. */
  readonly log: () => readonly string[];
}

/** Nobody of this name has answered since the daemon started. */
export class UnknownStation extends Error {
  override readonly name = 'UnknownStation';
}

/** The capsule of one station, or of all; gzipped, made piece by piece. Throws `UnknownStation`. */
export function capsule(source: CapsuleSource, station: string | null): Readable {
  const { tapes, origin } = source;
  const link = station === null ? null : tapes.linkOf(station);
  if (station !== null && link === null) throw new UnknownStation(station);
  const about = `incident capsule${station === null ? '' : ` of station ${station}`}`;
  const facts = source.facts(station);
  const log = source.log();
  const records = function* (): Generator<CaptureRecord> {
    const [header, ...none] = [...tapes.capture({ ...origin, about }, [])];
    yield* header === undefined ? none : [header];
    yield { k: 'capsule', facts };
    let first = true;
    for (const record of tapes.capture(origin, link === null ? undefined : [link])) {
      if (!first) yield record;
      first = false;
    }
    for (const line of log) yield { k: 'log', line: line.slice(0, 16_384) };
  };
  return Readable.from(pieces(records())).pipe(createGzip());
}

async function* pieces(records: Generator<CaptureRecord>): AsyncGenerator<string> {
  let count = 0;
  let piece = '';
  for (const record of records) {
    piece += sealRecord(record);
    if (++count % AT_ONCE !== 0) continue;
    yield piece;
    piece = '';
    await new Promise((done) => setImmediate(done));
  }
  yield piece + sealRecord({ k: 'end', records: Math.max(0, count - 1) });
}

/** Of everything that is configured, in one order, so that two configurations can be told apart without being shown. */
export function configHash(config: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(config)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
