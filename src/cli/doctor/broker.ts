import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import type { Config } from '../../config.ts';
import { readCredentials } from '../../mqtt/credentials.ts';
import { codeOf, messageOf } from '../exit.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const CONNECT_MS = 5000;
const ECHO_MS = 3000;
const SLOW_ECHO_MS = 250;

function optionsOf(mqtt: Config['mqtt']): IClientOptions {
  return {
    // A name of its own: with the daemon's, the broker would cut the daemon off.
    clientId: `hai-doctor-${randomUUID().slice(0, 8)}`,
    connectTimeout: CONNECT_MS,
    reconnectPeriod: 0,
    ...readCredentials(mqtt),
  };
}

async function connectTo(mqtt: Config['mqtt']): Promise<{ client: MqttClient; version: string }> {
  const options = optionsOf(mqtt);
  const older = () => connectAsync(mqtt.url, { ...options, protocolVersion: 4 }, false);
  if (mqtt.protocol === '3.1.1') return { client: await older(), version: '3.1.1' };
  try {
    return { client: await connectAsync(mqtt.url, { ...options, protocolVersion: 5 }, false), version: '5' };
  } catch (error) {
    // 1 (3.1.1 brokers) and 132: unacceptable or unsupported protocol version.
    const unsupported = error instanceof Error && 'code' in error && (error.code === 1 || error.code === 132);
    if (mqtt.protocol === '5' || !unsupported) throw error;
    return { client: await older(), version: '3.1.1' };
  }
}

function unreachable(what: string, error: unknown): Finding {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const message = messageOf(error);
  if (error instanceof Error && error.name === 'UnusableMqttConfig')
    return fail(what, message, 'correct the configuration');
  if (code === 4 || code === 5 || code === 134 || code === 135 || /not authorized|bad user/i.test(message)) {
    return fail(what, 'refuses user or password', 'check mqtt.username and the file mqtt.passwordFile names');
  }
  if (codeOf(error) === 'ECONNREFUSED')
    return fail(what, 'nothing listens there', 'start the broker, or correct mqtt.url');
  if (codeOf(error) === 'ENOTFOUND') return fail(what, 'this name is unknown', 'correct the host in mqtt.url');
  if (/certificate|self.signed|issuer/i.test(message)) {
    return fail(what, `TLS: ${message}`, 'give the authority that signed the broker in mqtt.tls.caFile');
  }
  return fail(what, message, 'check mqtt.url and the network in between');
}

/** Round trip of one message to a topic of our own, in ms; `null` when it did not come back. */
async function echo(client: MqttClient, topic: string): Promise<number | null> {
  const token = randomUUID();
  const [grant] = await client.subscribeAsync(topic, { qos: 1 });
  if (grant === undefined || grant.qos > 2) return null;
  const from = performance.now();
  const back = new Promise<number>((resolve) => {
    client.on('message', (at, payload) => {
      if (at === topic && payload.toString() === token) resolve(performance.now() - from);
    });
  });
  await client.publishAsync(topic, token, { qos: 1 });
  return Promise.race([back, new Promise<null>((resolve) => setTimeout(resolve, ECHO_MS, null))]);
}

async function checkEmbedded(port: number): Promise<Finding[]> {
  const what = `broker embedded, port ${port}`;
  const free = await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
  if (free) return [ok(what, 'free')];
  return [warn(what, 'taken', 'the next free port will be used; a running hai-bridge may be the one that has it')];
}

/** Reaches the broker, logs in, and sees whether a message comes back. */
export async function checkBroker(config: Config): Promise<Finding[]> {
  const { mqtt, site, bridge } = config;
  if (mqtt.url === 'embedded') return checkEmbedded(mqtt.embeddedPort);
  const what = `broker ${mqtt.url}`;
  let client: MqttClient;
  let version: string;
  try {
    ({ client, version } = await connectTo(mqtt));
  } catch (error) {
    return [unreachable(what, error)];
  }
  client.on('error', () => {});
  try {
    const ms = await echo(client, `hai/v1/${site}/${bridge}/doctor`).catch(() => null);
    const remedy = `let this user publish and subscribe under hai/v1/${site}/# (the broker's access list)`;
    if (ms === null) return [fail(what, 'lets us in, but a message does not come back', remedy)];
    const found = `MQTT ${version}, a message comes back in ${ms.toFixed(1)} ms`;
    return [ms > SLOW_ECHO_MS ? warn(what, found, 'look at the network between here and the broker') : ok(what, found)];
  } finally {
    await client.endAsync(true);
  }
}
