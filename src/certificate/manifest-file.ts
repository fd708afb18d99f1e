/** The manifest's SQLite file: what was journaled, in blocks; WAL with `synchronous=FULL`, like the journal it vouches for. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import type { Block } from './block.ts';
import type { SeqRange } from './seq-ranges.ts';

const LAYOUT_VERSION = 2;
const BUSY_MS = 2000;
const LAYOUT = `
CREATE TABLE block (
  station TEXT NOT NULL, epoch INTEGER NOT NULL, number INTEGER NOT NULL,
  first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL,
  readings INTEGER NOT NULL, events INTEGER NOT NULL, hash BLOB NOT NULL, cuts TEXT NOT NULL,
  sums BLOB NOT NULL,
  PRIMARY KEY (station, epoch, number)
) WITHOUT ROWID;
CREATE INDEX block_time ON block (station, last_ns);
CREATE TABLE gap (
  station TEXT NOT NULL, epoch INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, why TEXT NOT NULL,
  PRIMARY KEY (station, epoch, first_seq)
) WITHOUT ROWID;
CREATE TABLE witness (since_ms INTEGER NOT NULL);
PRAGMA user_version = ${LAYOUT_VERSION};
`;

/**
 * Why a number between two batches belongs to no batch:
 * - `given-up`     the journal used it and could not keep the message (disk full, or the journal's file was damaged)
 * - `unwitnessed`  it was journaled before this manifest began
 */
export type GapReason = 'given-up' | 'unwitnessed';

export interface Gap extends SeqRange {
  readonly station: string;
  readonly epoch: number;
  readonly why: GapReason;
}

interface BlockRow {
  readonly station: string;
  readonly epoch: bigint;
  readonly number: bigint;
  readonly first_seq: bigint;
  readonly last_seq: bigint;
  readonly first_ns: bigint;
  readonly last_ns: bigint;
  readonly readings: bigint;
  readonly events: bigint;
  /** The driver gives a blob as one or the other. */
  readonly hash: ArrayBuffer;
  /** Places, `12,2040`; empty for none. */
  readonly cuts: string;
  readonly sums: ArrayBuffer;
}

function blockFrom(row: BlockRow): Block {
  const bytes = Buffer.from(row.sums);
  const sums = Uint32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32LE(i * 4));
  return {
    station: row.station,
    epoch: Number(row.epoch),
    number: Number(row.number),
    firstSeq: Number(row.first_seq),
    lastSeq: Number(row.last_seq),
    firstNs: row.first_ns,
    lastNs: row.last_ns,
    readings: Number(row.readings),
    events: Number(row.events),
    hash: Buffer.from(row.hash),
    cuts: row.cuts === '' ? [] : row.cuts.split(',').map(Number),
    sums,
  };
}

function sumsBytes(sums: Uint32Array): Buffer {
  const bytes = Buffer.alloc(sums.length * 4);
  for (let i = 0; i < sums.length; i++) bytes.writeUInt32LE(sums[i] as number, i * 4);
  return bytes;
}

/** The manifest file is none, or of a newer version; the message says what to do. */
export class UnusableManifest extends Error {
  override readonly name = 'UnusableManifest';
}

/** The file was written by an earlier version, whose hashes this one does not make any more. */
export class EarlierManifest extends UnusableManifest {
  override readonly name = 'UnusableManifest';
}

export class ManifestFile {
  readonly #db: InstanceType<typeof Database>;
  /** UTC ms since when everything journaled is in here. */
  readonly sinceMs: number;
  /** Whether `open` has made the file. */
  readonly fresh: boolean;

  /** Creates the file if it is missing. Throws SQLite's error, or `UnusableManifest`. */
  static open(path: string, nowMs: number): ManifestFile {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return new ManifestFile(path, nowMs);
  }

  /** For a second reader: nothing is written or created. `null` when there is no such file. */
  static openForReading(path: string): ManifestFile | null {
    return existsSync(path) ? new ManifestFile(path, null) : null;
  }

