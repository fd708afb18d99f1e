/** The page as the sources have it now, built into a folder of its own: no test looks at an old build. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { temporaryFolder } from './services.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export interface BuiltPage {
  readonly folder: string;
  /** Everything a browser loads, gzipped, but for the engineers' page, which is fetched when it is opened. */
  readonly gzippedBytes: number;
  remove(): void;
}

export async function buildPage(): Promise<BuiltPage> {
  const folder = temporaryFolder();
  // As a program of its own: within the test runner it would build the development variant.
  await promisify(execFile)(
    process.execPath,
    [resolve(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--emptyOutDir', '--outDir', folder.path],
    { cwd: ROOT, env: { ...process.env, NODE_ENV: 'production' } },
  );
  const files = readdirSync(folder.path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const gzippedBytes = files
    .filter((file) => !file.name.startsWith('firmware-page-'))
    .reduce((sum, file) => sum + gzipSync(readFileSync(join(file.parentPath, file.name))).length, 0);
  return { folder: folder.path, gzippedBytes, remove: folder.remove };
}
