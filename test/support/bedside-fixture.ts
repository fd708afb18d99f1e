/**
 * The real web server, alarm system, register and refill desk, with one pump of 40 fills; and, when wanted, a made-up refill
 * in front of them that stands in whatever phase one likes, with readings to match. For the tests of the bedside page and for working on it:
 *
 *   npx tsx test/support/bedside-fixture.ts --port 8498 --phase fill --alarms overfill,coldFill --hold linePressure
 */
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { CHANNEL_INDEX } from '../../protocols/reading.ts';
import { ALARM_CONDITIONS, type AlarmCondition } from '../../src/alarms/catalogue.ts';
import { Bus } from '../../src/bus.ts';
import { systemClock } from '../../src/clock.ts';
import { openDesks } from '../../src/compose/desks.ts';
import { configSchema } from '../../src/config.ts';
import { silentLogger } from '../../src/logger.ts';
import { HOLD_POINTS, PHASES, type RefillState } from '../../src/refill/model.ts';
import { heldAt, pumpAt, refillIn } from './refill-states.ts';
import { temporaryFolder } from './services.ts';
import {
  fleetStatuses,
  infoOf,
  REFILLING,
  readingOf,
  startWebFixture,
  type WebFixture,
  type WebFixtureOptions,
} from './web-fixture.ts';

const EVERY_MS = 100;

export interface BedsideFixture extends WebFixture {
  /** From now on the refill of `REFILLING` is this one; `null`: what really is open there. */
  show(refill: ((nowMs: number) => RefillState) | null): void;
  raise(...conditions: readonly AlarmCondition[]): void;
  end(...conditions: readonly AlarmCondition[]): void;
}

/** Readings as a station would say them in this state, in the order of `CHANNELS`. */
function valuesOf(refill: RefillState | null, nowMs: number): (number | null)[] {
  const wobble = Math.sin(nowMs / 700);
  const flows: Partial<Record<RefillState['phase'], number>> = { empty: -24, confirm: 10, fill: 12, flush: 6 };
  const pressures: Partial<Record<RefillState['phase'], number>> = { access: 57, empty: 22, confirm: 53, fill: 38 };
  const flow = refill ? (flows[refill.phase] ?? 0) : 0;
  const values: (number | null)[] = [];
  values[CHANNEL_INDEX.reservoirVolume] = refill?.level?.value ?? 11.8;
  values[CHANNEL_INDEX.lineFlow] = flow === 0 ? 0 : flow + wobble;
  values[CHANNEL_INDEX.linePressure] = (refill ? (pressures[refill.phase] ?? 0.1) : 0.1) + 0.3 * wobble;
  values[CHANNEL_INDEX.fluidTemperature] = 23.4;
  values[CHANNEL_INDEX.collectorMass] = 11.86;
  values[CHANNEL_INDEX.ambientPressure] = 101.3;
  return values;
}

export async function startBedside(options: WebFixtureOptions = {}): Promise<BedsideFixture> {
  const bus = new Bus((error) => {
    throw error;
  });
  const data = temporaryFolder();
  const config = configSchema.parse({ data: data.path });
  const desks = await openDesks({ config, bus, clock: systemClock, logger: silentLogger, version: 'fixture' });
  let make: ((nowMs: number) => RefillState) | null = null;
  const stateNow = () => make?.(systemClock.utcMs()) ?? null;
  const fixture = await startWebFixture({
    readings: 'none',
    ...options,
    bus,
    desks: {
      ...desks,
      refills: {
        busy: (station) => desks.refills.busy(station),
        begin: (station, asked) => desks.refills.begin(station, asked),
        act: (station, by, action) => desks.refills.act(station, by, action),
        list: (query) => desks.refills.list(query),
        record: (refill) => desks.refills.record(refill),
        inputs: (refill) => desks.refills.inputs(refill),
        stations: () => (make === null ? desks.refills.stations() : [REFILLING]),
        state: (station) => (make !== null && station === REFILLING ? stateNow() : desks.refills.state(station)),
      },
    },
  });
  await desks.register.put([pumpAt(systemClock.utcMs(), 40)]);
  for (const status of fleetStatuses()) bus.emit('status', status);
  bus.emit('identified', infoOf(REFILLING, '/dev/ttyUSB0'));
  let lineSeq = 0;
  const saying = setInterval(() => {
    const state = stateNow();
    bus.emit('reading', readingOf(REFILLING, ++lineSeq, { values: valuesOf(state, systemClock.utcMs()) }));
    if (state) bus.emit('refill', state);
  }, EVERY_MS);
  const say = (present: boolean) => (conditions: readonly AlarmCondition[]) => {
    for (const condition of conditions) bus.emit('condition', { source: REFILLING, condition, present, detail: null });
  };
  const raise = say(true);
  const end = say(false);
  const silence = () => clearInterval(saying);
  return {
    ...fixture,
    show(refill) {
      make = refill;
      bus.emit('refill', stateNow() ?? desks.refills.state(REFILLING) ?? { station: REFILLING, refill: null });
    },
    raise: (...conditions) => raise(conditions),
    end: (...conditions) => end(conditions),
    silence,
    close: async () => {
      silence();
      await fixture.close();
      await desks.stop();
      data.remove();
    },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8498' },
      phase: { type: 'string', default: 'fill' },
      alarms: { type: 'string', default: '' },
      hold: { type: 'string', default: '' },
    },
  });
  const phase = PHASES.find((each) => each === values.phase);
  const holds = HOLD_POINTS.filter((hold) => values.hold.split(',').includes(hold));
  const fixture = await startBedside({ http: { listen: `127.0.0.1:${values.port}` } });
  if (phase) fixture.show((nowMs) => heldAt(refillIn(phase, nowMs), ...holds));
  const conditions = Object.keys(ALARM_CONDITIONS) as AlarmCondition[];
  fixture.raise(...conditions.filter((condition) => values.alarms.split(',').includes(condition)));
  console.log(`${fixture.web.url}/#/bedside/${REFILLING}`);
  process.once('SIGINT', () => void fixture.close());
  process.once('SIGTERM', () => void fixture.close());
}
