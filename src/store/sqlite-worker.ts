/** The embedded store's thread. Started by `sqlite.ts`. */
import { serve, startData } from '../worker/serve.ts';
import type { ProvableStore } from './port.ts';
import { sqliteStoreHere } from './sqlite-here.ts';
import { type PackedBatch, unpack } from './sqlite-rows.ts';

const { description: _, ...store } = sqliteStoreHere(String(startData()));
const methods = { ...store, write: (batch: PackedBatch) => store.write(unpack(batch)) };
export type SqliteCalls = Omit<ProvableStore, 'description' | 'write'> & {
  write(batch: PackedBatch): Promise<void>;
};

serve<SqliteCalls>(methods);