  private constructor(path: string, createdMs: number | null) {
    const db = new Database(path, { timeout: BUSY_MS });
    this.#db = db;
    try {
      if (createdMs === null) db.exec('PRAGMA query_only = 1');
      else db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
      const [version] = db.prepare('PRAGMA user_version').raw(true).get() as [number];
      if (version > LAYOUT_VERSION || (version === 0 && createdMs === null)) {
        throw new UnusableManifest(`${path}: not a manifest of this version: update hai-bridge`);
      }
      if (version > 0 && version < LAYOUT_VERSION) {
        throw new EarlierManifest(
          `${path}: a manifest of an earlier version: start the daemon, which puts it aside and begins a new one`,
        );
      }
      this.fresh = version === 0;
      if (version === 0)
        db.exec(`BEGIN IMMEDIATE;${LAYOUT}INSERT INTO witness VALUES (${Math.floor(createdMs ?? 0)});COMMIT;`);
      const [since] = db.prepare('SELECT since_ms FROM witness').raw(true).get() as [number];
      this.sinceMs = since;
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** All or nothing, durable. A block replaces its earlier state. */
  commit(blocks: Iterable<Block>, gaps: Iterable<Gap>): void {
    const db = this.#db;
    db.exec('BEGIN IMMEDIATE');
    try {
      const put = db.prepare('INSERT OR REPLACE INTO block VALUES (?,?,?,?,?,?,?,?,?,?,?,?)');
      for (const b of blocks) {
        const { station, epoch, number, firstSeq, lastSeq, firstNs, lastNs, readings, events, hash, cuts, sums } = b;
        put.run([
          ...[station, epoch, number, firstSeq, lastSeq, firstNs, lastNs, readings, events],
          ...[hash, cuts.join(','), sumsBytes(sums)],
        ]);
      }
      const putGap = db.prepare('INSERT OR REPLACE INTO gap VALUES (?,?,?,?,?)');
      for (const g of gaps) putGap.run([g.station, g.epoch, g.firstSeq, g.lastSeq, g.why]);
      db.exec('COMMIT');
    } catch (error) {
      if (db.inTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }

  #blocks(where: string, values: readonly (string | number | bigint)[]): Block[] {
    const rows = this.#db
      .prepare(`SELECT * FROM block WHERE ${where}`)
      .safeIntegers(true)
      .all(...values);
    return (rows as BlockRow[]).map(blockFrom);
  }

  /** The newest block of an epoch. */
  lastBlock(station: string, epoch: number): Block | null {
    return this.#blocks('station = ? AND epoch = ? ORDER BY number DESC LIMIT 1', [station, epoch])[0] ?? null;
  }

  /** Blocks with a message at `fromNs` <= time < `toNs`, by epoch and number; a page of at most `limit` after `after`. */
  blocks(
    station: string,
    fromNs: bigint,
    toNs: bigint,
    limit: number,
    after: { epoch: number; number: number } = { epoch: 0, number: 0 },
  ): Block[] {
    return this.#blocks(
      'station = ? AND last_ns >= ? AND first_ns < ? AND (epoch, number) > (?, ?) ORDER BY epoch, number LIMIT ?',
      [station, fromNs, toNs, after.epoch, after.number, limit],
    );
  }

  gaps(station: string, epoch: number): Gap[] {
    const rows = this.#db
      .prepare(
        'SELECT station, epoch, first_seq AS firstSeq, last_seq AS lastSeq, why FROM gap WHERE station = ? AND epoch = ? ORDER BY first_seq',
      )
      .all(station, epoch) as (Gap & { _metadata?: unknown })[];
    return rows.map(({ firstSeq, lastSeq, why }) => ({ station, epoch, firstSeq, lastSeq, why }));
  }

  /** From one station to the next by the key: reading every block for their names would take seconds. */
  stations(): string[] {
    const next = this.#db.prepare('SELECT min(station) FROM block WHERE station > ?').raw(true);
    const names: string[] = [];
    for (let last = ''; ; ) {
      const [name] = next.get(last) as [string | null];
      if (name === null) return names;
      names.push(name);
      last = name;
    }
  }

  /** First and last time of a station's messages in the manifest. */
  extent(station: string): { firstNs: bigint; lastNs: bigint } | null {
    const row = this.#db
      .prepare('SELECT min(first_ns), max(last_ns) FROM block WHERE station = ?')
      .raw(true)
      .safeIntegers(true)
      .get(station) as [bigint | null, bigint | null];
    return row[0] === null || row[1] === null ? null : { firstNs: row[0], lastNs: row[1] };
  }

  /** Forgets what ended before `ms`; from then on nothing is vouched for before that time. */
  forgetBefore(ms: number): number {
    const db = this.#db;
    db.exec('BEGIN IMMEDIATE');
    try {
      const remove = db.prepare('DELETE FROM block WHERE station = ? AND last_ns < ?');
      const endNs = BigInt(Math.floor(ms)) * 1_000_000n;
      const changes = this.stations().reduce((sum, name) => sum + remove.run([name, endNs]).changes, 0);
      if (changes > 0) {
        db.exec(
          `DELETE FROM gap WHERE NOT EXISTS (SELECT 1 FROM block b WHERE b.station = gap.station AND b.epoch = gap.epoch);
           UPDATE witness SET since_ms = max(since_ms, ${Math.floor(ms)});`,
        );
      }
      db.exec('COMMIT');
      return changes;
    } catch (error) {
      if (db.inTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    try {
      this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
    } catch {
      // Another reader holds it: the write-ahead log stays and is replayed at the next open.
    }
    this.#db.close();
  }
}
