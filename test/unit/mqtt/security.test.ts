/** Passwords, certificates and protocol versions, against a real mosquitto. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { connectMqtt, type MqttConnection } from '../../../src/mqtt/connection.ts';
import type { MqttConfig } from '../../../src/mqtt/credentials.ts';
import { startEmbeddedBroker } from '../../../src/mqtt/embedded-broker.ts';
import { type Service, startMosquitto, temporaryFolder } from '../../support/services.ts';
import { available } from '../../support/what-was-not-tested.ts';
import { collectingLogger } from '../journal/support.ts';
import { mqttConfig } from './pipeline.ts';

const opened: MqttConnection[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((c) => c.close()));
});

function connect(url: string, over: Partial<MqttConfig> = {}, logger = collectingLogger()) {
  const connection = connectMqtt({
    config: mqttConfig(url, over),
    site: 'ward-3',
    bridge: 'bay-a',
    version: '0.1.0',
    clock: systemClock,
    logger,
    random: () => 0,
  });
  opened.push(connection);
  return { connection, logger };
}
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 15_000, interval: 20 });
const becomes = (connection: MqttConnection, state: object) =>
  eventually(() => expect(connection.state()).toMatchObject(state));

const folder = temporaryFolder();
afterAll(() => folder.remove());
const file = (name: string, content?: string) => {
  const path = join(folder.path, name);
  if (content !== undefined) writeFileSync(path, content);
  return path;
};

describe('configuration errors name key, file and remedy', () => {
  it.each([
    [
      'missing password file',
      { username: 'a', passwordFile: '/nowhere/pw' },
      /mqtt\.passwordFile: \/nowhere\/pw: there is no such file/,
    ],
    ['password without user', { passwordFile: '/nowhere/pw' }, /mqtt\.passwordFile needs mqtt\.username/],
    [
      'missing CA',
      { url: 'mqtts://h', tls: { caFile: '/nowhere/ca' } },
      /mqtt\.tls\.caFile: \/nowhere\/ca: there is no such file/,
    ],
    [
      'certificate without key',
      { url: 'mqtts://h', tls: { certFile: '/c' } },
      /certFile and mqtt\.tls\.keyFile belong together/,
    ],
    ['TLS files with a plain URL', { tls: { caFile: '/c' } }, /not encrypted: write mqtts:/],
  ])('%s', (_, over, message) => {
    expect(() => connect('mqtt://127.0.0.1:1', over)).toThrow(message);
  });

  it('a CA file that is no PEM', () => {
    const caFile = file('not.pem', 'hello');
    expect(() => connect('mqtts://127.0.0.1:1', { tls: { caFile } })).toThrow(
      /caFile: .*not\.pem: not usable; expected PEM/,
    );
  });
});

describe('unreachable', () => {
  it('says that nothing listens, once, and goes on trying', async () => {
    const { connection, logger } = connect('mqtt://127.0.0.1:1');
    await becomes(connection, {
      ok: false,
      reason: 'mqtt://127.0.0.1:1: nothing listens there: start the broker, or correct mqtt.url',
    });
    expect(connection.publish('a', 'b', { qos: 1 })).toBe(false);
    expect(logger.lines).toHaveLength(1);
  });

  it('says when the other side does not speak MQTT and hangs up', async () => {
    const server = createServer((socket) => socket.end('220 mail ready\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const { connection } = connect(`mqtt://127.0.0.1:${port}`);
    await eventually(() => expect(connection.state().reason).not.toBe('connecting'));
    expect(connection.state().ok).toBe(false);
    await connection.close();
    server.close();
  });
});

describe('protocol versions', () => {
  it('falls back to 3.1.1 at once when the broker knows nothing newer', async () => {
    const broker = await startEmbeddedBroker({ port: 0, logger: collectingLogger() });
    const { connection, logger } = connect(broker.url);
    await becomes(connection, { ok: true, reason: null, description: `${broker.url} (MQTT 3.1.1)` });
    expect(logger.lines.filter((l) => l.level === 'warn')).toEqual([]);
    await connection.close();
    await broker.close();
  });

  it('does not fall back when told not to, and says why it cannot connect', async () => {
    const broker = await startEmbeddedBroker({ port: 0, logger: collectingLogger() });
    const { connection } = connect(broker.url, { protocol: '5' });
    await becomes(connection, {
      ok: false,
      reason: `${broker.url}: the broker refuses this protocol version: set mqtt.protocol to auto`,
    });
    await connection.close();
    await broker.close();
  });
});

describe('embedded broker', () => {
  it('takes the next free port and says so', async () => {
    const first = await startEmbeddedBroker({ port: 0, logger: collectingLogger() });
    const logger = collectingLogger();
    const second = await startEmbeddedBroker({ port: first.port, logger });
    expect(second.port).toBeGreaterThan(first.port);
    expect(second.url).toBe(`mqtt://127.0.0.1:${second.port}`);
    expect(logger.lines).toMatchObject([{ level: 'warn', fields: { wanted: first.port, port: second.port } }]);
    await first.close();
    await second.close();
  });
});

describe.skipIf(!available('broker passwords', 'mosquitto'))('a broker with passwords', () => {
  const SECRET = 'correct horse';
  let broker: Service;
  beforeAll(async () => {
    const passwords = file('passwords', '');
    execFileSync('mosquitto_passwd', ['-b', passwords, 'bay-a', SECRET]);
    broker = await startMosquitto(`listener PORT 127.0.0.1\nallow_anonymous false\npassword_file ${passwords}\n`);
  });
  afterAll(() => broker.stop());

  it('lets us in with the content of the file, trimmed', async () => {
    const passwordFile = file('right', `${SECRET}\n`);
    const { connection, logger } = connect(broker.url, { username: 'bay-a', passwordFile });
    await becomes(connection, { ok: true });
    expect(JSON.stringify([logger.lines, connection.state()])).not.toContain(SECRET);
  });

  it.each(['auto', '5', '3.1.1'] as const)(
    'says so when the password is wrong (protocol %s), and takes the corrected file without a restart',
    async (protocol) => {
      const passwordFile = file(`wrong-${protocol}`, 'wrong horse');
      const { connection, logger } = connect(broker.url, { username: 'bay-a', passwordFile, protocol });
      await eventually(() =>
        expect(connection.state().reason).toMatch(
          /not authorized: set mqtt\.username and mqtt\.passwordFile|wrong user or password/,
        ),
      );
      expect(JSON.stringify(logger.lines)).not.toContain('wrong horse');
      writeFileSync(passwordFile, SECRET);
      await becomes(connection, { ok: true });
    },
  );

  it('says so when there is no password at all', async () => {
    const { connection } = connect(broker.url);
    await eventually(() => expect(connection.state().reason).toMatch(/not authorized/));
  });
});

describe.skipIf(!available('TLS to the broker', 'mosquitto'))('a broker with TLS and client certificates', () => {
  let broker: Service;
  const path = (name: string) => join(folder.path, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder.path, stdio: 'pipe' });
  const signed = (name: string, authority: string) => {
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      `/CN=${name}`,
    );
    writeFileSync(path('ext'), 'subjectAltName=IP:127.0.0.1\n');
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      `${authority}.pem`,
      '-CAkey',
      `${authority}.key`,
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      'ext',
      '-out',
      `${name}.pem`,
    );
  };
  const authority = (name: string) =>
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
      '-subj',
      `/CN=${name}`,
      '-days',
      '2',
    );

  beforeAll(async () => {
    authority('ca');
    authority('other-ca');
    signed('broker', 'ca');
    signed('client', 'ca');
    signed('stranger', 'other-ca');
    broker = await startMosquitto(
      `listener PORT 127.0.0.1\nallow_anonymous true\nrequire_certificate true\ncafile ${path('ca.pem')}\ncertfile ${path('broker.pem')}\nkeyfile ${path('broker.key')}\n`,
    );
  });
  afterAll(() => broker.stop());
  const tls = (ca: string, client?: string) => ({
    tls: {
      caFile: path(`${ca}.pem`),
      ...(client && { certFile: path(`${client}.pem`), keyFile: path(`${client}.key`) }),
    },
  });

  it('connects with the right authority and certificate', async () => {
    const url = broker.url.replace('mqtt:', 'mqtts:');
    const { connection } = connect(url, tls('ca', 'client'));
    await becomes(connection, { ok: true, description: `${url} (MQTT 5)` });
  });

  it.each([
    ['without the authority', {}, /certificate not trusted: set mqtt\.tls\.caFile/],
    ['with another authority', tls('other-ca', 'client'), /certificate not trusted: set mqtt\.tls\.caFile/],
    ['without a client certificate', tls('ca'), /the broker wants a client certificate: set mqtt\.tls\.certFile/],
    [
      'with a certificate the broker does not trust',
      tls('ca', 'stranger'),
      /the broker does not trust our client certificate/,
    ],
  ])('says what is missing %s', async (_, over, reason) => {
    const { connection } = connect(broker.url.replace('mqtt:', 'mqtts:'), over);
    await eventually(() => expect(connection.state().reason).toMatch(reason));
    expect(connection.state().ok).toBe(false);
  });

  it('says so when TLS is spoken to a plain port', async () => {
    const plain = await startMosquitto();
    const { connection } = connect(plain.url.replace('mqtt:', 'mqtts:'), tls('ca'));
    await eventually(() =>
      expect(connection.state().reason).toMatch(/does not speak TLS|expects TLS|closed the connection/),
    );
    await connection.close();
    await plain.stop();
  });

  it('certificate and key that do not belong together are a configuration error', () => {
    expect(() =>
      connect('mqtts://127.0.0.1:1', { tls: { certFile: path('client.pem'), keyFile: path('stranger.key') } }),
    ).toThrow(/certFile and keyFile: .*belonging together/);
  });
});
