/** What every store must do, run over each implementation by the files beside this one. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHANNEL_NAMES, type Channel } from '../../protocols/reading.ts';
import {
  type ProvableStore,
  RejectedByStore,
  type StoredEvent,
  type StoredRow,
  type WriteBatch,
} from '../../src/store/port.ts';

export interface StoreUnderTest {
  /** Not yet open. */
  readonly store: ProvableStore;
  /** The events of a station in the order of time, read by other means than the port (it has none). */
  storedEvents(station: string): Promise<readonly StoredEvent[]>;
  cleanup(): Promise<void>;
}

const T0_MS = 1_767_225_600_000; // 2026-01-01T00:00:00Z
const T0_NS = BigInt(T0_MS) * 1_000_000n;

/** A reading 100 ms after the one before, with a time that has all nine digits of ns. */
export function row(station: string, seq: number, change: Partial<StoredRow> = {}): StoredRow {
  return {
    station,
    epoch: 1,
    seq,
    timeNs: T0_NS + BigInt(seq) * 100_000_007n,
    deviceTickMs: seq * 100,
    lineSeq: 4_294_967_000 + seq,
    flags: 0x80,
    values: [20.125 + seq, -3.5, 12.25, 36.6, -0.001 * seq, 101.325],
    ...change,
  };
}

export function rows(station: string, count: number): StoredRow[] {
  return Array.from({ length: count }, (_, i) => row(station, i + 1));
}

export function batch(rowsOfBatch: readonly StoredRow[], events: readonly StoredEvent[] = []): WriteBatch {
  return { site: 'clinic', rows: rowsOfBatch, events };
}

export function event(station: string, seq: number, data: string): StoredEvent {
  return {
    station,
    epoch: 1,
    seq,
    timeNs: T0_NS + BigInt(seq) * 100_000_007n,
    deviceTickMs: seq * 100,
    lineSeq: seq,
    source: 'scan',
    state: 'GS1 DataMatrix',
    data,
  };
}

/** Fails if a hostile name has been half accepted: the stations must be what they were. */
const HOSTILE_NAMES = ['a\nforged v=1 1', 'a,b', 'a b', 'a"b', "a'b", 'a=b', 'a\\', '', '../x', 'ä', 'x'.repeat(65)];

