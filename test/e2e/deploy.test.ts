/**
 * The files of deploy/ and docker-compose.yml. No container engine is needed: what can be read is checked, and the broker's
 * and the database's own start scripts and configuration files run under the installed mosquitto and influxd.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { CHANNEL_NAMES, FLAG } from '../../protocols/reading.ts';
import { checkBroker } from '../../src/cli/doctor/broker.ts';
import { checkStore } from '../../src/cli/doctor/store.ts';
import type { Config } from '../../src/config.ts';
import { loadConfig } from '../../src/config-file.ts';
import { silentLogger } from '../../src/logger.ts';
import { createStore } from '../../src/store/create.ts';
import { freePort } from '../support/free-port.ts';
import { listening, temporaryFolder } from '../support/services.ts';
import { available, notTested } from '../support/what-was-not-tested.ts';

const ROOT = join(import.meta.dirname, '../..');
const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const folder = temporaryFolder();
const secrets = join(folder.path, 'deploy/secrets');
const secret = (name: string) => readFileSync(join(secrets, name), 'utf8').trim();

beforeAll(() => {
  mkdirSync(join(folder.path, 'deploy'), { recursive: true });
  copyFileSync(join(ROOT, 'deploy/make-secrets.sh'), join(folder.path, 'deploy/make-secrets.sh'));
  execFileSync('sh', [join(folder.path, 'deploy/make-secrets.sh')], { stdio: 'ignore' });
});
const children: ChildProcess[] = [];
/** Where broker and database of the tests below listen; 0 where their programs are missing. */
const ports = { broker: 0, database: 0 };
afterAll(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exit = new Promise((resolve) => child.once('exit', resolve));
    // Not SIGKILL at once: commands end their own children first.
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 8000);
    await exit;
    clearTimeout(late);
  }
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

const service = z.looseObject({
  image: z.string(),
  user: z.string().optional(),
  ports: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
  restart: z.string(),
});
const compose = z
  .looseObject({
    services: z.record(z.string(), service),
    secrets: z.record(z.string(), z.object({ file: z.string() })),
  })
  .parse(parse(text('docker-compose.yml'), { merge: true }));

