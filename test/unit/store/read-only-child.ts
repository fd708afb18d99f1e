/** A store in a file, worked with as a user who is not root; told what to do line by line on standard input. */
import { chmodSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { batch, row } from '../../contract/store.ts';

const path = process.argv[2] ?? '';
const store = createSqliteStore({ path });
let seq = 0;
const steps: Record<string, () => Promise<unknown> | unknown> = {
  open: () => store.open(),
  write: () => store.write(batch([row('HS-1', ++seq)])),
  ping: () => store.ping(),
  count: () => store.count('HS-1'),
  lock: () => chmodSync(path, 0o400),
  unlock: () => chmodSync(path, 0o600),
  close: () => store.close(),
};
for await (const line of createInterface({ input: process.stdin })) {
  try {
    console.log(JSON.stringify({ step: line, result: (await steps[line]?.()) ?? null }));
  } catch (error) {
    const { name, message, code } = error as Error & { code?: string };
    console.log(JSON.stringify({ step: line, name, message, code }));
  }
}
