/** The connection under everything that can happen to it, against a real mosquitto; seconds pass four times as fast. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { type CuttablePath, openPath } from '../../../src/drill/cuttable-path.ts';
import { connectMqtt, type MqttState, type RenewableConnection } from '../../../src/mqtt/connection.ts';
import type { MqttConfig } from '../../../src/mqtt/credentials.ts';
import { hastyClock } from '../../support/hasty-clock.ts';
import { type Service, startMosquitto, temporaryFolder } from '../../support/services.ts';
import { available } from '../../support/what-was-not-tested.ts';
import { collectingLogger } from '../journal/support.ts';
import { mqttConfig } from './pipeline.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
const folder = temporaryFolder();
afterAll(() => folder.remove());

async function broker(config?: string): Promise<Service> {
  const started = await startMosquitto(config);
  undo.push(() => started.stop());
  return started;
}

function watch(url: string, over: Partial<MqttConfig> = {}) {
  const logger = collectingLogger();
  const connection = connectMqtt({
    config: mqttConfig(url, { keepaliveS: 300, ...over }),
    site: 'ward-3',
    bridge: 'bay-a',
    version: '0.1.0',
    clock: hastyClock(4),
    logger,
  });
  const seen: MqttState[] = [];
  connection.onChange((state) => seen.push(state));
  undo.push(() => connection.close());
  return { connection, seen, logger };
}
const becomes = (connection: RenewableConnection, state: object, timeout = 15_000) =>
  vi.waitFor(() => expect(connection.state()).toMatchObject(state), { timeout, interval: 10 });
/** Up, and an echo was there. */
const proven = (connection: RenewableConnection) =>
  vi.waitFor(
    () => {
      const { ok, roundTripMs } = connection.state();
      if (!ok || roundTripMs === null) throw new Error(`not proven: ${JSON.stringify(connection.state())}`);
    },
    { timeout: 15_000, interval: 10 },
  );

