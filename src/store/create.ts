import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import { createInfluxStore } from './influx.ts';
import type { ProvableStore } from './port.ts';
import { createSqliteStore } from './sqlite.ts';

/** The text of a file the configuration names; the error says which key, never the content. */
function textOf(key: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${key}: cannot read ${path}: ${reason}: correct the path or the rights of the file`);
  }
}

/** One line; the newline an editor leaves at its end is no part of the password. */
function passwordOf(path: string): string {
  const password = textOf('store.passwordFile', path).replace(/\r?\n$/, '');
  if (password === '' || /[\r\n]/.test(password)) {
    throw new Error(`store.passwordFile: ${path} must hold the password alone, on one line`);
  }
  return password;
}

/** The store the configuration names, not yet open. Throws a plain `Error` naming the key that cannot work. */
export function createStore(config: Config, deps: { readonly logger: Logger }): ProvableStore {
  const { store } = config;
  switch (store.kind) {
    case 'sqlite':
      return createSqliteStore({ path: store.path ?? join(config.data, 'store.db') });
    case 'influx': {
      const { url, database, username, passwordFile, caFile } = store;
      return createInfluxStore({
        url,
        database,
        username,
        password: passwordFile === undefined ? undefined : passwordOf(passwordFile),
        ca: caFile === undefined ? undefined : textOf('store.caFile', caFile),
        logger: deps.logger,
      });
    }
  }
}
