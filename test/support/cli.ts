/** The built command line as a child process. What is in `started` ends with the test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, vi } from 'vitest';
import { endChildren } from './end-children.ts';
import { temporaryFolder } from './services.ts';

export const ROOT = join(import.meta.dirname, '../..');
/** What `npm run build` made, as users run it. */
const COMMAND = [join(ROOT, 'dist/src/cli/main.js')];
export const folder = temporaryFolder();
export const started: ChildProcess[] = [];
afterEach(() => endChildren(started.splice(0)));
afterAll(() => folder.remove());

let folders = 0;
export function emptyFolder(): string {
  const path = join(folder.path, String(++folders));
  mkdirSync(path);
  return path;
}

export interface Running {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly exit: Promise<number | string>;
}

export function start(args: string[], options: { cwd?: string; env?: Record<string, string> } = {}): Running {
  const child = spawn(process.execPath, [...COMMAND, ...args], {
    cwd: options.cwd ?? folder.path,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
  });
  started.push(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (d: Buffer) => {
    out += d;
  });
  child.stderr.on('data', (d: Buffer) => {
    err += d;
  });
  child.stdin.end();
  const exit = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal ?? '?')),
  );
  return { child, out: () => out, err: () => err, exit };
}

export async function run(args: string[], options: Parameters<typeof start>[1] = {}) {
  const running = start(args, options);
  const code = await running.exit;
  return { code, out: running.out(), err: running.err() };
}

export const until = <T>(check: () => T | Promise<T>, timeout = 20_000) => vi.waitFor(check, { timeout, interval: 50 });
