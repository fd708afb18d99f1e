/** A refill bay for the desk's tests: a station that says what the test wants, at a clock that moves when told. */
import { CHANNEL_INDEX, type Reading } from '../../../protocols/reading.ts';
import type { AlarmLogEntry } from '../../../src/alarms/log.ts';
import { Bus, type BusEvents } from '../../../src/bus.ts';
import { configSchema } from '../../../src/config.ts';
import type { Begin } from '../../../src/desk/begin.ts';
import type { Desks } from '../../../src/desk/desks.ts';
import { PumpRegister } from '../../../src/desk/pump-register.ts';
import { RefillDesk } from '../../../src/desk/refill-desk.ts';
import type { FillOrder, IntervalContext, PastFill, Pump } from '../../../src/refill/model.ts';
import type { StationEvent, StationState } from '../../../src/station/model.ts';
import { collectingLogger, FakeClock } from '../journal/support.ts';
import { MemoryRecords } from './memory-records.ts';

export const STATION = 'HRS-0042';
export const DAY_MS = 86_400_000;

/** Of the nominal scenario: 30 mL, 1.3 mL/d, filled 14 days ago. */
export const pumpAt = (nowMs: number): Pump => ({
  pump: 'P0042',
  model: {
    model: 'example-30',
    manufacturer: 'example',
    capacityMl: 30,
    deadVolumeMl: 1.5,
    labelFlowsMlPerDay: [1.3],
    tolerancePercent: 15,
    septa: 2,
    needle: '22G',
    udiDi: null,
    source: 'made up for this test',
  },
  serial: '20175',
  udi: null,
  labelFlowMlPerDay: 1.3,
  patientRef: 'pt-7',
  fills: [{ atMs: nowMs - 14 * DAY_MS, filledMl: 30, residualMl: null, actualFlow: null }],
});

export const ORDER: FillOrder = {
  fillMl: 30,
  drug: 'saline',
  concentrationMgPerMl: null,
  lot: 'LOT7',
  densityGPerMl: 1.005,
  needleGauge: '22G',
  expectedPumpUdi: 'P0042',
  expectedDrugCode: null,
};
export const CONTEXT: IntervalContext = { feverDays: 0, feverCel: null, homeAltitudeM: 0, flightHours: 0 };
export const BEGIN: Begin = { by: 'An Example', pump: 'P0042', order: ORDER, context: CONTEXT };

export interface Bay {
  readonly desk: RefillDesk;
  readonly bus: Bus;
  readonly clock: FakeClock;
  readonly records: MemoryRecords;
  readonly fills: PastFill[];
  readonly logger: ReturnType<typeof collectingLogger>;
  said<K extends keyof BusEvents>(topic: K): BusEvents[K][];
  status(state: StationState, bootId?: string, mode?: 'simulated' | 'clinical'): void;
  /** Readings for `ms` at 10 Hz. */
  read(ms: number, values?: Partial<Record<keyof typeof CHANNEL_INDEX, number | null>>): void;
  event(source: StationEvent['source'], state: string, data?: string): void;
}

/** What was on the disk; of the run before. */
export const keptIn = (records: MemoryRecords) => {
  const ended = new Set(records.of('refill-ended').map(({ summary }) => summary.refill));
  return records
    .of('refill-begun')
    .filter(({ summary }) => !ended.has(summary.refill))
    .map(({ summary, line }) => ({
      refill: summary.refill,
      summary: JSON.stringify(summary),
      inputs: [line, ...records.of('inputs').flatMap((w) => (w.refill === summary.refill ? [...w.lines] : []))],
    }));
};

export async function openBay(
  options: {
    records?: MemoryRecords;
    clock?: FakeClock;
    refill?: object;
    alarmLog?: readonly AlarmLogEntry[];
    register?: PumpRegister;
  } = {},
): Promise<Bay> {
  const { records = new MemoryRecords(), clock = new FakeClock(), refill = {}, alarmLog = [] } = options;
  const bus = new Bus((error) => {
    throw error;
  });
  const heard: { [K in keyof BusEvents]?: BusEvents[K][] } = {};
  for (const topic of ['refill', 'condition', 'event', 'record'] as const) {
    const list: unknown[] = [];
    Object.assign(heard, { [topic]: list });
    bus.on(topic, (payload) => list.push(structuredClone(payload)));
  }
  const logger = collectingLogger();
  const fills: PastFill[] = [];
  const desk = new RefillDesk({
    bus,
    clock,
    random: () => 0.5,
    logger,
    records,
    register: options.register ?? {
      get: (pump) => (pump === 'P0042' ? pumpAt(clock.utcMs()) : null),
      addFill: async (_, fill) => void fills.push(fill),
    },
    settings: configSchema.parse({ refill }).refill,
    written: { site: 'ward-3', bridge: 'bay-a', software: '1.2.3' },
    kept: keptIn(records),
    alarmLog: async () => alarmLog,
  });
  await desk.start();
  let seq = 0;
  let boot = '0A1B2C3D';
  const received = () => ({ utcMs: clock.utcMs(), monotonicMs: clock.monotonicMs() });
  const status: Bay['status'] = (state, bootId = boot, mode = 'simulated') => {
    boot = bootId;
    if (state === 'live') {
      bus.emit('identified', {
        station: STATION,
        link: '/dev/ttyUSB0',
        bootId,
        identifiedUtcMs: clock.utcMs(),
        identification: {
          type: 'ID',
          serial: STATION,
          hardwareRevision: 'C',
          firmwareVersion: '2.4.1',
          protocol: { major: 1, minor: 1 },
          mode,
          rateHz: 10,
          instruments: [],
        },
      });
    }
    const reason = state === 'live' ? null : 'a cable came loose';
    bus.emit('status', { station: STATION, link: '/dev/ttyUSB0', state, reason, sinceUtcMs: clock.utcMs() });
  };
  const read: Bay['read'] = (ms, values = {}) => {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.pass(100);
      const list: (number | null)[] = [11.8, 0, 0, 22, 0, 101.325];
      for (const [name, value] of Object.entries(values))
        list[CHANNEL_INDEX[name as keyof typeof CHANNEL_INDEX]] = value;
      const reading: Reading = {
        station: STATION,
        bootId: boot,
        lineSeq: seq++,
        deviceTickMs: Math.round(clock.monotonicMs()),
        received: received(),
        values: list,
        flags: 0x80,
      };
      bus.emit('reading', reading);
    }
  };
  const event: Bay['event'] = (source, state, data = '') =>
    bus.emit('event', {
      station: STATION,
      bootId: boot,
      lineSeq: seq++,
      deviceTickMs: Math.round(clock.monotonicMs()),
      received: received(),
      source,
      state,
      data,
    });
  const said = <K extends keyof BusEvents>(topic: K) => (heard[topic] ?? []) as BusEvents[K][];
  return { desk, bus, clock, records, fills, logger, said, status, read, event };
}

/** Desks of a bridge where nobody refills. */
export const noRefills: Pick<Desks, 'refills' | 'register' | 'models'> = {
  refills: {
    stations: () => [],
    state: () => null,
    busy: () => false,
    begin: () => Promise.reject(new Error('not in this test')),
    act: () => Promise.reject(new Error('not in this test')),
    list: async () => ({ refills: [], next: null }),
    record: async () => null,
    inputs: async () => [],
  },
  models: [],
  register: new PumpRegister({
    dryMl: 0.5,
    ...{ records: new MemoryRecords(), kept: [], clock: new FakeClock(), logger: collectingLogger() },
  }),
};
