/**
 * Stands in for the person at the screen in a demonstration: registers a made-up pump for every simulated station, begins a
 * refill when the station's simulated patient is there, and ends it when the patient has left. Never touches a real station.
 */
import { CHANNEL_INDEX, type Reading } from '../../protocols/reading.ts';
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { FillOrder, PastFill, Pump, PumpModel } from '../refill/model.ts';
import type { StationInfo } from '../station/model.ts';
import type { PumpRegister } from './pump-register.ts';
import type { RefillDesk } from './refill-desk.ts';
import { Refused } from './refused.ts';

export interface DemoNurseOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly refills: Pick<RefillDesk, 'begin' | 'act' | 'busy' | 'state'>;
  readonly register: Pick<PumpRegister, 'get' | 'put'>;
  readonly models: readonly PumpModel[];
}

const BY = 'Demo nurse';
const DAY_MS = 86_400_000;
const LABEL_ML_PER_DAY = 1.3;
const FILL_ML = 30;
const FILLS = 8;
/** As the simulated patients' cards and labels are scanned. */
const SERIAL = 'P0042';
const DRUG = '09521234567899';
const MODEL = 'codman-3000-30';
const TRY_AGAIN_MS = 2000;
/** A reading without a volume may be lost; a patient who has left stays away. */
const AWAY_MS = 3000;

const ORDER: FillOrder = {
  fillMl: FILL_ML,
  drug: 'FUDR (simulated)',
  concentrationMgPerMl: 5,
  lot: 'LOT7',
  densityGPerMl: 1.005,
  needleGauge: '22G',
  expectedPumpUdi: SERIAL,
  expectedDrugCode: DRUG,
};
const CONTEXT = { feverDays: 0, feverCel: null, homeAltitudeM: 0, flightHours: 0 };

/** Fortnightly fills, drained to about what the label expects: enough for a trend. */
function pastFills(nowMs: number, station: string): PastFill[] {
  const phase = [...station].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  return Array.from({ length: FILLS }, (_, i) => {
    const flow = LABEL_ML_PER_DAY * (1 + 0.03 * Math.sin(phase + i));
    return {
      atMs: Math.round(nowMs - (FILLS - i) * 14 * DAY_MS),
      filledMl: FILL_ML,
      residualMl: i === 0 ? null : Math.round((FILL_ML - 14 * flow) * 100) / 100,
      actualFlow: i === 0 ? null : { value: Math.round(flow * 1000) / 1000, u95: 0.014 },
    };
  });
}

interface Bay {
  /** Monotonic ms. */
  presentMs: number;
  /** Nobody was there at some time: the patient now there has come since, and was not scanned before. */
  wasEmpty: boolean;
  triedMs: number;
  working: boolean;
}

/** Returns the function that ends it. */
export function startDemoNurse(options: DemoNurseOptions): () => void {
  const { bus, clock, logger, refills, register, models } = options;
  const model = models.find((each) => each.model === MODEL);
  if (model === undefined) return () => {};
  const bays = new Map<string, Bay>();

  const pumpOf = (station: string): Pump => ({
    pump: `DEMO-${station}`,
    model,
    serial: SERIAL,
    udi: null,
    labelFlowMlPerDay: LABEL_ML_PER_DAY,
    patientRef: 'simulated-1',
    fills: pastFills(clock.utcMs(), station),
  });
  const carefully = async (bay: Bay, work: () => Promise<unknown>) => {
    bay.working = true;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refused)) logger.warn({ error }, 'the demonstration could not go on here');
    } finally {
      bay.working = false;
    }
  };

  const arrived = (station: string, bay: Bay) => async () => {
    // As a fortnight ago each time: the simulated patients are always the same.
    const pump = pumpOf(station);
    await register.put([pump]);
    await refills.begin(station, { by: BY, pump: pump.pump, order: ORDER, context: CONTEXT });
    // Begun in the middle of a visit: pump and drug were scanned before anybody listened.
    if (!bay.wasEmpty) await refills.act(station, BY, { do: 'pass', hold: 'identity' });
  };
  const left = (station: string) => async () => {
    try {
      if (refills.state(station)?.filled === null) throw new Refused('nothing-filled', 'nothing was filled', '');
      await refills.act(station, BY, { do: 'finish' });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await refills.act(station, BY, { do: 'abort', reason: 'the simulated patient has left' });
    }
  };

  const identified = ({ station, identification }: StationInfo) => {
    if (identification.mode !== 'simulated' || bays.has(station)) return;
    const never = Number.NEGATIVE_INFINITY;
    bays.set(station, { presentMs: never, wasEmpty: false, triedMs: never, working: false });
  };
  /** A simulated station says a volume as long as somebody is there. */
  const reading = ({ station, values, received: { monotonicMs } }: Reading) => {
    const bay = bays.get(station);
    if (bay === undefined) return;
    const present = (values[CHANNEL_INDEX.reservoirVolume] ?? null) !== null;
    if (present) bay.presentMs = monotonicMs;
    else bay.wasEmpty = true;
    if (bay.working || monotonicMs < bay.triedMs + TRY_AGAIN_MS) return;
    const busy = refills.busy(station);
    if (present === busy || (busy && monotonicMs < bay.presentMs + AWAY_MS)) return;
    bay.triedMs = monotonicMs;
    void carefully(bay, busy ? left(station) : arrived(station, bay));
  };
  const ends = [bus.on('identified', identified), bus.on('reading', reading)];
  return () => {
    for (const end of ends) end();
  };
}
