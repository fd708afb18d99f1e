/**
 * Three clocks, from the bytes of a station to the journal: whatever the host's UTC and the station's tick do, order is
 * kept, the tick stays beside the time as it came, and a time that is not UTC says so.
 */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeLine } from '../../../protocols/hrsp/codec.ts';
import type { Identification } from '../../../protocols/hrsp/messages.ts';
import { FLAG } from '../../../protocols/reading.ts';
import { Bus } from '../../../src/bus.ts';
import { feedJournal } from '../../../src/journal/feed.ts';
import { openJournal } from '../../../src/journal/journal.ts';
import type { OpenJournal } from '../../../src/journal/port.ts';
import { silentLogger } from '../../../src/logger.ts';
import { telemetryPayload } from '../../../src/mqtt/topics.ts';
import { newCounters } from '../../../src/station/counters.ts';
import { Ingest } from '../../../src/station/ingest.ts';
import { temporaryFolder } from '../../support/services.ts';
import { diskHere } from './disk-here.ts';
import { FakeClock } from './support.ts';

const PERIOD_MS = 100;
const HOUR_MS = 3_600_000;
const IDENTIFICATION: Identification = {
  type: 'ID',
  serial: 'RS-1',
  hardwareRevision: 'A',
  firmwareVersion: '1',
  protocol: { major: 1, minor: 0 },
  mode: 'clinical',
  rateHz: 10,
  instruments: [],
};

interface Row {
  readonly ns: bigint;
  readonly tickMs: number;
  readonly flags: number;
  /** UTC of the host when it came, ms. */
  readonly utcMs: number;
}

