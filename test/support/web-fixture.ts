/**
 * The real web server over a made-up fleet that is the same at every run: one station in a refill, one idle, one quiet,
 * one refused, one cable nobody answers on. For the tests of server and page, and for working on the page:
 *
 *   npx tsx test/support/web-fixture.ts --port 8499
 */
import { pathToFileURL } from 'node:url';
import { FAULT_KINDS, type FaultKind } from '../../protocols/framing.ts';
import type { Identification } from '../../protocols/hrsp/messages.ts';
import { CHANNEL_INDEX, FLAG, type Reading } from '../../protocols/reading.ts';
import { Bus } from '../../src/bus.ts';
import { systemClock } from '../../src/clock.ts';
import { configSchema } from '../../src/config.ts';
import { silentLogger } from '../../src/logger.ts';
import type { StationCounters, StationHealth, StationInfo, StationStatus } from '../../src/station/model.ts';
import type { RangeQuery, RangeResult, SeriesBuckets, TimeSeriesStore } from '../../src/store/port.ts';
import { startWeb, type Web, type WebParts } from '../../src/web/server.ts';

export const REFILLING = 'HRS-1001';
export const IDLE = 'HRS-1002';
export const QUIET = 'HRS-1003';
export const REFUSED = 'HRS-1004';
export const CONNECTING_LINK = 'tcp://192.0.2.15:4001';
const RATE_HZ = 10;
/** One made-up refill, much shorter than a real one: rest, drain, rest, fill, rest. */
const CYCLE_S = 120;
const FULL_ML = 24;
const RESIDUAL_ML = 1.2;

/** Values of a station at a moment, in the order of `CHANNELS`; a pure function of both. */
export function valuesAt(station: string, utcMs: number): (number | null)[] {
  const wobble = Math.sin(utcMs / 700) + Math.sin(utcMs / 237);
  const { volume, flow } = station === REFILLING ? refillAt((utcMs / 1000) % CYCLE_S) : { volume: 18.4, flow: 0 };
  const values: (number | null)[] = [];
  values[CHANNEL_INDEX.reservoirVolume] = round(volume + (flow === 0 ? 0 : wobble * 0.02), 3);
  values[CHANNEL_INDEX.lineFlow] = round(flow === 0 ? 0 : flow + wobble * 0.3, 3);
  values[CHANNEL_INDEX.linePressure] = round(flow * 0.9 + 2 + wobble * 0.15, 2);
  values[CHANNEL_INDEX.fluidTemperature] = round(23.6 + wobble * 0.05, 2);
  values[CHANNEL_INDEX.collectorMass] = round(FULL_ML - volume + wobble * 0.01, 3);
  values[CHANNEL_INDEX.ambientPressure] = station === IDLE ? null : round(101.325 + wobble * 0.002, 3);
  return values;
}

function refillAt(second: number): { volume: number; flow: number } {
  const span = FULL_ML - RESIDUAL_ML;
  const ramp = (from: number, to: number) => Math.min(1, Math.max(0, (second - from) / (to - from)));
  const volume = FULL_ML - span * ramp(15, 55) + span * ramp(65, 110);
  if (second >= 15 && second < 55) return { volume, flow: (-span / 40) * 60 };
  if (second >= 65 && second < 110) return { volume, flow: (span / 45) * 60 };
  return { volume, flow: 0 };
}

const round = (value: number, decimals: number): number => Number(value.toFixed(decimals));

export function readingOf(station: string, lineSeq: number, over: Partial<Reading> = {}): Reading {
  const utcMs = systemClock.utcMs();
  return {
    station,
    bootId: '5EED0001',
    lineSeq,
    deviceTickMs: (lineSeq * 1000) / RATE_HZ,
    received: { utcMs, monotonicMs: systemClock.monotonicMs() },
    values: valuesAt(station, utcMs),
    flags: station === REFILLING ? FLAG.simulated : 0,
    ...over,
  };
}

