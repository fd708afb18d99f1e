/** Who and what is at the bay, as given from outside. */
import type { Fluid } from './fluids.ts';
import type { PumpUnit } from './pump.ts';

export interface Patient {
  readonly pump: PumpUnit;
  /** Of the pump when the patient comes; it warms towards the body. */
  readonly pumpCel: number;
  readonly residualMl: number;
  /** In the reservoir since the last fill. */
  readonly residualFluid: Fluid;
  readonly bodyCel: number;
  readonly arterialMmHg: number;
  readonly pulsePerMin: number;
  /** Of the tissue beside the pump, mL/kPa. */
  readonly tissueMlPerKpa: number;
}

export interface BayConditions {
  readonly roomCel: number;
  readonly infusateCel: number;
  readonly ambientKpa: number;
  readonly infusate: Fluid;
}
