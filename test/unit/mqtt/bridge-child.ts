/** Child process of the last-will test: connects as a bridge and says so; then waits to be killed. */
import { systemClock } from '../../../src/clock.ts';
import { configSchema } from '../../../src/config.ts';
import { silentLogger } from '../../../src/logger.ts';
import { connectMqtt } from '../../../src/mqtt/connection.ts';

const connection = connectMqtt({
  config: { ...configSchema.parse({}).mqtt, url: process.argv[2] ?? '' },
  site: 'ward-3',
  bridge: 'bay-z',
  version: '0.1.0',
  clock: systemClock,
  logger: silentLogger,
});
connection.onChange((state) => {
  if (state.ok) process.stdout.write('connected\n');
});
