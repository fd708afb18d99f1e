/**
 * A store in InfluxDB 1.x. InfluxDB 2.x and 3 answer the same calls through their v1 compatibility endpoints (2.x needs
 * a DBRP mapping for the database name); that is by their documentation, it is not tested.
 *
 * A server that takes line protocol but knows no InfluxQL (VictoriaMetrics) is noticed at `open()` and used for writing
 * only: it keeps ms of the timestamps and no texts, so events go there without theirs; reading it is for its own tools.
 */
import { AsciiWriter } from '../ascii-writer.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { assertAcceptable, isName } from './accept.ts';
import { bucketGrid } from './buckets.ts';
import { type Series, seriesOf } from './influx-answers.ts';
import { connectInflux } from './influx-connection.ts';
import { DatabaseMissing, explainQueryError, NotInflux } from './influx-errors.ts';
import { EVENT, lineBodies, TELEMETRY } from './influx-lines.ts';
import {
  elsewhereFrom,
  elsewhereStatement,
  epochsFrom,
  epochsStatement,
  eventsFrom,
  eventsStatement,
  readingsStatement,
} from './influx-proof.ts';
import {
  bucketStatement,
  bucketsFrom,
  countStatement,
  countsFrom,
  readStatement,
  rowsFrom,
  STATIONS_STATEMENT,
  stationsFrom,
} from './influx-queries.ts';
import { type ProvableStore, RejectedByStore, type StoredKey, type StoredRow, StoreUnavailable } from './port.ts';

export interface InfluxStoreOptions {
  /** `http://host:port` or `https://host:port`, with a path behind a proxy; without credentials. */
  readonly url: string;
  readonly database: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM text of the authority that signed the server's certificate. */
  readonly ca?: string | undefined;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Silence after which a request has failed; default 15 s. */
  readonly timeoutMs?: number;
}

const READ_AT_ONCE = 5000;
/** While it reads one, the server works on another: measured on two cores, 57,000 rows/s instead of 35,000; four give no more. */
const BODIES_AT_ONCE = 2;