export function storeContract(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`store contract: ${name}`, () => {
    let under: StoreUnderTest;
    let store: ProvableStore;
    beforeAll(async () => {
      under = await create();
      store = under.store;
      await store.open();
    });
    afterAll(async () => {
      await store?.close();
      await under?.cleanup();
    });
    /** A station of its own per test, so that tests cannot meet. */
    let made = 0;
    const newStation = () => `HS-${++made}`;
    const total = async (station: string) => (await store.count(station)).reduce((sum, c) => sum + c.rows, 0);

    it('gives back exactly what was written: nulls, signs, all ns, 32-bit counters', async () => {
      const station = newStation();
      const nothing = CHANNEL_NAMES.map(() => null);
      const written = [
        row(station, 1),
        row(station, 2, { values: nothing, flags: 0x0f80 }),
        row(station, 3, { values: [0, -60, null, 1e-7, -299.999, 1.5e21], deviceTickMs: 4_294_967_295 }),
        row(station, 4, { timeNs: T0_NS + 1_234_567_891n, lineSeq: 0, flags: 0 }),
      ];
      await store.write(batch(written));
      expect(await store.read(station, 1, 1, 4, 100)).toEqual(written);
      expect(await store.read(station, 1, 2, 3, 100)).toEqual(written.slice(1, 3));
      expect(await store.read(station, 1, 1, 4, 2)).toEqual(written.slice(0, 2));
      expect(await store.read(station, 2, 1, 4, 100)).toEqual([]);
    });

    it('reads back page by page, also when a page goes backwards', async () => {
      const station = newStation();
      const written = rows(station, 30);
      await store.write(batch(written));
      expect(await store.read(station, 1, 1, 10, 100)).toEqual(written.slice(0, 10));
      expect(await store.read(station, 1, 11, 30, 10)).toEqual(written.slice(10, 20));
      expect(await store.read(station, 1, 5, 12, 100)).toEqual(written.slice(4, 12));
      expect(await store.read(station, 1, 25, 99, 100)).toEqual(written.slice(24));
    });

    it('changes nothing when the same rows come again, in one batch or in the next', async () => {
      const station = newStation();
      const written = rows(station, 50);
      await store.write(batch([...written, ...written.slice(10, 20), ...written]));
      await store.write(batch(written.slice(5)));
      await store.write(batch([...written.slice(40), row(station, 51)]));
      expect(await store.count(station)).toEqual([{ epoch: 1, rows: 51, firstSeq: 1, lastSeq: 51 }]);
      expect(await store.read(station, 1, 1, 50, 100)).toEqual(written);
    });

    it('counts per epoch, in the order of epochs', async () => {
      const station = newStation();
      const later = (seq: number, epoch: number) =>
        row(station, seq, { epoch, timeNs: T0_NS + BigInt(epoch) * 10_000_000_000n + BigInt(seq) });
      await store.write(batch([later(7, 10), later(8, 10), later(3, 2), later(1, 9)]));
      expect(await store.count(station)).toEqual([
        { epoch: 2, rows: 1, firstSeq: 3, lastSeq: 3 },
        { epoch: 9, rows: 1, firstSeq: 1, lastSeq: 1 },
        { epoch: 10, rows: 2, firstSeq: 7, lastSeq: 8 },
      ]);
    });

    it('gives min, max and mean per bucket as computed by hand, null where a channel had no value', async () => {
      const station = newStation();
      const at = (seq: number, ms: number, volume: number | null, flow: number | null) =>
        row(station, seq, {
          timeNs: T0_NS + BigInt(Math.round(ms * 1e6)),
          values: [volume, flow, null, null, null, null],
        });
      await store.write(
        batch([
          at(1, 37, 5, -1), // the first ms of the range: inside
          at(2, 136.999999, 7, null), // the last ns of the first bucket
          at(3, 137, 1, null), // the first ns of the second
          at(4, 200, 2, null),
          at(5, 230, 6, null),
          at(6, 340, null, null), // a reading without any value still is a reading
          at(7, 437, 99, 99), // the end of the range: outside
        ]),
      );
      const channels: Channel[] = ['lineFlow', 'reservoirVolume'];
      const found = await store.query({ station, fromMs: T0_MS + 37, toMs: T0_MS + 437, channels, buckets: 4 });
      expect(found).toEqual({
        bucketMs: 100,
        times: [T0_MS + 37, T0_MS + 137, T0_MS + 337],
        channels: {
          reservoirVolume: { min: [5, 1, null], max: [7, 6, null], mean: [6, 3, null] },
          lineFlow: { min: [-1, null, null], max: [-1, null, null], mean: [-1, null, null] },
        },
      });
    });

    it('never gives more buckets than asked for, and loses no reading between them', async () => {
      const station = newStation();
      await store.write(batch(rows(station, 1000)));
      for (const buckets of [1, 7, 333, 2000, 9_999_999]) {
        const range = { station, fromMs: T0_MS + 13, toMs: T0_MS + 100_101, channels: ['reservoirVolume'] as const };
        const found = await store.query({ ...range, buckets });
        expect(found.times.length).toBeLessThanOrEqual(Math.min(buckets, 2000));
        expect(found.times.length).toBeGreaterThan(buckets === 1 ? 0 : Math.min(buckets, 1000) * 0.8);
        expect(found.times[0]).toBeGreaterThanOrEqual(range.fromMs);
        expect([...found.times].sort((a, b) => a - b)).toEqual(found.times);
        expect(Math.min(...(found.channels.reservoirVolume?.min ?? []).map(Number))).toBe(21.125);
        expect(Math.max(...(found.channels.reservoirVolume?.max ?? []).map(Number))).toBe(1020.125);
      }
      const one = await store.query({ station, fromMs: 0, toMs: T0_MS * 2, channels: ['lineFlow'], buckets: 1 });
      expect(one.times).toEqual([0]);
      expect(one.channels.lineFlow?.mean[0]).toBeCloseTo(-3.5, 9);
    });

    it('answers an empty, backward or unknown range with nothing', async () => {
      const station = newStation();
      await store.write(batch(rows(station, 3)));
      const range = { station, channels: ['lineFlow'] as const, buckets: 10 };
      const nothing = { times: [], channels: { lineFlow: { min: [], max: [], mean: [] } } };
      expect(await store.query({ ...range, fromMs: 0, toMs: 1000 })).toMatchObject(nothing);
      expect(await store.query({ ...range, fromMs: T0_MS + 1000, toMs: T0_MS })).toMatchObject(nothing);
      expect(await store.query({ ...range, fromMs: T0_MS, toMs: T0_MS })).toMatchObject(nothing);
      for (const unknown of ['nobody', ...HOSTILE_NAMES]) {
        expect(await store.query({ ...range, station: unknown, fromMs: 0, toMs: T0_MS * 2 })).toMatchObject(nothing);
        expect(await store.count(unknown)).toEqual([]);
        expect(await store.read(unknown, 1, 1, 10, 10)).toEqual([]);
      }
    });

    it('keeps two stations with the same numbers apart', async () => {
      const [a, b] = [newStation(), newStation()];
      const others = rows(b, 20).map((r) => ({ ...r, values: [1, 2, 3, 4, 5, 6] }));
      await store.write(batch([...rows(a, 10), ...others]));
      expect(await total(a)).toBe(10);
      expect(await total(b)).toBe(20);
      expect(await store.read(b, 1, 1, 1, 1)).toEqual(others.slice(0, 1));
      expect(await store.stations()).toEqual(expect.arrayContaining([a, b]));
    });

    it('stores events with any text, once, also without a reading beside them', async () => {
      const station = newStation();
      const texts = [
        '',
        '(01)04012345678901',
        '\x1d17261231\x1d10AB',
        'a "quoted" \\ \\\' text',
        '",forged=1i,state="other',
        'two \\\\ and one at the end \\',
        'x\nforged v=1 1',
        'ü∞',
      ];
      const events = texts.map((data, i) => event(station, i + 1, data));
      await store.write(batch([], events));
      await store.write(batch([], [...events, ...events]));
      expect(await under.storedEvents(station)).toEqual(events);
      expect(await store.stations()).toContain(station);
      expect(await store.count(station)).toEqual([]);
    });

    it('reads back by time, readings and events apart, one epoch at a time', async () => {
      const station = newStation();
      const other = row(station, 2, { epoch: 2, timeNs: T0_NS + 2_050_000_000n });
      const written = rows(station, 30);
      const events = [31, 32, 33].map((seq) => event(station, seq, `code ${seq}`));
      await store.write(batch([...written, other], events));
      const at = (seq: number) => T0_NS + BigInt(seq) * 100_000_007n;
      const span = { station, epoch: 1, fromNs: at(5), toNs: at(32), limit: 100 };
      expect(await store.readingsBetween(span)).toEqual(written.slice(4));
      expect(await store.readingsBetween({ ...span, toNs: at(20), limit: 3 })).toEqual(written.slice(4, 7));
      expect(await store.readingsBetween({ ...span, fromNs: at(20), toNs: at(20) })).toEqual(written.slice(19, 20));
      expect(await store.readingsBetween({ ...span, epoch: 2 })).toEqual([other]);
      expect(await store.eventsBetween(span)).toEqual(events.slice(0, 2));
      expect(await store.eventsBetween({ ...span, fromNs: at(32) + 1n, toNs: at(99) })).toEqual(events.slice(2));
      expect(await store.epochsBetween(station, at(5), at(32))).toEqual([
        { epoch: 1, readings: 26, events: 2 },
        { epoch: 2, readings: 1, events: 0 },
      ]);
      expect(await store.epochsBetween(station, 0n, at(0))).toEqual([]);
      for (const unknown of ['nobody', ...HOSTILE_NAMES]) {
        expect(await store.readingsBetween({ ...span, station: unknown })).toEqual([]);
        expect(await store.eventsBetween({ ...span, station: unknown })).toEqual([]);
        expect(await store.epochsBetween(unknown, 0n, at(99))).toEqual([]);
        expect(await store.elsewhere({ ...span, station: unknown, fromSeq: 1, toSeq: 99 })).toEqual([]);
      }
    });

    it('finds numbers that stand outside of a time', async () => {
      const station = newStation();
      await store.write(batch(rows(station, 20), [event(station, 25, 'late')]));
      const at = (seq: number) => T0_NS + BigInt(seq) * 100_000_007n;
      const query = { station, epoch: 1, fromNs: at(3), toNs: at(18), limit: 10 };
      const found = await store.elsewhere({ ...query, fromSeq: 1, toSeq: 99 });
      expect([...found].sort((a, b) => a.seq - b.seq)).toEqual([
        { kind: 'reading', seq: 1, timeNs: at(1) },
        { kind: 'reading', seq: 2, timeNs: at(2) },
        { kind: 'reading', seq: 19, timeNs: at(19) },
        { kind: 'reading', seq: 20, timeNs: at(20) },
        { kind: 'event', seq: 25, timeNs: at(25) },
      ]);
      expect(await store.elsewhere({ ...query, fromSeq: 3, toSeq: 18 })).toEqual([]);
      expect(await store.elsewhere({ ...query, fromSeq: 1, toSeq: 99, limit: 2 })).toHaveLength(2);
    });

    it('rejects for good what no store can keep, and stores nothing of that batch', async () => {
      const station = newStation();
      const good = row(station, 1);
      const bad: StoredRow[] = [
        row(station, 2, { values: [Number.NaN, 1, 1, 1, 1, 1] }),
        row(station, 2, { values: [1, Number.POSITIVE_INFINITY, 1, 1, 1, 1] }),
        row(station, 2, { values: [1, 2, 3] }),
        row(station, 0),
        { ...row(station, 2), seq: 1.5 },
        row(station, 2, { epoch: Number.NaN }),
        row(station, 2, { timeNs: -1n }),
        row(station, 2, { timeNs: 2n ** 63n }),
        row(station, 2, { flags: Number.NaN }),
        row(station, 2, { lineSeq: -1 }),
      ];
      for (const wrong of bad) {
        await expect(store.write(batch([good, wrong]))).rejects.toBeInstanceOf(RejectedByStore);
      }
      await expect(store.write(batch([good], [event(station, 2, 'a\0b')]))).rejects.toBeInstanceOf(RejectedByStore);
      expect(await store.count(station)).toEqual([]);
    });

    it('rejects hostile names instead of writing something else', async () => {
      const before = await store.stations();
      for (const hostile of HOSTILE_NAMES) {
        await expect(store.write(batch([row(hostile, 1)]))).rejects.toBeInstanceOf(RejectedByStore);
        await expect(store.write(batch([], [event(hostile, 1, '')]))).rejects.toBeInstanceOf(RejectedByStore);
        const strange = { site: hostile, rows: [row('HS-hostile', 1)], events: [] };
        await expect(store.write(strange)).rejects.toBeInstanceOf(RejectedByStore);
      }
      expect(await store.stations()).toEqual(before);
    });

    it('takes 20,000 rows at once without holding up the event loop', async () => {
      const station = newStation();
      const many = rows(station, 20_000);
      let turns = 0;
      let counting = true;
      const count = () => {
        turns++;
        if (counting) setImmediate(count);
      };
      setImmediate(count);
      await store.write(batch(many));
      counting = false;
      // In pieces of at most 5,000 rows, the loop running in between; how long a piece takes is printed by the bench.
      expect(turns).toBeGreaterThanOrEqual(4);
      const range = { station, fromMs: T0_MS, toMs: T0_MS + 2_100_000, channels: CHANNEL_NAMES, buckets: 100 };
      const found = await store.query(range);
      expect(await store.count(station)).toEqual([{ epoch: 1, rows: 20_000, firstSeq: 1, lastSeq: 20_000 }]);
      expect(found.channels.reservoirVolume?.max.at(-1)).toBe(20_020.125);
      expect(await store.read(station, 1, 9000, 20_000, 50_000)).toEqual(many.slice(8999));
    });

    it('counts distinct keys whatever the order and repetition of what is written', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ epoch: fc.integer({ min: 1, max: 3 }), seq: fc.integer({ min: 1, max: 40 }) }), {
            maxLength: 80,
          }),
          fc.integer({ min: 1, max: 20 }),
          async (keys, perBatch) => {
            const station = newStation();
            const written = keys.map(({ epoch, seq }) =>
              row(station, seq, { epoch, timeNs: T0_NS + BigInt(epoch * 1000 + seq) * 1_000_003n }),
            );
            for (let i = 0; i < written.length; i += perBatch) {
              await store.write(batch(written.slice(i, i + perBatch)));
            }
            const seqs = new Map<number, Set<number>>();
            for (const { epoch, seq } of keys) seqs.set(epoch, (seqs.get(epoch) ?? new Set()).add(seq));
            const expected = [...seqs]
              .sort(([a], [b]) => a - b)
              .map(([epoch, set]) => ({
                epoch,
                rows: set.size,
                firstSeq: Math.min(...set),
                lastSeq: Math.max(...set),
              }));
            expect(await store.count(station)).toEqual(expected);
          },
        ),
        { numRuns: 25 },
      );
    });

    it('keeps everything over close and open, and refuses politely in between', async () => {
      const station = newStation();
      const written = rows(station, 10);
      await store.write(batch(written));
      await store.close();
      await store.close();
      await expect(store.write(batch(written))).rejects.toMatchObject({ name: 'StoreUnavailable' });
      await expect(store.count(station)).rejects.toMatchObject({ name: 'StoreUnavailable' });
      await store.open();
      await store.open();
      await store.ping();
      expect(await store.read(station, 1, 1, 10, 10)).toEqual(written);
      await store.write(batch([row(station, 11)]));
      expect(await total(station)).toBe(11);
    });
  });
}