describe('clocks', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let clock: FakeClock;
  let journal: OpenJournal;
  let bus: Bus;
  let ingest: Ingest;
  let rows: Row[];
  let line: number;
  let utcs: number[];
  const counters = newCounters();
  let boot = 0;

  const startBridge = async () => {
    const path = join(folder.path, 'journal.db');
    journal = await openJournal({ path, bridge: 'b', clock, logger: silentLogger, disk: diskHere(path, clock) });
    journal.onCommitted(({ payload }) => {
      const batch = telemetryPayload.parse(JSON.parse(payload));
      for (const [, dtNs, tickMs, , flags] of batch.rows)
        rows.push({
          ns: BigInt(batch.t0) + BigInt(dtNs ?? 0),
          tickMs: tickMs ?? -1,
          flags: flags ?? -1,
          utcMs: utcs[rows.length] ?? 0,
        });
    });
    bus = new Bus((error) => {
      throw error;
    });
    feedJournal(bus, journal);
    ingest = new Ingest({
      ...{ bus, clock, counters, limits: {} },
      handlers: { control: () => {}, rebooted: () => {}, foreign: () => {} },
    });
    ingest.open();
    ingest.identify('RS-1', `0000000${++boot}`, IDENTIFICATION);
    line = 0;
  };
  /** So many readings, one every 100 ms of the host's monotonic clock; `tickOf` is the station's. */
  const speak = (count: number, tickOf: (n: number) => number = (n) => n * PERIOD_MS) => {
    for (let i = 0; i < count; i++) {
      const header = { bootId: `0000000${boot}`, seq: line, tick: tickOf(line) };
      line++;
      utcs.push(clock.utc);
      ingest.push(
        Buffer.from(encodeLine(header, { type: 'TEL', values: [18, 2, 3, 36, 24, 101], flags: 0 }), 'latin1'),
      );
      clock.pass(PERIOD_MS);
    }
  };
  const committed = async () => {
    await journal.flush();
    for (let i = 1; i < rows.length; i++) expect((rows[i]?.ns ?? 0n) > (rows[i - 1]?.ns ?? 0n), `row ${i}`).toBe(true);
    expect(rows).toHaveLength(utcs.length);
    // A time that is not within a quarter of a second of the host's UTC is never given out as good.
    for (const { ns, utcMs, flags } of rows)
      if (Math.abs(Number(ns / 1_000_000n) - utcMs) > 250) expect(flags & FLAG.clockUntrusted).toBeGreaterThan(0);
    return rows;
  };
  const untrusted = (from: number, to: number) =>
    rows.slice(from, to).filter(({ flags }) => flags & FLAG.clockUntrusted).length;

  beforeEach(async () => {
    folder = temporaryFolder();
    clock = new FakeClock();
    rows = [];
    utcs = [];
    boot = 0;
    await startBridge();
  });
  afterEach(async () => {
    await journal.close();
    folder.remove();
  });

  it('a steady clock is trusted, and times are those of reception', async () => {
    speak(100);
    await committed();
    expect(rows.map(({ ns }) => Number(ns / 1_000_000n))).toEqual(utcs);
    expect(rows.map(({ tickMs }) => tickMs)).toEqual(utcs.map((_, i) => i * PERIOD_MS));
    expect(untrusted(0, 100)).toBe(0);
  });

  it('a step forwards is followed at once, and distrusted for a minute', async () => {
    speak(50);
    clock.utc += HOUR_MS;
    speak(700);
    await committed();
    expect(Number(rows[50]?.ns) / 1e6 - Number(rows[49]?.ns) / 1e6).toBeCloseTo(HOUR_MS + PERIOD_MS, 0);
    expect([untrusted(0, 50), untrusted(50, 650), untrusted(650, 750)]).toEqual([0, 600, 0]);
    expect(rows.map(({ tickMs }) => tickMs)).toEqual(utcs.map((_, i) => i * PERIOD_MS));
  });

  it('a step backwards turns no order round: what lay apart stays apart, flagged until UTC has caught up', async () => {
    speak(50);
    clock.utc -= 60_000;
    // The minute is over after 480 s at 7/8 of the pace.
    speak(4850);
    await committed();
    const gapMs = (i: number) => Number((rows[i]?.ns ?? 0n) - (rows[i - 1]?.ns ?? 0n)) / 1e6;
    for (const i of [51, 500, 3000, 4700]) expect(gapMs(i)).toBeCloseTo((PERIOD_MS * 7) / 8, 3);
    expect(gapMs(4890)).toBeCloseTo(PERIOD_MS, 3);
    expect([untrusted(0, 50), untrusted(50, 4800)]).toEqual([0, 4750]);
    expect(untrusted(4880, 4900)).toBe(0);
    expect(rows.map(({ tickMs }) => tickMs)).toEqual(utcs.map((_, i) => i * PERIOD_MS));
  });

  it('a boot without a clock is distrusted until time is set, and a minute longer', async () => {
    clock.utc = 5000;
    speak(200);
    expect(await committed()).toHaveLength(200);
    expect(untrusted(0, 200)).toBe(200);
    clock.utc = Date.UTC(2026, 2, 14);
    speak(700);
    await committed();
    expect([untrusted(200, 800), untrusted(800, 900)]).toEqual([600, 0]);
    expect(Number((rows[850]?.ns ?? 0n) / 1_000_000n)).toBe(utcs[850]);
  });

  it('a bridge that starts without a clock goes on after its last time, and says of every one that it is none', async () => {
    speak(50);
    await committed();
    await journal.close();
    clock.utc = 5000;
    await startBridge();
    speak(100);
    await committed();
    expect(untrusted(50, 150)).toBe(100);
    expect((rows[149]?.ns ?? 0n) - (rows[50]?.ns ?? 0n)).toBe(8_662_500_000n);
  });

  it('a tick that runs 2 % fast is kept as it comes, and time is the host’s', async () => {
    speak(600, (n) => Math.round(n * PERIOD_MS * 1.02));
    await committed();
    expect(rows.map(({ ns }) => Number(ns / 1_000_000n))).toEqual(utcs);
    expect(rows[599]?.tickMs).toBe(61_098);
    // Drift is no jump.
    expect(rows.filter(({ flags }) => flags & (FLAG.tickJump | FLAG.clockUntrusted))).toEqual([]);
    expect(ingest.tickDriftMs).toBeGreaterThan(800);
  });

  it('a tick that jumps is flagged at that place, and time does not follow it', async () => {
    speak(100, (n) => n * PERIOD_MS + (n >= 60 ? 7_200_000 : 0));
    await committed();
    expect(rows.map(({ ns }) => Number(ns / 1_000_000n))).toEqual(utcs);
    expect(rows.flatMap(({ flags }, i) => (flags & FLAG.tickJump ? [i] : []))).toEqual([60]);
    expect(rows[60]?.tickMs).toBe(7_206_000);
  });
});