/** Throws a plain `Error` naming the key for options that cannot work; connects to nothing before `open()`. */
export function createInfluxStore(options: InfluxStoreOptions): ProvableStore {
  const { database, username, password, ca, logger, clock = systemClock, timeoutMs = 15_000 } = options;
  if (!isName(database)) throw new Error('store.database: letters, digits, ".", "_", "-"; at most 64');
  const url = new URL(options.url);
  const name = `influx ${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}/${database}`;
  const connection = connectInflux({ url, database, username, password, ca, timeoutMs, clock, description: name });
  const out = new AsciiWriter();
  let state: 'closed' | 'read-write' | 'write-only' = 'closed';
  /** Where the last `read` ended: the next page of a read-back goes on there. */
  let page = { station: '', epoch: 0, nextSeq: 0, timeNs: 0n };

  const ask = async (statement: string, times: 'rfc3339' | 'ms' = 'rfc3339'): Promise<Series[]> => {
    const series = seriesOf(await connection.query(statement, times));
    if (series === null) throw new NotInflux(`${name}: its answer is not InfluxDB's: correct store.url`);
    if ('error' in series) throw explainQueryError(name, series.error);
    return series;
  };
  const needOpen = () => {
    if (state === 'closed') throw new StoreUnavailable(`${name}: not open`);
    return state;
  };
  const needQueries = () => {
    if (needOpen() === 'write-only') {
      throw new StoreUnavailable(`${name}: this server takes writes only (no InfluxQL): read it with its own tools`);
    }
  };

  const createIfMissing = async () => {
    const databases = (await ask('SHOW DATABASES')).flatMap(({ rows }) => rows.map((row) => row[0]));
    if (databases.includes(database)) return;
    try {
      await connection.createDatabase();
      logger.info({ store: name }, 'created the database');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StoreUnavailable(
        `${reason}; database ${database} must be created by an administrator (CREATE DATABASE, GRANT ALL)`,
      );
    }
  };
  const send = async (body: string) => {
    try {
      await connection.write(body);
    } catch (error) {
      if (!(error instanceof DatabaseMissing)) throw error;
      logger.warn({ store: name }, 'the database is gone: creating it again');
      await createIfMissing();
      await connection.write(body);
    }
  };
  /** Throws what the first body that failed has met, when none is under way any more. */
  const sendAll = async (bodies: Iterable<string>) => {
    const underWay = new Set<Promise<void>>();
    const errors: unknown[] = [];
    for (const body of bodies) {
      if (underWay.size >= BODIES_AT_ONCE) await Promise.race(underWay);
      if (errors.length > 0) break;
      const sent: Promise<void> = send(body)
        .catch((error: unknown) => void errors.push(error))
        .finally(() => underWay.delete(sent));
      underWay.add(sent);
    }
    await Promise.all(underWay);
    if (errors.length > 0) throw errors[0];
  };
  /** VictoriaMetrics answers every statement with a list of databases; others have no `/query` at all. */
  const findDialect = async (): Promise<'read-write' | 'write-only'> => {
    try {
      const series = await ask('SHOW MEASUREMENTS LIMIT 1');
      return series.some((s) => s.name === 'databases') ? 'write-only' : 'read-write';
    } catch (error) {
      if (error instanceof DatabaseMissing) return 'read-write';
      const noQueries = error instanceof NotInflux || error instanceof RejectedByStore;
      // Not any server that says yes: what it takes for written is deleted from the journal.
      if (!noQueries || !(await connection.answersPing())) throw error;
      await connection.write('');
      return 'write-only';
    }
  };

  const readPage = async (
    station: string,
    epoch: number,
    fromSeq: number,
    toSeq: number,
    limit: number,
  ): Promise<StoredRow[]> => {
    const goesOn = page.station === station && page.epoch === epoch && fromSeq >= page.nextSeq;
    const notBeforeNs = goesOn ? page.timeNs : 0n;
    const statement = readStatement({ station, epoch, fromSeq, toSeq, limit, notBeforeNs });
    const rows = rowsFrom(await ask(statement), station, epoch);
    const last = rows.at(-1);
    if (last) page = { station, epoch, nextSeq: last.seq + 1, timeNs: last.timeNs };
    return rows;
  };

  return {
    get description() {
      return state === 'write-only' ? `${name} (takes writes only, no queries)` : name;
    },

    open: async () => {
      if (state !== 'closed') return;
      const dialect = await findDialect();
      if (dialect === 'read-write') await createIfMissing();
      else logger.info({ store: name }, 'the server answers no InfluxQL: it is written only, without event texts');
      state = dialect;
    },

    write: async (batch) => {
      const texts = needOpen() === 'write-only' ? 'left-out' : 'kept';
      assertAcceptable(batch);
      await sendAll(lineBodies(batch, texts, out));
    },

    query: async (range) => {
      needQueries();
      const grid = bucketGrid(range);
      const known = isName(range.station) && grid.fromMs < grid.toMs;
      return bucketsFrom(known ? await ask(bucketStatement(range.station, grid), 'ms') : [], grid);
    },

    count: async (station) => {
      needQueries();
      return isName(station) ? countsFrom(await ask(countStatement(station))) : [];
    },

    read: async (station, epoch, fromSeq, toSeq, limit) => {
      needQueries();
      const found: StoredRow[] = [];
      if (!isName(station) || ![epoch, fromSeq, toSeq].every(Number.isSafeInteger)) return found;
      let next = fromSeq;
      while (found.length < limit && next <= toSeq) {
        const wanted = Math.min(READ_AT_ONCE, Math.ceil(limit - found.length));
        const rows = await readPage(station, epoch, next, toSeq, wanted);
        for (const row of rows) found.push(row);
        if (rows.length < wanted) break;
        next = (rows.at(-1)?.seq ?? toSeq) + 1;
      }
      return found;
    },

    epochsBetween: async (station, fromNs, toNs) => {
      needQueries();
      if (!isName(station)) return [];
      const counts = await Promise.all(
        [TELEMETRY, EVENT].map(async (kind) => ask(epochsStatement(kind, station, fromNs, toNs))),
      );
      return epochsFrom(counts[0] ?? [], counts[1] ?? []);
    },

    readingsBetween: async (span) => {
      needQueries();
      return isName(span.station) ? rowsFrom(await ask(readingsStatement(span)), span.station, span.epoch) : [];
    },

    eventsBetween: async (span) => {
      needQueries();
      return isName(span.station) ? eventsFrom(await ask(eventsStatement(span)), span) : [];
    },

    elsewhere: async (query) => {
      needQueries();
      if (!isName(query.station)) return [];
      const found: StoredKey[] = [];
      for (const kind of [TELEMETRY, EVENT]) {
        for (const side of ['before', 'after'] as const) {
          const answer = await ask(elsewhereStatement(kind, side, query));
          found.push(...elsewhereFrom(answer, kind === EVENT ? 'event' : 'reading'));
        }
      }
      return found.slice(0, query.limit);
    },

    stations: async () => {
      needQueries();
      return stationsFrom(await ask(STATIONS_STATEMENT)).filter(isName);
    },

    ping: () => connection.write(''),

    close: async () => {
      state = 'closed';
      connection.close();
    },
  };
}
