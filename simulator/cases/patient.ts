/** From a case to what the bay and the station need of it. */

import { FLUIDS } from '../physics/fluids.ts';
import type { BayConditions, Patient } from '../physics/patient.ts';
import { volumeAfter } from '../physics/pump.ts';
import type { RefillCase } from './case.ts';

/** What the needle will find, drainable mL. */
export function residualMl(c: RefillCase): number {
  return volumeAfter(c.pump, c.since.trueFillMl, FLUIDS[c.residualFluid], c.since.stretches);
}

/** What the last fill on record and the label let everybody expect, mL. */
export function expectedMl({ pump, since }: RefillCase): number {
  return Math.max(0, (since.recordedFillMl ?? 0) - pump.labelFlowMlPerDay * since.days);
}

export function patientOf(c: RefillCase): Patient {
  const { pump, bodyCel, pumpCel, arterialMmHg, pulsePerMin, tissueMlPerKpa } = c;
  const residualFluid = FLUIDS[c.residualFluid];
  return {
    pump,
    residualMl: residualMl(c),
    residualFluid,
    bodyCel,
    pumpCel,
    arterialMmHg,
    pulsePerMin,
    tissueMlPerKpa,
  };
}

export function conditionsOf({ roomCel, infusateCel, ambientKpa, fluid }: RefillCase): BayConditions {
  return { roomCel, infusateCel, ambientKpa, infusate: FLUIDS[fluid] };
}
