/** Broker and database by their own start scripts and configuration files of deploy/, under the installed mosquitto and influxd. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FLAG } from '../../protocols/reading.ts';
import { checkBroker } from '../../src/cli/doctor/broker.ts';
import { checkStore } from '../../src/cli/doctor/store.ts';
import type { Config } from '../../src/config.ts';
import { loadConfig } from '../../src/config-file.ts';
import { silentLogger } from '../../src/logger.ts';
import { createStore } from '../../src/store/create.ts';
import { dashboard, dashboardQueries, folder, makeSecrets, ROOT, secret, secrets, text } from '../support/deployed.ts';
import { endChildren } from '../support/end-children.ts';
import { freePort } from '../support/free-port.ts';
import { listening } from '../support/services.ts';
import { available, notTested } from '../support/what-was-not-tested.ts';

beforeAll(makeSecrets);
const children: ChildProcess[] = [];
/** Where broker and database of the tests below listen; 0 where their programs are missing. */
const ports = { broker: 0, database: 0 };
afterAll(async () => {
  await endChildren(children);
  folder.remove();
});

/** Runs a start script of deploy/, with its paths moved into the test's folder, until something listens on the port. */
async function startScript(path: string, port: number, env: Record<string, string>): Promise<void> {
  const child = spawn('sh', [join(ROOT, path)], { env: { ...process.env, SECRETS: secrets, ...env } });
  children.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (d: Buffer) => {
      said = (said + d).slice(-4000);
    });
  }
  const ended = new Promise<never>((_, reject) =>
    child.once('exit', (code) => reject(new Error(`ended with ${code}`))),
  );
  ended.catch(() => {});
  await Promise.race([listening(port, 30_000), ended]).catch((error: Error) => {
    throw new Error(`${path}: ${error.message}: ${said}`);
  });
}

/** deploy/hai-bridge.yaml with the names of the compose network replaced by addresses here. */
function bridgeConfig(replace: Record<string, string>): Config {
  let content = text('deploy/hai-bridge.yaml').replaceAll('/run/secrets', secrets);
  for (const [name, value] of Object.entries(replace)) content = content.replaceAll(name, value);
  const file = join(folder.path, 'hai-bridge.yaml');
  writeFileSync(file, content);
  return loadConfig(file).config;
}

describe.skipIf(!available('deploy/mosquitto', 'mosquitto', 'mosquitto_sub'))('the broker as deployed', () => {
  let port: number;
  let url: string;
  let config: Config;
  const connect = (username?: string, password?: string, protocolVersion: 4 | 5 = 5) =>
    connectAsync(
      url,
      { reconnectPeriod: 0, protocolVersion, ...(username && { username }), ...(password && { password }) },
      false,
    );

  beforeAll(async () => {
    port = await freePort();
    const run = join(folder.path, 'mosquitto');
    mkdirSync(join(run, 'data'), { recursive: true });
    const conf = text('deploy/mosquitto/mosquitto.conf')
      .replace('listener 1883 0.0.0.0', `listener ${port} 127.0.0.1`)
      .replaceAll('/tmp/', `${run}/`)
      .replace('/mosquitto/data/', `${run}/data/`);
    // Debian's mosquitto would drop to a user who cannot read this folder; the container runs as that user from the start.
    writeFileSync(join(run, 'mosquitto.conf'), process.getuid?.() === 0 ? `user root\n${conf}` : conf);
    copyFileSync(join(ROOT, 'deploy/mosquitto/acl'), join(run, 'acl'));
    await startScript('deploy/mosquitto/start.sh', port, {
      CONFIG: run,
      RUN: run,
      PATH: `${process.env.PATH}:/usr/sbin`,
    });
    ports.broker = port;
    url = `mqtt://127.0.0.1:${port}`;
    config = bridgeConfig({ 'mosquitto:1883': `127.0.0.1:${port}` });
  });

  it('stores only hashes', () => {
    const passwords = readFileSync(join(folder.path, 'mosquitto/mosquitto.passwords'), 'utf8');
    expect(passwords).toMatch(/^bridge:\$7\$.*\nviewer:\$7\$/);
    expect(passwords).not.toContain(secret('mqtt_bridge_password'));
  });

  it('refuses strangers and wrong passwords', async () => {
    await expect(connect()).rejects.toThrow(/not authorized/i);
    await expect(connect('bridge', 'wrong')).rejects.toThrow(/not authorized/i);
    await expect(connect('viewer', secret('mqtt_bridge_password'))).rejects.toThrow(/not authorized/i);
  });

  it('lets the bridge in by its own configuration', async () => {
    expect(await checkBroker(config)).toEqual([
      expect.objectContaining({ level: 'ok', found: expect.stringContaining('comes back') }),
    ]);
  });

  it('holds everybody to the access list', async () => {
    const clients: MqttClient[] = [];
    try {
      const bridge = await connect('bridge', secret('mqtt_bridge_password'));
      const viewer = await connect('viewer', secret('mqtt_viewer_password'));
      const recorder = await connect('bridge', secret('mqtt_bridge_password'));
      clients.push(bridge, viewer, recorder);
      const heard: string[] = [];
      viewer.on('message', (topic, payload) => heard.push(`viewer ${topic} ${payload}`));
      recorder.on('message', (topic, payload) => heard.push(`recorder ${topic} ${payload}`));
      await viewer.subscribeAsync('#', { qos: 1 });
      await recorder.subscribeAsync('$share/recorder/hai/v1/clinic/+/telemetry', { qos: 1 });
      // What is not allowed is acknowledged with a reason code, and reaches nobody.
      await viewer.publishAsync('hai/v1/clinic/s/telemetry', 'forged', { qos: 1 }).catch(() => {});
      await bridge.publishAsync('other/topic', 'astray', { qos: 1 }).catch(() => {});
      await bridge.publishAsync('hai/v1/clinic/s/telemetry', 'good', { qos: 1 });
      const good = ['recorder hai/v1/clinic/s/telemetry good', 'viewer hai/v1/clinic/s/telemetry good'];
      await vi.waitFor(() => expect([...heard].sort()).toEqual(good), 5000);
    } finally {
      for (const client of clients) await client.endAsync(true);
    }
  });
});

