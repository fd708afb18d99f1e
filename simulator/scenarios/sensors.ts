/** The nominal refill on a station one of whose sensors fails after the line was zeroed: every fault of every channel. */
import { FAULT_SIZE } from '../cases/troubles.ts';
import { SENSOR_CHANNELS, SENSOR_FAULTS, type SensorChannel, type SensorFaultName } from '../physics/sensor-faults.ts';
import type { Scenario } from '../script.ts';
import { refill } from './refills.ts';

/** While the residual is let out. */
const FROM_S = 240;

const WORDS: Record<SensorFaultName, string> = {
  stuck: 'shows what it last showed, without any noise',
  drift: 'walks away',
  bias: 'is suddenly off',
  saturated: 'is at the end of its range',
  missing: 'says nothing',
  noisy: 'has 25 times its noise',
};
const SENSORS: Record<SensorChannel, string> = {
  mass: 'scale',
  flow: 'flow sensor',
  pressure: 'pressure sensor',
  temperature: 'thermometer',
  ambient: 'barometer',
};

function failing(fault: SensorFaultName, channel: SensorChannel): Scenario {
  const { drift, bias } = FAULT_SIZE[channel];
  const size = fault === 'drift' ? drift : fault === 'bias' ? bias : 25;
  return refill(`sensor-${fault}-${channel}`, 'sensors', `from the drain on, the ${SENSORS[channel]} ${WORDS[fault]}`, {
    kind: `sensor-${fault}-${channel}`,
    sensorFaults: [{ channel, fault, fromS: FROM_S, size }],
    nurse: { heed: 'unaware' },
  });
}

export const SENSOR_SCENARIOS: readonly Scenario[] = SENSOR_FAULTS.flatMap((fault) =>
  SENSOR_CHANNELS.map((channel) => failing(fault, channel)),
);
