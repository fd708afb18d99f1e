/** The whole road on real parts, each of which can be killed and started again: stations, bridge, broker, recorder, database. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Running, run } from '../test/support/daemon.ts';
import { type Service, startInfluxd, startMosquitto, temporaryFolder } from '../test/support/services.ts';

export const PARTS = ['bridge', 'recorder', 'broker', 'database'] as const;
export type Part = (typeof PARTS)[number];

export interface RigOptions {
  readonly stations: number;
  readonly rateHz: number;
  readonly links: 'tcp' | 'pty';
  readonly seed: number;
}

export interface Rig {
  readonly folder: string;
  readonly ledger: string;
  readonly databaseUrl: string;
  readonly stations: readonly string[];
  /** UTC ms of the stations' tick 0. */
  readonly startedUtcMs: number;
  /** SIGKILL. */
  kill(part: Part): Promise<void>;
  /** Starts it on the data and the port it had. */
  restart(part: Part): Promise<void>;
  /** Resolves when it has started its work, after a while also when it has not. */
  works(part: Part): Promise<void>;
  readonly pids: () => Readonly<Record<Part | 'simulator', number>>;
  /** Programs that ended though nobody killed them, with the last they said. */
  readonly crashes: readonly string[];
  /** Ends the stations in order, so that everything they said has left and the ledger is complete. */
  endStations(): Promise<void>;
  /** Ends everything that is left. */
  stop(folder: 'remove' | 'keep'): Promise<void>;
}

const SITE = 'torture';
/** What `up` says last of its start. */
const WORKING = /Broker /;
/** Longer waits would make a torture on a slow machine endless; there, more of the kills meet a part that starts. */
const STARTS_WITHIN_MS = 2500;

export async function startRig(options: RigOptions): Promise<Rig> {
  const folder = temporaryFolder();
  const ledger = join(folder.path, 'ledger.jsonl');
  const crashes: string[] = [];
  const opened: (() => Promise<unknown>)[] = [];
  const stop = async (what: 'remove' | 'keep') => {
    for (const end of opened.splice(0).reverse()) await end();
    if (what === 'remove') folder.remove();
  };
  try {
    const [broker, database] = await Promise.all([startMosquitto(), startInfluxd()]);
    opened.push(
      () => broker.stop(),
      () => database.stop(),
    );
    const simulator = startSimulator(options, folder.path, ledger);
    opened.push(() => simulator.end('SIGKILL'));
    const ready = JSON.parse((await simulator.line(/\{"ready":true.*\}/))[0]) as { startedUtcMs: number };
    const announced = simulator.output().matchAll(/\{"station":"([^"]+)","url":"([^"]+)"\}/g);
    const stations = [...announced].map(([, station = '', url = '']) => ({ station, url }));

    const common = {
      site: SITE,
      mqtt: { url: broker.url },
      store: { kind: 'influx', url: database.url, database: 'hai' },
      log: { level: 'warn' },
    };
    const configs = {
      bridge: { ...common, bridge: 'bay-a', data: 'bridge', links: stations.map(({ url }) => ({ url })) },
      recorder: { ...common, bridge: 'store-a', data: 'recorder' },
    };
    const daemons = {
      bridge: daemon('bridge', folder.path, configs.bridge, crashes),
      recorder: daemon('recorder', folder.path, configs.recorder, crashes),
    };
    opened.push(daemons.recorder.kill, daemons.bridge.kill);
    const parts: Record<Part, Pick<Service, 'kill' | 'restart' | 'pid'>> = { ...daemons, broker, database };
    await Promise.all([daemons.bridge.restart(), daemons.recorder.restart()]);
    return {
      folder: folder.path,
      ledger,
      databaseUrl: database.url,
      stations: stations.map(({ station }) => station),
      startedUtcMs: ready.startedUtcMs,
      kill: (part) => parts[part].kill(),
      restart: (part) => parts[part].restart(),
      works: async (part) => {
        // The others work as soon as they are restarted.
        if (part === 'bridge' || part === 'recorder') await daemons[part].works();
      },
      pids: () => ({
        bridge: daemons.bridge.pid,
        recorder: daemons.recorder.pid,
        broker: broker.pid,
        database: database.pid,
        simulator: simulator.child.pid ?? -1,
      }),
      crashes,
      endStations: async () => {
        await simulator.end('SIGTERM');
      },
      stop,
    };
  } catch (error) {
    await stop('remove');
    throw error;
  }
}

function startSimulator({ stations, rateHz, links, seed }: RigOptions, folder: string, ledger: string): Running {
  return run('simulator/main.js', [
    ...['--stations', String(stations), '--rate', String(rateHz), '--seed', String(seed)],
    // Scenario time flies, so that there are many events among the readings.
    ...['--scenario', 'nominal-refill', '--speed', '20', '--ledger', ledger, '--json'],
    ...(links === 'tcp' ? ['--tcp', '127.0.0.1:0'] : ['--pty', join(folder, 'ports')]),
  ]);
}

/** One role of the product as a process of its own, as it is deployed. */
function daemon(role: 'bridge' | 'recorder', folder: string, config: object, crashes: string[]) {
  const file = join(folder, `${role}.yaml`);
  writeFileSync(file, stringify(config));
  let running: Running | null = null;
  let wanted: 'alive' | 'dead' = 'dead';
  return {
    get pid() {
      return running?.child.pid ?? -1;
    },
    works: async () => {
      await running?.line(WORKING, STARTS_WITHIN_MS).catch(() => {});
    },
    kill: async () => {
      wanted = 'dead';
      await running?.end('SIGKILL');
    },
    /** Does not wait for it: killing it while it starts is part of the torture. */
    restart: async () => {
      wanted = 'alive';
      const started = run('src/cli/main.js', ['up', '--config', file, '--role', role], folder);
      running = started;
      started.child.once('exit', (code, signal) => {
        if (wanted === 'dead' || running !== started) return;
        crashes.push(`the ${role} ended by itself (${code ?? signal}): ${started.output().slice(-1000)}`);
      });
    },
  };
}