const hasInflux = available('deploy/influxdb', 'influxd') && hasShellClient();
function hasShellClient(): boolean {
  try {
    execFileSync('influx', ['-version'], { stdio: 'ignore' });
    return true;
  } catch {
    notTested('deploy/influxdb', 'not installed: influx (the command-line client of InfluxDB 1.x)');
    return false;
  }
}

describe.skipIf(!hasInflux)('the database as deployed', () => {
  let url: string;
  let config: Config;
  const data = () => join(folder.path, 'influxdb');

  async function startInflux(): Promise<void> {
    const [port, setup, rpc] = [await freePort(), await freePort(), await freePort()];
    const conf = text('deploy/influxdb/influxdb.conf')
      .replace('0.0.0.0:8086', `127.0.0.1:${port}`)
      .replace('127.0.0.1:8088', `127.0.0.1:${rpc}`)
      .replaceAll('/var/lib/influxdb', data());
    writeFileSync(join(folder.path, 'influxdb.conf'), conf);
    await startScript('deploy/influxdb/start.sh', port, {
      CONFIG: join(folder.path, 'influxdb.conf'),
      SETUP_PORT: String(setup),
    });
    ports.database = port;
    url = `http://127.0.0.1:${port}`;
    config = bridgeConfig({ 'influxdb:8086': `127.0.0.1:${port}` });
  }
  const ask = async (user: string, password: string, q: string) => {
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const body = new URLSearchParams({ q, db: 'hai', epoch: 'ms' });
    const answer = await fetch(`${url}/query`, { method: 'POST', body, headers: { authorization } });
    return { status: answer.status, body: await answer.text() };
  };
  beforeAll(startInflux, 60_000);

  it('refuses strangers and wrong passwords', async () => {
    expect((await fetch(`${url}/query?q=SHOW+DATABASES`)).status).toBe(401);
    expect((await fetch(`${url}/write?db=hai`, { method: 'POST', body: 'telemetry seq=1i' })).status).toBe(401);
    expect((await ask('hai', 'wrong', 'SHOW DATABASES')).status).toBe(401);
    // A second administrator made by a stranger is what an unguarded first start would allow.
    const rogue = new URLSearchParams({ q: "CREATE USER rogue WITH PASSWORD 'x' WITH ALL PRIVILEGES" });
    expect((await fetch(`${url}/query`, { method: 'POST', body: rogue })).status).toBe(401);
  });

  it('the bridge writes, Grafana reads only, neither is an administrator', async () => {
    expect(await checkStore(config)).toEqual([
      expect.objectContaining({ level: 'ok', found: expect.stringContaining('lets us write') }),
    ]);
    const grafana = secret('influx_grafana_password');
    expect((await ask('grafana', grafana, 'DROP MEASUREMENT "telemetry"')).body).toMatch(/error/);
    expect((await ask('grafana', grafana, 'SHOW USERS')).body).toMatch(/error/);
    expect((await ask('hai', secret('influx_hai_password'), 'SHOW USERS')).body).toMatch(/error/);
    const users = await ask('admin', secret('influx_admin_password'), 'SHOW USERS');
    expect(JSON.parse(users.body).results[0].series[0].values.sort()).toEqual([
      ['admin', true],
      ['grafana', false],
      ['hai', false],
    ]);
  });

  it('every panel of the dashboard shows what the store has written', async () => {
    const store = createStore(config, { logger: silentLogger });
    await store.open();
    const nowMs = Date.now();
    const row = (i: number) => ({
      station: 'SIM-0001',
      epoch: 1,
      seq: i + 1,
      timeNs: BigInt(nowMs - 60_000 + i * 100) * 1_000_000n,
      deviceTickMs: i * 100,
      lineSeq: i,
      flags: FLAG.simulated | (i % 10 === 0 ? FLAG.airInLine : 0),
      values: [20 - i / 100, 1, 12.5, 36.6, 1, 101.3],
    });
    const { station, epoch, timeNs, deviceTickMs, lineSeq } = row(0);
    const event = { station, epoch, seq: 1000, timeNs, deviceTickMs, lineSeq, source: 'needle', state: 'in', data: '' };
    await store.write({ site: 'clinic', rows: Array.from({ length: 300 }, (_, i) => row(i)), events: [event] });
    await store.close();
    const results = new Map<string, unknown[][]>();
    for (const { title, query } of dashboardQueries) {
      const q = query
        .replaceAll('$timeFilter', `time >= ${nowMs - 120_000}ms and time <= ${nowMs}ms`)
        .replaceAll('$__interval', '10s')
        .replaceAll(/\/\^\$(site|station)\$\//g, '/^.*$/');
      const answer = await ask('grafana', secret('influx_grafana_password'), q);
      const [result] = JSON.parse(answer.body).results;
      expect(result.error, title).toBeUndefined();
      expect(result.series?.length, title).toBe(1);
      results.set(title, result.series[0].values);
    }
    expect(results.get('Source')).toEqual([[expect.any(Number), FLAG.simulated]]);
    const values = (title: string) => (results.get(title) ?? []).map((v) => v[1]).filter((v) => typeof v === 'number');
    expect(Math.max(...values('Reservoir level'))).toBeGreaterThan(19);
    expect(values('Readings recorded per second').reduce((sum, v) => sum + v * 10, 0)).toBe(300);
    expect(values('Doubtful readings per 10 s').reduce((sum, v) => sum + v, 0)).toBe(30);
    expect(results.get('Events')).toEqual([[expect.any(Number), 'SIM-0001', 'needle', 'in', '']]);
    for (const variable of dashboard.templating.list) {
      const answer = await ask('grafana', secret('influx_grafana_password'), variable.query);
      expect(answer.body).toMatch(/SIM-0001|clinic/);
    }
  });

  it('starts again on the same data, with a changed password', async () => {
    const child = children.at(-1);
    const exit = new Promise((resolve) => child?.once('exit', resolve));
    child?.kill('SIGTERM');
    await exit;
    writeFileSync(join(folder.path, 'new'), '');
    execFileSync(
      'sh',
      ['-c', `rm "$1/influx_hai_password" && sh "$2"`, 'sh', secrets, join(folder.path, 'deploy/make-secrets.sh')],
      { stdio: 'ignore' },
    );
    await startInflux();
    expect(await checkStore(config)).toEqual([expect.objectContaining({ level: 'ok' })]);
    expect((await ask('hai', secret('influx_hai_password'), 'SELECT count("seq") FROM "telemetry"')).body).toContain(
      '300',
    );
  }, 60_000);
});

describe('the set together', () => {
  const command = (...args: string[]) => {
    const child = spawn(process.execPath, [join(ROOT, 'dist/src/cli/main.js'), ...args]);
    children.push(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (d: Buffer) => {
        said += d;
      });
    }
    return { child, said: () => said };
  };

  it('a simulated station arrives in the database, and the page wants its login', async (context) => {
    if (ports.broker === 0 || ports.database === 0) return context.skip('needs broker and database');
    const simulator = command('simulate', '--tcp', '127.0.0.1:0', '--json', '--serial-prefix', 'WARD-');
    await vi.waitFor(() => expect(simulator.said()).toContain('"ready":true'), 20_000);
    const link = /tcp:\/\/[\d.]+:\d+/.exec(simulator.said())?.[0];
    const page = await freePort();
    bridgeConfig({
      'links: []': `links: [{url: "${link}"}]`,
      'mosquitto:1883': `127.0.0.1:${ports.broker}`,
      'influxdb:8086': `127.0.0.1:${ports.database}`,
      '0.0.0.0:8470': `127.0.0.1:${page}`,
      '/var/lib/hai-bridge': join(folder.path, 'data'),
    });
    const bridge = command('up', '--config', join(folder.path, 'hai-bridge.yaml'));
    const login = (name: string, password: string) => ({
      authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
    });
    const query = new URLSearchParams({
      db: 'hai',
      q: `SELECT count("seq") FROM "telemetry" WHERE "station" = 'WARD-0001'`,
    });
    const recorded = async () => {
      const headers = login('grafana', secret('influx_grafana_password'));
      const answer = await fetch(`http://127.0.0.1:${ports.database}/query?${query}`, { headers });
      return Number(JSON.parse(await answer.text()).results[0].series?.[0].values[0][1] ?? 0);
    };
    await vi.waitFor(async () => expect(await recorded(), bridge.said()).toBeGreaterThan(20), {
      timeout: 30_000,
      interval: 250,
    });
    const url = `http://127.0.0.1:${page}`;
    expect((await fetch(`${url}/api/v1/stations`)).status).toBe(401);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const stations = await fetch(`${url}/api/v1/stations`, { headers: login('hai', secret('page_password')) });
    expect(await stations.text()).toContain('WARD-0001');
    const exit = new Promise((resolve) => bridge.child.once('exit', resolve));
    bridge.child.kill('SIGTERM');
    expect(await exit).toBe(0);
    for (const name of readdirSync(secrets)) expect(bridge.said()).not.toContain(secret(name));
  });
});
