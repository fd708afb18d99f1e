/** A certificate out of the files and the store that a configuration names; nothing in them is changed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { silentLogger } from '../logger.ts';
import { createStore } from '../store/create.ts';
import { type ProvableStore, StoreUnavailable } from '../store/port.ts';
import type { Certificate } from './certificate.ts';
import { type CertificateRequest, certify } from './certify.ts';
import { ManifestFile } from './manifest-file.ts';
import { rejectedMessages } from './rejected.ts';
import type { WaitingRange } from './waiting.ts';
import { waitingInFile } from './waiting-file.ts';

export const MANIFEST_FILE = 'manifest.db';

export interface FilesOptions {
  readonly version: string;
  readonly nowMs: number;
  /** Seconds that messages on their way are waited for. */
  readonly patience: number;
  readonly notes: readonly string[];
  readonly signal: AbortSignal;
  /** Where the running bridge knows it; else the journal's file is read. */
  readonly waiting?: () => Promise<readonly WaitingRange[]>;
}

/** Throws a plain error when the manifest is there and cannot be read. */
export async function certifyFromFiles(
  config: Config,
  request: CertificateRequest,
  options: FilesOptions,
): Promise<Certificate> {
  const { data, site, bridge } = config;
  const { version, nowMs, patience, notes, signal, waiting } = options;
  const manifest = ManifestFile.openForReading(join(data, MANIFEST_FILE));
  const { store, problem } = await openedStore(config);
  try {
    return await certify(
      {
        ...{ site, bridge, version, madeMs: nowMs, manifest, patience, signal },
        store,
        notes: problem === null ? notes : [...notes, problem],
        waiting: waiting ?? (async () => waitingInFile(join(data, 'journal.db'), request.station)),
        rejected: () => rejectedMessages(join(data, 'quarantine'), request.station),
      },
      request,
    );
  } finally {
    await store.close().catch(() => {});
    manifest?.close();
  }
}

/** A store that cannot be opened says so at the first question. */
async function openedStore(config: Config): Promise<{ store: ProvableStore; problem: string | null }> {
  const store = createStore(config, { logger: silentLogger });
  const path = config.store.kind === 'sqlite' ? (config.store.path ?? join(config.data, 'store.db')) : null;
  if (path !== null && !existsSync(path)) return { store, problem: `There is no store file ${path}.` };
  try {
    await store.open();
    return { store, problem: null };
  } catch (error) {
    if (error instanceof StoreUnavailable) return { store, problem: error.message };
    throw error;
  }
}