describe.skipIf(!available('supervision of the broker path', 'mosquitto'))('the way to the broker', () => {
  async function pathTo(service: Service): Promise<CuttablePath & { url: string }> {
    const path = await openPath(() => connectTcp(service.port, '127.0.0.1'));
    undo.push(() => path.close());
    return Object.assign(path, { url: `mqtt://127.0.0.1:${path.port}` });
  }

  it('a broker that is stopped (SIGSTOP) is silent, long before its socket closes, and is found again', async () => {
    const service = await broker();
    const { connection, logger } = watch(service.url);
    await proven(connection);
    process.kill(service.pid, 'SIGSTOP');
    try {
      await becomes(connection, { ok: false, state: 'silent', roundTripMs: null });
      expect(connection.state().reason).toMatch(/^mqtt:\S+: nothing has come back for 5 s: the broker or the network/);
      expect(connection.connected).toBe(false);
      expect(connection.publish('a', 'b', { qos: 1 })).toBe(false);
    } finally {
      process.kill(service.pid, 'SIGCONT');
    }
    await proven(connection);
    expect(connection.state()).toMatchObject({ state: 'up', reason: null });
    expect(logger.lines.filter(({ fields }) => 'path' in fields && fields.path === 'silent')).toHaveLength(1);
  });

  it('a half-open network (no RST, no FIN) is silent too; a cut one unreachable; both heal by themselves', async () => {
    const path = await pathTo(await broker());
    const { connection, seen } = watch(path.url);
    await proven(connection);
    await path.set('silent');
    await becomes(connection, { state: 'silent' });
    await path.set('open');
    await proven(connection);
    await path.set('cut');
    await becomes(connection, { state: 'unreachable' });
    expect(connection.state().reason).toMatch(/nothing listens there|closed the connection/);
    await path.set('open');
    await proven(connection);
    // Hang-ups of a path are no reason to speak an older version to a broker that knows the newer one.
    expect(connection.protocol).toBe('5');
    expect(seen.map((s) => s.state)).toEqual(['up', 'silent', 'up', 'unreachable', 'up']);
  });

  it('a session taken over by another client is lost, and the reason names that possibility', async () => {
    const service = await broker();
    const { connection, seen } = watch(service.url);
    await proven(connection);
    const other = await mqtt.connectAsync(service.url, { clientId: 'hai-ward-3-bay-a-bridge', reconnectPeriod: 0 });
    undo.push(() => other.endAsync(true));
    await vi.waitFor(() => expect(seen.some((s) => s.reason !== null)).toBe(true), { timeout: 15_000 });
    expect(seen.find((s) => s.reason !== null)?.reason).toMatch(/two bridges|another bridge of this site has our name/);
    await proven(connection);
  });

  it('a user who is removed while connected is refused, and let in again with a new password', async () => {
    const passwords = join(folder.path, 'passwords');
    const secret = join(folder.path, 'secret');
    writeFileSync(passwords, '', { mode: 0o600 });
    execFileSync('mosquitto_passwd', ['-b', passwords, 'bay-a', 'one']);
    writeFileSync(secret, 'one');
    const service = await broker(`listener PORT 127.0.0.1\nallow_anonymous false\npassword_file ${passwords}\n`);
    const { connection } = watch(service.url, { username: 'bay-a', passwordFile: secret });
    await proven(connection);
    execFileSync('mosquitto_passwd', ['-b', passwords, 'bay-a', 'two']);
    process.kill(service.pid, 'SIGHUP');
    await becomes(connection, { ok: false, state: 'refused' });
    expect(connection.state().reason).toMatch(/not authorized|wrong user or password/);
    writeFileSync(secret, 'two');
    await proven(connection);
  });

  it('rights taken away while connected show, though the broker keeps the connection; it is used as far as it goes', async () => {
    const acl = join(folder.path, 'acl');
    writeFileSync(acl, 'topic readwrite hai/v1/#\n');
    const service = await broker(`listener PORT 127.0.0.1\nallow_anonymous true\nacl_file ${acl}\n`);
    const { connection, seen } = watch(service.url);
    await proven(connection);
    writeFileSync(acl, 'topic readwrite hai/v1/+/+/telemetry\n');
    process.kill(service.pid, 'SIGHUP');
    await becomes(connection, { ok: false, state: 'unproven' }, 20_000);
    expect(connection.state().reason).toMatch(
      /no message of ours has come back: let this user publish and subscribe hai\/v1\/ward-3\/bay-a\/echo/,
    );
    expect(seen.map((s) => s.state)).toContain('silent');
    expect(connection.connected).toBe(true);
    const taken = await new Promise((done) => {
      connection.publish('hai/v1/ward-3/X-1/telemetry', '{}', { qos: 1 }, done);
    });
    expect(taken).toBe(true);
    writeFileSync(acl, 'topic readwrite hai/v1/#\n');
    process.kill(service.pid, 'SIGHUP');
    await proven(connection);
  });

  it('moves to another broker when told to, saying goodbye to the first', async () => {
    const [first, second] = [await broker(), await broker()];
    const { connection } = watch(first.url);
    await proven(connection);
    const heard: string[] = [];
    const person = await mqtt.connectAsync(first.url);
    undo.push(() => person.endAsync(true));
    person.on('message', (_, payload) => heard.push(payload.toString()));
    await person.subscribeAsync('hai/v1/ward-3/bay-a/bridge');
    await connection.renew(mqttConfig(second.url));
    await proven(connection);
    expect(connection.state().description).toBe(`${second.url} (MQTT 5)`);
    await vi.waitFor(() => expect(heard.at(-1)).toMatch(/"state":"offline","reason":"connecting anew/), 5000);
    await expect(connection.renew(mqttConfig('mqtts://h', { tls: { caFile: '/nowhere' } }))).rejects.toThrow(/no such/);
    expect(connection.state()).toMatchObject({ state: 'up', description: `${second.url} (MQTT 5)` });
  });

  it('closes within its time, whatever the broker does', async () => {
    const service = await broker();
    const { connection } = watch(service.url);
    await proven(connection);
    process.kill(service.pid, 'SIGSTOP');
    try {
      const from = performance.now();
      await connection.close();
      expect(performance.now() - from).toBeLessThan(3000);
      expect(connection.state()).toMatchObject({ ok: false, state: 'stopped' });
    } finally {
      process.kill(service.pid, 'SIGCONT');
    }
  });
});
