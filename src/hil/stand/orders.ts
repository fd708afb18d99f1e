/** Steps that the simulator carries out, as its orders (docs/simulator.md). */
import type { Step } from '../scenario/steps.ts';

/** `null`: the step is none of the simulator's. */
export function ordersOf(step: Step): object[] | null {
  const station = step.on;
  if (step.nurse !== undefined) return [{ do: 'nurse', station, order: step.nurse }];
  if (step.fault !== undefined) {
    return Object.entries(step.fault).map(([fault, share]) => ({ do: 'fault', station, fault, rate: share / 100 }));
  }
  if (step.befall !== undefined) return [{ do: 'befall', station, mishap: step.befall }];
  if (step.sensor !== undefined) return [{ do: 'sensor', station, ...step.sensor }];
  if (step.heal !== undefined) return [{ do: 'heal', station, channel: step.heal }];
  if (step.surroundings !== undefined) {
    const { ambient, room, infusate } = step.surroundings;
    const changes = { ambientKpa: ambient, roomCel: room, infusateCel: infusate };
    return [{ do: 'surroundings', station, ...JSON.parse(JSON.stringify(changes)) }];
  }
  if (step.stationClock !== undefined) {
    const { drift, jump } = step.stationClock;
    const changes = { ppm: drift, jumpMs: jump === undefined ? undefined : Math.round(jump * 1000) };
    return [{ do: 'clock', station, ...JSON.parse(JSON.stringify(changes)) }];
  }
  if (step.bay !== undefined) {
    const [what = '', state] = step.bay.split('-');
    return [state === undefined ? { do: 'power', station, state: what } : { do: what, station, state }];
  }
  if (step.station === 'quiet' || step.station === 'resume' || step.station === 'reboot') {
    return [{ do: step.station, station }];
  }
  return null;
}