export function identificationOf(station: string): Identification {
  return {
    type: 'ID',
    serial: station,
    hardwareRevision: 'C',
    firmwareVersion: '2.4.1',
    protocol: { major: 1, minor: 0 },
    mode: station === REFILLING ? 'simulated' : 'clinical',
    rateHz: RATE_HZ,
    instruments: [
      { kind: 'scale', model: 'WX-300', serial: 'W-0417', channels: ['VOL', 'MAS'] },
      { kind: 'flow', model: 'LF-60', serial: 'F-2209', channels: ['FLO', 'TMP'] },
      { kind: 'pressure', model: 'PR-250', serial: 'P-1180', channels: ['PRS', 'AMB'] },
    ],
  };
}

export function infoOf(station: string, link: string): StationInfo {
  return {
    station,
    link,
    bootId: '5EED0001',
    identification: identificationOf(station),
    identifiedUtcMs: systemClock.utcMs(),
  };
}

export function countersOf(over: Partial<StationCounters> = {}): StationCounters {
  return {
    bytes: 0,
    lines: 0,
    readings: 0,
    events: 0,
    linesLost: 0,
    duplicates: 0,
    outOfOrder: 0,
    beforeIdentified: 0,
    unknownMessages: 0,
    extraFields: 0,
    foreign: 0,
    outOfRange: 0,
    beyondLimit: 0,
    tickJumps: 0,
    reboots: 0,
    opens: 1,
    openFailures: 0,
    disconnects: 0,
    quiets: 0,
    commandTimeouts: 0,
    faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as Record<FaultKind, number>,
    ...over,
  };
}

export function healthOf(station: string, over: Partial<StationHealth> = {}): StationHealth {
  return {
    station,
    atUtcMs: systemClock.utcMs(),
    state: 'live',
    counters: countersOf(),
    rateHz: RATE_HZ,
    linkQuality: 1,
    tickDriftMs: 0,
    ...over,
  };
}

/** What the made-up links say at the start. */
export function fleetStatuses(): StationStatus[] {
  const sinceUtcMs = systemClock.utcMs();
  const of = (station: string | null, link: string, state: StationStatus['state'], reason: string | null) => ({
    station,
    link,
    state,
    reason,
    sinceUtcMs,
  });
  return [
    of(REFILLING, '/dev/ttyUSB0', 'live', null),
    of(IDLE, '/dev/ttyUSB1', 'live', null),
    of(QUIET, '/dev/ttyUSB2', 'quiet', 'nothing heard for 3 periods; check that the station is switched on'),
    of(REFUSED, '/dev/ttyUSB3', 'refused', `two stations call themselves ${REFUSED}; unplug one of them`),
    of(null, CONNECTING_LINK, 'connecting', 'connection refused; check address and power of the device server'),
  ];
}

/** Stands in for a store: any time range has values that are computed from it, and every question is kept. */
export class MadeUpStore implements TimeSeriesStore {
  readonly description = 'made-up history';
  /** Thrown by `query` and `ping` while it is set. */
  failure: Error | null = null;
  readonly asked: RangeQuery[] = [];

  async query(range: RangeQuery): Promise<RangeResult> {
    this.asked.push(range);
    if (this.failure) throw this.failure;
    const bucketMs = Math.max(1, Math.ceil((range.toMs - range.fromMs) / range.buckets));
    const times: number[] = [];
    for (let at = range.fromMs; at < range.toMs; at += bucketMs) times.push(at);
    const seriesOf = (index: number): SeriesBuckets => {
      const at = (offset: number) => times.map((t) => valuesAt(range.station, t + bucketMs * offset)[index] ?? null);
      const ends = [at(0), at(0.5), at(0.99)];
      const fold = (pick: (all: number[]) => number) =>
        times.map((_, i) => {
          const all = ends.map((end) => end[i] ?? null).filter((v) => v !== null);
          return all.length === 0 ? null : pick(all);
        });
      return {
        min: fold((all) => Math.min(...all)),
        max: fold((all) => Math.max(...all)),
        mean: fold((all) => all.reduce((sum, v) => sum + v, 0) / all.length),
      };
    };
    const channels = Object.fromEntries(range.channels.map((name) => [name, seriesOf(CHANNEL_INDEX[name])]));
    return { bucketMs, times, channels };
  }

