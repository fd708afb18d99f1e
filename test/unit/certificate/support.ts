/** Messages, journal batches made of them in any way, and a store and a manifest that hold them. */
import { join } from 'node:path';
import Database from 'libsql';
import type { CertificateParts, CertificateRequest } from '../../../src/certificate/certify.ts';
import { certify } from '../../../src/certificate/certify.ts';
import { ManifestFile } from '../../../src/certificate/manifest-file.ts';
import { type Batch, ManifestWriter, type Origin } from '../../../src/certificate/manifest-writer.ts';
import type { WaitingRange } from '../../../src/certificate/waiting.ts';
import { ROW_COLUMNS } from '../../../src/mqtt/topics.ts';
import type { ProvableStore, StoredEvent, StoredRow } from '../../../src/store/port.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { temporaryFolder } from '../../support/services.ts';

export const STATION = 'SN-0001';
export const T0_MS = Date.UTC(2026, 2, 14, 9, 0, 0);
export const T0_NS = BigInt(T0_MS) * 1_000_000n;
const STEP_NS = 100_000_000n;

export type Message = StoredRow | StoredEvent;

export function reading(seq: number, change: Partial<StoredRow> = {}): StoredRow {
  return {
    station: STATION,
    epoch: 7,
    seq,
    timeNs: T0_NS + BigInt(seq) * STEP_NS,
    deviceTickMs: seq * 100,
    lineSeq: seq,
    flags: 0x80,
    values: [18.25 - seq / 1000, -0.5, 12.34, 33.1, seq % 5 === 0 ? null : 0.001 * seq, 101.325],
    ...change,
  };
}

export function event(seq: number, change: Partial<StoredEvent> = {}): StoredEvent {
  const { station, epoch, timeNs, deviceTickMs, lineSeq } = reading(seq);
  const texts = { source: 'scan', state: 'GS1 DataMatrix', data: `(01)0401234567890${seq % 10}` };
  return { station, epoch, seq, timeNs, deviceTickMs, lineSeq, ...texts, ...change };
}

/** Readings with an event at every tenth number. */
export function messages(count: number, from = 1, change: Partial<StoredRow> = {}): Message[] {
  return Array.from({ length: count }, (_, i) => {
    const seq = from + i;
    if (seq % 10 !== 0) return reading(seq, change);
    const { epoch, timeNs } = change;
    return event(seq, { ...(epoch !== undefined && { epoch }), ...(timeNs !== undefined && { timeNs }) });
  });
}

/** One journal batch; the numbers must follow each other. */
export function batchOf(list: readonly Message[]): Batch {
  const [first, last] = [list[0] as Message, list.at(-1) as Message];
  const dtNs = (m: Message) => Number(m.timeNs - first.timeNs);
  const head = { station: first.station, epoch: first.epoch, firstSeq: first.seq, lastSeq: last.seq };
  const payload = {
    ...head,
    bridge: 'bridge-1',
    bootId: '0A1B2C3D',
    history: false,
    t0: String(first.timeNs),
    columns: ROW_COLUMNS,
    rows: list.flatMap((m) =>
      'values' in m ? [[m.seq, dtNs(m), m.deviceTickMs, m.lineSeq, m.flags, ...m.values]] : [],
    ),
    events: list.flatMap((m) =>
      'values' in m
        ? []
        : [
            {
              ...{ seq: m.seq, dtNs: dtNs(m), tickMs: m.deviceTickMs, lineSeq: m.lineSeq },
              ...{ source: m.source, state: m.state, data: m.data },
            },
          ],
    ),
  };
  return { ...head, payload: JSON.stringify(payload) };
}

/** Cut where an epoch ends, where a number is missing, and after so many messages as `sizes` say, over and over. */
export function batches(list: readonly Message[], sizes: readonly number[] = [50]): Batch[] {
  const cut: Message[][] = [];
  let turn = 0;
  for (const message of list) {
    const current = cut.at(-1);
    const last = current?.at(-1);
    const follows = last?.epoch === message.epoch && last.seq + 1 === message.seq;
    if (current && follows && current.length < (sizes[turn % sizes.length] ?? 1)) current.push(message);
    else {
      if (current) turn++;
      cut.push([message]);
    }
  }
  return cut.map(batchOf);
}

export interface Site {
  readonly storePath: string;
  readonly store: ProvableStore;
  readonly manifest: ManifestFile;
  journal(list: readonly Message[], sizes?: readonly number[], origin?: Origin): void;
  /** What a stop of the daemon leaves: the file alone. */
  restartManifest(): void;
  record(list: readonly Message[]): Promise<void>;
  /** Past all of our code, as somebody with a database tool would. */
  tamper(sql: string): void;
  certificate(request?: Partial<CertificateRequest>, parts?: Partial<CertificateParts>): ReturnType<typeof certify>;
  close(): Promise<void>;
}

export async function site(sinceMs = T0_MS - 1000): Promise<Site> {
  const folder = temporaryFolder();
  const path = join(folder.path, 'store.db');
  const store = createSqliteStore({ path });
  await store.open();
  const manifest = ManifestFile.open(join(folder.path, 'manifest.db'), sinceMs);
  let writer = new ManifestWriter(manifest);
  return {
    storePath: path,
    store,
    manifest,
    journal: (list, sizes, origin = 'new') => {
      const unreadable = writer.add(batches(list, sizes), origin);
      if (unreadable.length > 0) throw new Error(JSON.stringify(unreadable));
    },
    restartManifest: () => {
      writer = new ManifestWriter(manifest);
    },
    record: async (list) =>
      store.write({
        site: 'clinic',
        rows: list.filter((m): m is StoredRow => 'values' in m),
        events: list.filter((m): m is StoredEvent => !('values' in m)),
      }),
    tamper: (sql) => {
      const db = new Database(path);
      db.exec(sql);
      db.close();
    },
    certificate: (request = {}, parts = {}) =>
      certify(
        {
          ...{ site: 'clinic', bridge: 'bridge-1', version: '0.0.0', madeMs: T0_MS + 86_400_000, store, manifest },
          ...{ waiting: async (): Promise<WaitingRange[]> => [], rejected: async () => [], notes: [], patience: 0 },
          signal: new AbortController().signal,
          ...parts,
        },
        { station: STATION, fromMs: null, toMs: null, ...request },
      ),
    close: async () => {
      await store.close();
      manifest.close();
      folder.remove();
    },
  };
}
