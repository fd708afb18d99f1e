/** Takes back what a drill has left on servers of the site: its retained messages, its rows. */
import { readFileSync } from 'node:fs';
import { connectAsync } from 'mqtt';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { readCredentials } from '../mqtt/credentials.ts';
import { TOPIC_ROOT } from '../mqtt/topics.ts';
import { seriesOf } from '../store/influx-answers.ts';
import { connectInflux } from '../store/influx-connection.ts';
import { EVENT, TELEMETRY } from '../store/influx-lines.ts';

const SETTLE_MS = 500;
const TIMEOUT_MS = 10_000;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Lines that say what is left, and how to take it away. */
export async function clearBroker(mqtt: Config['mqtt'], site: string): Promise<string[]> {
  const filter = `${TOPIC_ROOT}/${site}/#`;
  try {
    const left = await retainedUnder(mqtt, filter, 'delete');
    if (left.length === 0) return [];
    const still = await retainedUnder(mqtt, filter, 'look');
    return still.length === 0 ? [] : [`retained messages stay on the broker: ${still.join(', ')}`];
  } catch (error) {
    return [`retained messages under ${filter} may stay on the broker: ${messageOf(error)}`];
  }
}

async function retainedUnder(mqtt: Config['mqtt'], filter: string, what: 'delete' | 'look'): Promise<string[]> {
  const client = await connectAsync(mqtt.url, {
    ...readCredentials(mqtt),
    clientId: `hai-drill-${Math.random().toString(16).slice(2, 10)}`,
    reconnectPeriod: 0,
    connectTimeout: TIMEOUT_MS,
    protocolVersion: 4,
  });
  try {
    const topics = new Set<string>();
    client.on('error', () => {});
    client.on('message', (topic, payload, packet) => {
      if (packet.retain && payload.length > 0) topics.add(topic);
    });
    await client.subscribeAsync(filter, { qos: 1 });
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    if (what === 'delete') for (const topic of topics) await client.publishAsync(topic, '', { qos: 1, retain: true });
    return [...topics];
  } finally {
    await client.endAsync(true);
  }
}

export async function clearStore(store: Extract<Config['store'], { kind: 'influx' }>, site: string): Promise<string[]> {
  const { url, database, username, passwordFile, caFile } = store;
  const statement = `DROP SERIES FROM "${TELEMETRY}", "${EVENT}" WHERE "site" = '${site}'`;
  const read = (file: string | undefined) => (file === undefined ? undefined : readFileSync(file, 'utf8'));
  const connection = connectInflux({
    url: new URL(url),
    database,
    username,
    password: read(passwordFile)?.replace(/\r?\n$/, ''),
    ca: read(caFile),
    timeoutMs: TIMEOUT_MS,
    clock: systemClock,
    description: `influx ${url}`,
  });
  try {
    const answer = seriesOf(await connection.query(statement, 'rfc3339'));
    if (answer !== null && !('error' in answer)) return [];
    return [`rows of ${site} stay in the database (${answer?.error}); an administrator can remove them: ${statement}`];
  } catch (error) {
    return [
      `rows of ${site} may stay in the database (${messageOf(error)}); an administrator can remove them: ${statement}`,
    ];
  } finally {
    connection.close();
  }
}
