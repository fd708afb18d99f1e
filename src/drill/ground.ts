/**
 * What a drill takes place on: the site's broker and database where the configuration names them and they can be used,
 * else parts of the drill's own. Everything of it stands under a site name that no real data has.
 */
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkBroker } from '../cli/doctor/broker.ts';
import { checkStore } from '../cli/doctor/store.ts';
import type { Config } from '../config.ts';
import { silentLogger } from '../logger.ts';
import { startEmbeddedBroker } from '../mqtt/embedded-broker.ts';
import { type CuttablePath, openPath } from './cuttable-path.ts';
import { clearBroker, clearStore } from './leavings.ts';
import { lockableFile } from './lockable-file.ts';
import { brokerUpstream, storeUpstream } from './upstream.ts';

/** Something on the way that can be taken away and given back. */
export interface Cuttable {
  cut(): Promise<void>;
  mend(): Promise<void>;
}

export interface Ground {
  /** `drill-1a2b3c4d`: first topic level, and tag in the database. */
  readonly name: string;
  /** Of the drill's own data. */
  readonly folder: string;
  /** For people. */
  readonly broker: string;
  readonly store: string;
  /** What of the site was not used, and why. */
  readonly notes: readonly string[];
  readonly brokerPath: CuttablePath;
  readonly storePath: Cuttable;
  /** Configuration of the daemon under drill: through the paths. */
  readonly config: Pick<Config, 'site' | 'bridge' | 'data' | 'mqtt' | 'store'>;
  /** The same, past the paths: for the judge. */
  readonly direct: Pick<Config, 'store'>;
  /** Takes back everything that was made, here and on the site's servers; says what could not be. */
  clear(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const BRIDGE = 'drill';

/** `keep`: nothing is taken back. Throws a plain `Error` when not even the drill's own parts can be started. */
export async function prepareGround(config: Config, id: string, keep: 'keep' | 'clear'): Promise<Ground> {
  const name = `drill-${id}`;
  const notes: string[] = [];
  const folder = folderFor(config, name, notes);
  const opened: (() => unknown)[] = [];
  const close = async () => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  try {
    const broker = await brokerFor(config, name, notes, opened);
    const store = await storeFor(config, folder, notes, opened);
    const clear = async (): Promise<readonly string[]> => {
      const left = [
        ...(broker.site ? await clearBroker(config.mqtt, name) : []),
        ...(store.site ? await clearStore(store.site, name) : []),
      ];
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
      return left;
    };
    return {
      ...{ name, folder, notes, broker: broker.said, store: store.said },
      ...{ brokerPath: broker.path, storePath: store.cuttable },
      config: { site: name, bridge: BRIDGE, data: join(folder, 'data'), mqtt: broker.mqtt, store: store.throughPath },
      direct: { store: store.direct },
      clear: keep === 'keep' ? async () => [] : clear,
      close,
    };
  } catch (error) {
    await close();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** On the disk that the site's journal is on, if we may write there. */
function folderFor({ data }: Config, name: string, notes: string[]): string {
  try {
    accessSync(data, constants.W_OK);
    const folder = join(data, name);
    mkdirSync(folder);
    return folder;
  } catch {
    const folder = mkdtempSync(join(tmpdir(), `hai-${name}-`));
    notes.push(`The data folder ${data} is not there or not ours to write: the drill's own data is in ${folder}.`);
    return folder;
  }
}

async function brokerFor(config: Config, name: string, notes: string[], opened: (() => unknown)[]) {
  const { mqtt } = config;
  const { tls: _, ...untied } = mqtt;
  if (mqtt.url !== 'embedded') {
    const [found] = await checkBroker({ ...config, site: name, bridge: BRIDGE });
    if (found !== undefined && found.level !== 'fail') {
      const upstream = brokerUpstream(mqtt);
      const path = await openPath(upstream.connect);
      opened.push(() => path.close());
      const local = { ...untied, tls: {}, url: upstream.localUrl(path.port) };
      return { site: true, said: `the site's, ${mqtt.url}`, path, mqtt: local };
    }
    const rights = `let its user publish and subscribe under hai/v1/drill-.../# too, for the time of the drill`;
    notes.push(`The site's broker ${mqtt.url} was not drilled: ${found?.found}. Remedy: ${found?.remedy}; ${rights}.`);
  }
  const own = await startEmbeddedBroker({ port: 0, logger: silentLogger });
  opened.push(() => own.close());
  const path = await openPath(() => connect(own.port, '127.0.0.1'));
  opened.push(() => path.close());
  const { username: _u, passwordFile: _p, ...bare } = untied;
  const local = { ...bare, tls: {}, protocol: 'auto' as const, url: `mqtt://127.0.0.1:${path.port}` };
  return { site: false, said: 'embedded', path, mqtt: local };
}

type Influx = Extract<Config['store'], { kind: 'influx' }>;

async function storeFor(config: Config, folder: string, notes: string[], opened: (() => unknown)[]) {
  const { store } = config;
  if (store.kind === 'influx') {
    const problem = await whyNotStore(config);
    if (problem === null) {
      const upstream = storeUpstream(store);
      const path = await openPath(upstream.connect);
      opened.push(() => path.close());
      const { caFile: _, ...untied } = store;
      const throughPath: Influx = { ...untied, url: upstream.localUrl(path.port) };
      const cuttable = { cut: () => path.set('cut'), mend: () => path.set('open') };
      return { site: store, said: `the site's, ${store.url} ${store.database}`, cuttable, throughPath, direct: store };
    }
    notes.push(`The site's database ${store.url} was not drilled: ${problem}.`);
  }
  const file = join(folder, 'store.db');
  const cuttable = lockableFile(file);
  opened.push(() => cuttable.mend());
  const own = { kind: 'sqlite' as const, path: file };
  return { site: null, said: 'SQLite, a file of the drill', cuttable, throughPath: own, direct: own };
}

/** `null` when it takes and gives back rows; nothing is created for the drill. */
async function whyNotStore(config: Config): Promise<string | null> {
  const [found] = await checkStore(config);
  if (found === undefined || found.level !== 'ok') return `${found?.found}. Remedy: ${found?.remedy}`;
  const { createStore } = await import('../store/create.ts');
  const store = createStore(config, { logger: silentLogger });
  try {
    await store.open();
    await store.count('nobody');
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await store.close();
  }
}
