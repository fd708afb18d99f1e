/** What is out of order at each station now, by everything that was done to it. */
import type { ScenarioFile } from '../hil/scenario/schema.ts';
import type { Step } from '../hil/scenario/steps.ts';
import type { Switches } from './api-types.ts';

export function atStart(setup: ScenarioFile['setup']): Switches[] {
  return setup.stations.map(({ faults }) => ({
    faults: { ...faults },
    sensors: {},
    plugged: true,
    quiet: false,
    door: 'closed',
    power: 'mains',
    surroundings: {},
  }));
}

/** After an act of a scenario or of somebody who looks on. */
export function after(now: Switches, step: Step): Switches {
  if (step.fault !== undefined) {
    const faults = Object.entries({ ...now.faults, ...step.fault }).filter(([, share]) => share > 0);
    return { ...now, faults: Object.fromEntries(faults) };
  }
  if (step.sensor !== undefined) {
    return { ...now, sensors: { ...now.sensors, [step.sensor.channel]: step.sensor.fault } };
  }
  if (step.heal !== undefined) {
    const { [step.heal]: _, ...sensors } = now.sensors;
    return { ...now, sensors };
  }
  if (step.station === 'unplug' || step.station === 'replug') return { ...now, plugged: step.station === 'replug' };
  if (step.station === 'quiet' || step.station === 'resume') return { ...now, quiet: step.station === 'quiet' };
  if (step.station === 'reboot') return { ...now, quiet: false };
  if (step.surroundings !== undefined) {
    return { ...now, surroundings: { ...now.surroundings, ...JSON.parse(JSON.stringify(step.surroundings)) } };
  }
  switch (step.bay) {
    case 'door-open':
    case 'door-closed':
      return { ...now, door: step.bay === 'door-open' ? 'open' : 'closed' };
    case 'battery':
    case 'mains':
      return { ...now, power: step.bay };
    default:
      return now;
  }
}
