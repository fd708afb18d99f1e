import { existsSync } from 'node:fs';
import { access, constants, readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { dirname, join } from 'node:path';
import type { Config } from '../../config.ts';
import { silentLogger } from '../../logger.ts';
import { createStore } from '../../store/create.ts';
import { codeOf, messageOf } from '../exit.ts';
import { plain } from '../terminal.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const ANSWER_MS = 5000;
type InfluxConfig = Extract<Config['store'], { kind: 'influx' }>;

export function checkStore(config: Config): Promise<Finding[]> {
  return config.store.kind === 'influx' ? checkInflux(config.store) : checkFile(config, config.store.path);
}

async function checkFile(config: Config, path: string | undefined): Promise<Finding[]> {
  const file = path ?? join(config.data, 'store.db');
  const what = `store sqlite ${file}`;
  if (!existsSync(file)) return [ok(what, 'will be made at the first start')];
  const denied = await Promise.all([file, dirname(file)].map((p) => access(p, constants.R_OK | constants.W_OK))).catch(
    () => 'denied',
  );
  if (denied === 'denied') {
    return [fail(what, 'this user may not write the file or its folder', 'give both to the user who runs the daemon')];
  }
  const store = createStore(config, { logger: silentLogger });
  try {
    await store.open();
    await store.ping();
    return [ok(what, `opens, ${(await store.stations()).length} stations recorded`)];
  } catch (error) {
    return [fail(what, messageOf(error), 'is this file a hai-bridge store? Move it away to begin a new one')];
  } finally {
    await store.close().catch(() => {});
  }
}

/**
 * Status and text of the answer to a write of nothing but a comment: InfluxDB looks at user, database and permission
 * first, and then stores nothing.
 */
async function writeNothing(store: InfluxConfig): Promise<{ status: number; text: string }> {
  const [password, ca] = await Promise.all(
    [store.passwordFile, store.caFile].map((f) => (f === undefined ? undefined : readFile(f))),
  );
  const url = new URL(`${store.url.replace(/\/$/, '')}/write`);
  url.search = new URLSearchParams({ db: store.database, precision: 'ns' }).toString();
  const login =
    store.username === undefined
      ? {}
      : { auth: `${store.username}:${password?.toString('utf8').replace(/\r?\n$/, '') ?? ''}` };
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', timeout: ANSWER_MS, ...login, ...(ca && { ca }) }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        if (text.length < 2000) text += part;
      });
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text: plain(text) }));
    });
    call.once('timeout', () => call.destroy(new Error(`no answer within ${ANSWER_MS / 1000} s`)));
    call.once('error', reject);
    call.end('# hai-bridge doctor\n');
  });
}

async function checkInflux(store: InfluxConfig): Promise<Finding[]> {
  const what = `store influx ${store.url} ${store.database}`;
  const from = performance.now();
  try {
    const { status, text } = await writeNothing(store);
    const found = `answers in ${(performance.now() - from).toFixed(0)} ms`;
    if (status >= 200 && status < 300) return [ok(what, `${found}, lets us write`)];
    if (status === 401)
      return [fail(what, 'refuses user or password', 'check store.username and the file store.passwordFile names')];
    if (status === 403) {
      return [
        fail(
          what,
          `user ${store.username ?? '(none)'} may not write`,
          `GRANT ALL ON "${store.database}" TO "${store.username ?? 'hai'}"`,
        ),
      ];
    }
    if (status === 404) {
      return [
        warn(
          what,
          'the database does not exist yet',
          `the daemon makes it if its user may; else: CREATE DATABASE "${store.database}"`,
        ),
      ];
    }
    return [fail(what, `answers ${status}: ${text}`, 'is this an InfluxDB with the 1.x API?')];
  } catch (error) {
    const found = codeOf(error) === 'ECONNREFUSED' ? 'nothing listens there' : messageOf(error);
    return [fail(what, found, 'start the database, or correct store.url (and store.caFile for https)')];
  }
}