  async ping(): Promise<void> {
    if (this.failure) throw this.failure;
  }

  async open(): Promise<void> {}
  async write(): Promise<void> {}
  async count(): Promise<[]> {
    return [];
  }
  async read(): Promise<[]> {
    return [];
  }
  async stations(): Promise<string[]> {
    return [REFILLING, IDLE, QUIET];
  }
  async close(): Promise<void> {}
}

export interface WebFixture {
  readonly web: Web;
  readonly bus: Bus;
  /** What the server asks, unless the options named another store. */
  readonly store: MadeUpStore;
  /** Stops the made-up readings; the server goes on, so that everything grows old. */
  silence(): void;
  close(): Promise<void>;
}

export interface WebFixtureOptions extends Partial<Omit<WebParts, 'config'>> {
  /** HOST:PORT; a free loopback port by default. */
  readonly http?: object;
  readonly freshness?: object;
  /** `none`: no readings, no health; the test emits its own. */
  readonly readings?: 'running' | 'none';
}

export async function startWebFixture(options: WebFixtureOptions = {}): Promise<WebFixture> {
  const { http, freshness, readings = 'running', ...over } = options;
  const bus =
    options.bus ??
    new Bus((error) => {
      throw error;
    });
  const store = new MadeUpStore();
  const web = await startWeb({
    config: configSchema.parse({ http: { listen: '127.0.0.1:0', ...http }, freshness: freshness ?? {} }),
    bus,
    store,
    broker: () => ({ ok: true, reason: null, description: 'made-up broker' }),
    statuses: fleetStatuses,
    clock: systemClock,
    logger: silentLogger,
    runId: `fixture-${Math.random().toString(36).slice(2)}`,
    version: '0.0.0-fixture',
    uiFolder: new URL('../../dist/ui', import.meta.url).pathname,
    ...over,
  });
  const silence = readings === 'running' ? runFleet(bus) : () => {};
  return {
    web,
    bus,
    store,
    silence,
    close: async () => {
      silence();
      await web.close();
    },
  };
}

/** Says what stations say. Returns the function that silences them. */
function runFleet(bus: Bus): () => void {
  const live = [REFILLING, IDLE];
  for (const { station, link } of fleetStatuses()) if (station) bus.emit('identified', infoOf(station, link));
  bus.emit(
    'reading',
    readingOf(QUIET, 1, {
      received: { utcMs: systemClock.utcMs() - 9000, monotonicMs: systemClock.monotonicMs() - 9000 },
    }),
  );
  let lineSeq = 1;
  const readings = setInterval(() => {
    lineSeq += 1;
    for (const station of live) bus.emit('reading', readingOf(station, lineSeq));
  }, 1000 / RATE_HZ);
  const health = setInterval(() => {
    const counters = countersOf({ lines: lineSeq, readings: lineSeq, bytes: lineSeq * 90 });
    for (const station of live) bus.emit('health', healthOf(station, { counters }));
    bus.emit('health', healthOf(QUIET, { state: 'quiet', rateHz: 0, linkQuality: 0.42 }));
  }, 1000);
  return () => {
    clearInterval(readings);
    clearInterval(health);
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const at = process.argv.indexOf('--port');
  const port = at > 0 ? process.argv[at + 1] : '8499';
  const fixture = await startWebFixture({ http: { listen: `127.0.0.1:${port}` } });
  console.log(fixture.web.url);
  process.once('SIGINT', () => void fixture.close());
  process.once('SIGTERM', () => void fixture.close());
}
