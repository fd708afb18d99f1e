/** From a scenario's set-up to what the simulator is told to play (its `--cast`). */
import type { ScenarioFile } from '../scenario/schema.ts';

type StationSetup = ScenarioFile['setup']['stations'][number];

export function castOf(setup: ScenarioFile['setup']): object {
  return { stations: setup.stations.map(stationCast) };
}

function stationCast(station: StationSetup): object {
  const { plays, visits, startAt, pump, drug, environment, patient, case: more, faults } = station;
  const change = {
    ...(pump && {
      pump: { model: pump.model, labelFlowMlPerDay: pump.label, flowRatio: pump.runs / 100 },
    }),
    ...defined({
      fillMl: drug?.fill,
      infusateCel: drug?.temperature,
      roomCel: environment?.room,
      ambientKpa: environment?.ambient,
      bodyCel: patient?.body,
      pumpCel: patient?.pump,
      arterialMmHg: patient?.arterial === undefined ? undefined : patient.arterial / 0.133322,
    }),
    ...more,
  };
  return {
    plays,
    change,
    visits,
    ...defined({ startAtS: startAt }),
    faults: Object.entries(faults).map(([name, share]) => ({ name, rate: share / 100 })),
  };
}

function defined(values: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
