/** The files of deploy/, docker-compose.yml and the image, as far as they can be read: no container engine is needed. */
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { CHANNEL_NAMES, FLAG } from '../../protocols/reading.ts';
import { dashboardQueries, folder, makeSecrets, ROOT, secret, secrets, text } from '../support/deployed.ts';
import { notTested } from '../support/what-was-not-tested.ts';

beforeAll(makeSecrets);
afterAll(() => folder.remove());

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
    for (const { title, query } of dashboardQueries) {
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
    expect(dashboardQueries.some((q) => q.query.includes(`& ${FLAG.simulated} `))).toBe(true);
    expect(dashboardQueries.some((q) => q.query.includes(`& ${doubtful} `))).toBe(true);
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
