/** The page as the sources have it now: as `npm run build` made it, or, when that is older than they, built anew. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { temporaryFolder } from './services.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const BUILT = resolve(ROOT, 'dist/ui');
/** Whatever the page may be made of. */
const SOURCES = ['src', 'protocols', 'vite.config.ts', 'package-lock.json'];

export interface BuiltPage {
  readonly folder: string;
  /** The most that one reader loads, gzipped: one translation, and without the engineers' page, which is fetched when it is opened. */
  readonly gzippedBytes: number;
  remove(): void;
}

export async function buildPage(): Promise<BuiltPage> {
  if (isUpToDate()) return { folder: BUILT, gzippedBytes: weightOf(BUILT), remove: () => {} };
  const folder = temporaryFolder();
  // As a program of its own: within the test runner it would build the development variant.
  await promisify(execFile)(
    process.execPath,
    [resolve(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--emptyOutDir', '--outDir', folder.path],
    { cwd: ROOT, env: { ...process.env, NODE_ENV: 'production' } },
  );
  return { folder: folder.path, gzippedBytes: weightOf(folder.path), remove: folder.remove };
}

function isUpToDate(): boolean {
  const built = statSync(join(BUILT, 'index.html'), { throwIfNoEntry: false });
  return built !== undefined && SOURCES.every((source) => newest(resolve(ROOT, source)) <= built.mtimeMs);
}

/** ms: of a file, or of everything below a folder. */
function newest(path: string): number {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((entry) => newest(join(path, entry))));
}

function weightOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('firmware-page-'))
    .map(({ name, parentPath }) => ({ name, bytes: gzipSync(readFileSync(join(parentPath, name))).length }));
  const translations = files.filter(({ name }) => /^(nl|de)-.*\.js$/.test(name));
  if (translations.length !== 2) throw new Error(`${translations.length} translations are in ${folder}, not 2`);
  const rest = files.filter((file) => !translations.includes(file));
  const sum = rest.reduce((bytes, file) => bytes + file.bytes, 0);
  return sum + Math.max(...translations.map(({ bytes }) => bytes));
}
