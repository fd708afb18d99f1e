import { SENSOR_CHANNELS, SENSOR_FAULTS, type SensorChannel, type SensorFaultName } from '../physics/sensor-faults.ts';

/** What can be the matter with a refill. Every row of the table of complications has its kind. */
export const CASE_KINDS = [
  'good',
  'flush',
  'second-attempt',
  'first-fill',
  'long-interval',
  'fever',
  'altitude',
  'flight',
  'pocket',
  'bolus-gap',
  'dislodged',
  'slipped-out',
  'septum-leak',
  'hub-leak',
  'slow-pump',
  'fast-pump',
  'partial-pocket',
  'glycerin',
  'dry',
  'overfill',
  'air',
  'wrong-drug',
  'wrong-pump',
  'occluded',
  'clamped',
  'flipped',
  'cold',
  'cold-pump',
] as const;
export type CaseKind = (typeof CASE_KINDS)[number] | `sensor-${SensorFaultName}-${SensorChannel}`;

export const SENSOR_KINDS: readonly CaseKind[] = SENSOR_FAULTS.flatMap((fault) =>
  SENSOR_CHANNELS.map((channel): CaseKind => `sensor-${fault}-${channel}`),
);
export const ALL_KINDS: readonly CaseKind[] = [...CASE_KINDS, ...SENSOR_KINDS];

export function isCaseKind(name: string): name is CaseKind {
  return (ALL_KINDS as readonly string[]).includes(name);
}
