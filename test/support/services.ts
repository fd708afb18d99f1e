/** Starts the real brokers, databases and ports that the tests need, on free loopback ports, in throw-away folders. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

const PROGRAMS = {
  mosquitto: ['mosquitto', '/usr/sbin/mosquitto'],
  mosquitto_sub: ['mosquitto_sub'],
  influxd: ['influxd'],
  victoriaMetrics: ['victoria-metrics'],
  socat: ['socat'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome'],
  ser2net: ['ser2net', '/usr/sbin/ser2net'],
  python3: ['python3'],
} as const;
export type Program = keyof typeof PROGRAMS;

/** Path of a program, or `null`: then the test says so through `notTested` and is skipped. */
export function find(program: Program): string | null {
  for (const name of PROGRAMS[program]) {
    try {
      return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    } catch {}
  }
  return null;
}

export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'hai-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface Service {
  readonly port: number;
  readonly url: string;
  readonly folder: string;
  readonly pid: number;
  /** Ends the process and removes its folder. */
  stop(): Promise<void>;
  /** SIGKILL, folder kept; `restart` brings it back on the same port and folder. */
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** Resolves when something accepts connections on the port. */
export async function listening(port: number, timeoutMs = 20_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    if (Date.now() > end) throw new Error(`nothing listens on port ${port} after ${timeoutMs} ms`);
    await new Promise((r) => setTimeout(r, 25));
  }
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  await exit;
}

async function service(
  scheme: string,
  port: number,
  folder: ReturnType<typeof temporaryFolder>,
  command: string,
  args: string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Service> {
  let child: ChildProcess;
  const start = async () => {
    const options = { cwd: folder.path, env: { ...process.env, ...env } };
    const started = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], ...options });
    let errors = '';
    started.stderr?.on('data', (d: Buffer) => {
      errors = (errors + d.toString()).slice(-2000);
    });
    child = started;
    const died = new Promise<never>((_, reject) =>
      started.once('exit', (code) => reject(new Error(`${command} ended with ${code}: ${errors}`))),
    );
    died.catch(() => {});
    await Promise.race([listening(port), died]);
  };
  await start();
  return {
    port,
    url: `${scheme}://127.0.0.1:${port}`,
    folder: folder.path,
    get pid() {
      return child.pid ?? -1;
    },
    stop: async () => {
      await ended(child, 'SIGKILL');
      folder.remove();
    },
    kill: () => ended(child, 'SIGKILL'),
    restart: start,
  };
}

/** A real mosquitto. `config` replaces the default anonymous loopback listener; `PORT` and `FOLDER` in it are filled in. */
export async function startMosquitto(config = 'listener PORT 127.0.0.1\nallow_anonymous true\n'): Promise<Service> {
  const program = find('mosquitto');
  if (!program) throw new Error('mosquitto is not installed');
  const folder = temporaryFolder();
  const port = await freePort();
  const text = config.replaceAll('PORT', String(port)).replaceAll('FOLDER', folder.path);
  writeFileSync(join(folder.path, 'mosquitto.conf'), `user root\n${text}`);
  return service('mqtt', port, folder, program, ['-c', join(folder.path, 'mosquitto.conf')]);
}

export interface InfluxdOptions {
  readonly auth?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** A real InfluxDB 1.x, without authentication unless `auth` is set. */
export async function startInfluxd(options: InfluxdOptions = {}): Promise<Service> {
  const program = find('influxd');
  if (!program) throw new Error('influxd is not installed');
  const folder = temporaryFolder();
  const port = await freePort();
  const rpc = await freePort();
  const d = folder.path;
  writeFileSync(
    join(d, 'influxdb.conf'),
    `reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = "${d}/meta"
[data]
  dir = "${d}/data"
  wal-dir = "${d}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  auth-enabled = ${options.auth === true}
  log-enabled = false
[subscriber]
  enabled = false
`,
  );
  return service('http', port, folder, program, ['-config', join(d, 'influxdb.conf')], options.env);
}

/** A real VictoriaMetrics, single node. */
export async function startVictoriaMetrics(): Promise<Service> {
  const program = find('victoriaMetrics');
  if (!program) throw new Error('victoria-metrics is not installed');
  const folder = temporaryFolder();
  const port = await freePort();
  return service('http', port, folder, program, [
    `-storageDataPath=${join(folder.path, 'vm')}`,
    `-httpListenAddr=127.0.0.1:${port}`,
    '-retentionPeriod=10y',
  ]);
}
