/** What lies on the tray: pump card and order of the patient, as whoever sits at the screen types them in. */
import type { FillOrder, IntervalContext, PastFill } from '../../refill/model.ts';
import type { PutPump } from '../../web/api-types.ts';
import type { ScenarioFile } from '../scenario/schema.ts';
import { ActFailed } from './stand.ts';
import type { Told } from './stepped-stations.ts';

export interface Papers {
  readonly pump: PutPump;
  readonly order: FillOrder;
  readonly context: IntervalContext;
}

export const BY = 'HIL';
/** What stands on the card where the simulator's model is a look-alike. */
const CARDS: Readonly<Record<string, string>> = {
  'isomed-like-20': 'isomed-8472-20',
  'isomed-like-35': 'isomed-8472-35',
};
const MS_PER_DAY = 86_400_000;

/** From the simulator's `case` line (docs/simulator.md): what a nurse would know, nothing of what is the matter. */
export function papersOf(told: Told, utcMs: number): Papers {
  const c = told as unknown as CaseLine;
  const fills: PastFill[] =
    c.since.recordedFillMl === null
      ? []
      : [
          {
            atMs: Math.round(utcMs - c.since.days * MS_PER_DAY),
            filledMl: c.since.recordedFillMl,
            residualMl: null,
            actualFlow: null,
            densityGPerMl: c.residualDensityGPerMl,
          },
        ];
  const { feverDays, feverCel, homeAltitudeM, flightHours } = c.since;
  return {
    pump: {
      by: BY,
      model: CARDS[c.pump.model] ?? c.pump.model,
      serial: c.pump.serial,
      udi: null,
      labelFlowMlPerDay: c.pump.labelFlowMlPerDay,
      patientRef: null,
      fills,
    },
    order: {
      fillMl: c.fill.ml,
      drug: c.fill.fluid,
      concentrationMgPerMl: null,
      lot: null,
      densityGPerMl: c.fill.densityGPerMl,
      needleGauge: c.gauge,
      expectedPumpUdi: scannedWhole(c.ordered.pump.data),
      expectedDrugCode: scannedWhole(c.ordered.drug.data),
    },
    context: { feverDays, feverCel, homeAltitudeM, flightHours },
  };
}

/** Where no simulated patient brings them: as the scenario has them. Throws `ActFailed` when it has none. */
export function papersOfBench(bench: ScenarioFile['setup']['bench'], utcMs: number): Papers {
  if (bench === undefined) throw new ActFailed('there are no papers to type in: the scenario has no setup.bench');
  const { pumpSerial, model, label, order, lastFill } = bench;
  const past = { residualMl: null, actualFlow: null, densityGPerMl: order.density };
  return {
    pump: {
      ...{ by: BY, model, serial: pumpSerial, udi: null, labelFlowMlPerDay: label, patientRef: null },
      fills:
        lastFill === undefined
          ? []
          : [{ ...past, atMs: Math.round(utcMs - lastFill.before * 1000), filledMl: lastFill.filled }],
    },
    order: {
      ...{ fillMl: order.fill, drug: order.drug, densityGPerMl: order.density, needleGauge: order.needle },
      ...{ concentrationMgPerMl: null, lot: null, expectedPumpUdi: null, expectedDrugCode: null },
    },
    context: { feverDays: 0, feverCel: null, homeAltitudeM: 0, flightHours: 0 },
  };
}

interface CaseLine {
  readonly pump: { readonly model: string; readonly serial: string; readonly labelFlowMlPerDay: number };
  readonly since: IntervalContext & { readonly days: number; readonly recordedFillMl: number | null };
  readonly residualDensityGPerMl: number;
  readonly fill: { readonly ml: number; readonly fluid: string; readonly densityGPerMl: number };
  readonly gauge: FillOrder['needleGauge'];
  readonly ordered: { readonly pump: { readonly data: string }; readonly drug: { readonly data: string } };
}

/** An order is typed: up to the group separator (GS1 General Specifications, FNC1 as 1Dh), which nobody can type. */
function scannedWhole(data: string): string {
  return data.split('\u001d')[0] ?? data;
}
