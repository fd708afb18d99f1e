/** A case as the ledger tells it: what a reader of the ledger needs to know of patient, pump, drug and trouble. */
import { FLUIDS } from '../physics/fluids.ts';
import type { RefillCase } from './case.ts';
import { expectedOf } from './expected.ts';
import { expectedMl, residualMl } from './patient.ts';

export function describeCase(c: RefillCase) {
  const { pump, since } = c;
  const { name, capacityMl, deadVolumeMl, tolerancePercent, udiDi } = pump.model;
  return {
    kind: c.kind,
    seed: c.seed,
    pump: {
      model: name,
      serial: c.pumpSerial,
      udiDi,
      capacityMl,
      deadVolumeMl,
      tolerancePercent,
      labelFlowMlPerDay: pump.labelFlowMlPerDay,
      trueFlowRatio: pump.flowRatio,
    },
    since: {
      days: since.days,
      recordedFillMl: since.recordedFillMl,
      trueFillMl: since.trueFillMl,
      feverDays: since.feverDays,
      feverCel: since.feverCel,
      homeAltitudeM: since.homeAltitudeM,
      flightHours: since.flightHours,
    },
    residualMl: rounded(residualMl(c)),
    expectedResidualMl: rounded(expectedMl(c)),
    fill: { ml: c.fillMl, fluid: c.fluid, densityGPerMl: FLUIDS[c.fluid].densityGPerMl, cel: c.infusateCel },
    residualDensityGPerMl: FLUIDS[c.residualFluid].densityGPerMl,
    gauge: c.gauge,
    flush: c.flush,
    bodyCel: c.bodyCel,
    arterialMmHg: c.arterialMmHg,
    ambientKpa: c.ambientKpa,
    scans: c.scans,
    ordered: c.ordered,
    mishaps: c.mishaps,
    sensorFaults: c.sensorFaults,
    expected: expectedOf(c),
  };
}

function rounded(ml: number): number {
  return Math.round(ml * 10_000) / 10_000;
}