describe('docker-compose.yml', () => {
  it('holds the full set', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['bridge', 'grafana', 'influxdb', 'mosquitto']);
  });

  it.each(Object.entries(compose.services))('%s: loopback ports, pinned image, few rights', (_name, s) => {
    expect(s.ports.length).toBeGreaterThan(0);
    for (const port of s.ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    expect(s.image).toMatch(/:\d+\.\d+\.\d+$/);
    expect(s).toMatchObject({ cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'], restart: 'unless-stopped' });
  });

  it('holds no secret, only the names of files that make-secrets.sh makes', () => {
    for (const s of Object.values(compose.services)) {
      for (const [key, value] of Object.entries(s.environment)) {
        if (/PASS|SECRET|TOKEN/i.test(key))
          expect([key, value]).toEqual([expect.stringMatching(/__FILE$/), expect.stringMatching(/^\/run\/secrets\//)]);
      }
      for (const name of s.secrets) expect(Object.keys(compose.secrets)).toContain(name);
    }
    const made = readdirSync(secrets).sort();
    expect(
      Object.entries(compose.secrets)
        .map(([name, { file }]) => [name, file])
        .sort(),
    ).toEqual(made.map((name) => [name, `./deploy/secrets/${name}`]));
    expect(text('deploy/.gitignore')).toMatch(/^secrets\/$/m);
  });

  it('mounts files that are there', () => {
    for (const s of Object.values(compose.services)) {
      for (const volume of s.volumes.filter((v) => v.startsWith('./'))) {
        expect(() => statSync(join(ROOT, volume.split(':')[0] ?? ''))).not.toThrow();
        expect(volume).toMatch(/:ro$/);
      }
    }
  });
});

describe('the image', () => {
  it('runs as a user who is not root, is watched, and copies only what the context lets through', () => {
    const lines = text('Dockerfile').split('\n');
    const users = lines.filter((l) => l.startsWith('USER '));
    expect(users.at(-1)).toMatch(/^USER [1-9]\d*:[1-9]\d*$/);
    expect(text('Dockerfile')).toMatch(/^HEALTHCHECK [\s\S]*\/healthz/m);
    for (const from of lines.filter((l) => l.startsWith('FROM ')))
      expect(from).toMatch(/^FROM node:\d+\.\d+\.\d+-\w+-slim/);
    const ignore = text('.dockerignore')
      .split('\n')
      .filter((l) => l !== '' && !l.startsWith('#'));
    expect(ignore[0]).toBe('*');
    const copied = lines.filter((l) => /^COPY (?!--from)/.test(l)).flatMap((l) => l.split(' ').slice(1, -1));
    expect(copied.sort()).toEqual(
      ignore
        .slice(1)
        .map((l) => l.slice(1))
        .sort(),
    );
    for (const path of copied) expect(() => statSync(join(ROOT, path))).not.toThrow();
  });

  it('starts what the build makes', () => {
    const { bin } = JSON.parse(text('package.json'));
    expect(text('Dockerfile')).toContain(`ENTRYPOINT ["node", "/app/${bin['hai-bridge']}"]`);
    expect(text('deploy/hai-bridge.service')).toContain(`/opt/hai-bridge/${bin['hai-bridge']} up --config`);
  });
});

describe('secrets', () => {
  it('are random, closed to other users by their folder, and stay when made again', () => {
    const all = readdirSync(secrets).map(secret);
    for (const value of all) expect(value).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(new Set(all).size).toBe(all.length);
    expect(statSync(secrets).mode & 0o777).toBe(0o700);
    execFileSync('sh', [join(folder.path, 'deploy/make-secrets.sh')], { stdio: 'ignore' });
    expect(readdirSync(secrets).map(secret)).toEqual(all);
  });

  it('stand in no file of the repository', () => {
    const files = execFileSync('git', ['ls-files', 'deploy', 'docker-compose.yml', 'Dockerfile'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(files).not.toMatch(/deploy\/secrets/);
  });
});

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

const dashboard = JSON.parse(text('deploy/grafana/dashboards/stations.json'));
const queries: { title: string; query: string }[] = dashboard.panels.flatMap(
  (p: { title: string; targets: { query: string }[] }) => p.targets.map((t) => ({ title: p.title, query: t.query })),
);

describe('Grafana', () => {
  it('provisions a datasource without a password in the file, and finds the dashboards it is given', () => {
    const [source] = parse(text('deploy/grafana/provisioning/datasources/hai.yaml')).datasources;
    expect(source).toMatchObject({
      type: 'influxdb',
      uid: 'hai',
      user: 'grafana',
      url: 'http://influxdb:8086',
      jsonData: { dbName: 'hai' },
    });
    expect(source.secureJsonData).toEqual({ password: '$__file{/run/secrets/influx_grafana_password}' });
    const [provider] = parse(text('deploy/grafana/provisioning/dashboards/hai.yaml')).providers;
    const mounts = compose.services.grafana?.volumes ?? [];
    expect(mounts).toContain(`./deploy/grafana/dashboards:${provider.options.path}:ro`);
    expect(compose.services.grafana?.environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH).toBe(
      `${provider.options.path}/stations.json`,
    );
  });

  it('asks only for what the store writes', () => {
    const fields = new Set<string>([
      ...CHANNEL_NAMES,
      'seq',
      'tick',
      'line',
      'flags',
      'source',
      'state',
      'data',
      'station',
      'site',
      'epoch',
    ]);
    for (const { title, query } of queries) {
      const names = [...query.matchAll(/(\w+)? ?[( ]?"([^"]+)"/g)].map(([, before = '', name = '']) => ({
        before,
        name,
      }));
      const made = names.filter((n) => n.before === 'AS').map((n) => n.name);
      for (const { before, name } of names) {
        if (before === 'FROM') expect(['telemetry', 'event'], title).toContain(name);
        else if (!made.includes(name)) expect(fields, `${title}: ${name}`).toContain(name);
      }
    }
    const doubtful = 0xffff & ~(FLAG.simulated | FLAG.onBattery);
    expect(queries.some((q) => q.query.includes(`& ${FLAG.simulated} `))).toBe(true);
    expect(queries.some((q) => q.query.includes(`& ${doubtful} `))).toBe(true);
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
    for (const { title, query } of queries) {
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

describe('lint', () => {
  const installed = (program: string) => {
    try {
      execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
      return true;
    } catch {
      notTested(`${program} over deploy/`, `not installed: ${program}`);
      return false;
    }
  };

  it.skipIf(!installed('shellcheck'))('shell scripts', () => {
    const scripts = ['make-secrets.sh', 'mosquitto/start.sh', 'influxdb/start.sh'].map((s) => join(ROOT, 'deploy', s));
    expect(() => execFileSync('shellcheck', scripts, { encoding: 'utf8' })).not.toThrow();
  });

  it.skipIf(!installed('systemd-analyze'))('the systemd unit, hardened', () => {
    const unit = join(ROOT, 'deploy/hai-bridge.service');
    const exposure = execFileSync('systemd-analyze', ['security', '--offline=true', unit], { encoding: 'utf8' });
    expect(Number(/Overall exposure level for .*: ([\d.]+)/.exec(exposure)?.[1])).toBeLessThan(2.5);
  });

  it('YAML without errors and warnings', () => {
    const files = [
      'docker-compose.yml',
      'deploy/hai-bridge.yaml',
      'deploy/grafana/provisioning/datasources/hai.yaml',
      'deploy/grafana/provisioning/dashboards/hai.yaml',
    ];
    for (const file of files) {
      for (const document of parseAllDocuments(text(file))) {
        if ('errors' in document) expect([...document.errors, ...document.warnings], file).toEqual([]);
      }
    }
  });
});
