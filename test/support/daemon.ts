/** The built daemon and simulator as child processes, as a user runs them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';

const DIST = resolve(import.meta.dirname, '../../dist');

export interface Running {
  readonly child: ChildProcess;
  /** Everything it has printed so far. */
  output(): string;
  /** Resolves with the first line that matches. */
  line(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>;
  /** Sends the signal and resolves with the exit code (or the signal's name). */
  end(signal?: NodeJS.Signals): Promise<number | string | null>;
}

/** Starts a program of `dist/` under this Node. */
export function run(program: 'src/cli/main.js' | 'simulator/main.js', args: readonly string[], cwd?: string): Running {
  const path = join(DIST, program);
  if (!existsSync(path)) throw new Error('dist/ is missing: run npm run build first (npm test does)');
  const child = spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'pipe'], ...(cwd ? { cwd } : {}) });
  let text = '';
  const listeners = new Set<() => void>();
  const take = (chunk: Buffer) => {
    text += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  child.once('exit', () => {
    for (const listener of listeners) listener();
  });
  return {
    child,
    output: () => text,
    line: (pattern, timeoutMs = 60_000) =>
      new Promise((done, fail) => {
        const look = () => {
          const found = text.match(pattern);
          if (found) finish(() => done(found));
          else if (child.exitCode !== null) finish(() => fail(new Error(`ended with ${child.exitCode}:\n${text}`)));
        };
        const timer = setTimeout(
          () => finish(() => fail(new Error(`no ${pattern} within ${timeoutMs} ms:\n${text}`))),
          timeoutMs,
        );
        const finish = (then: () => void) => {
          clearTimeout(timer);
          listeners.delete(look);
          then();
        };
        listeners.add(look);
        look();
      }),
    end: (signal = 'SIGTERM') =>
      new Promise((done) => {
        if (child.exitCode !== null || child.signalCode !== null) return done(child.exitCode ?? child.signalCode);
        child.once('exit', (code, by) => done(code ?? by));
        child.kill(signal);
      }),
  };
}

/** Writes a configuration and starts `hai-bridge up` with it. */
export function up(folder: string, config: object, extra: readonly string[] = []): Running {
  const file = join(folder, 'hai-bridge.yaml');
  writeFileSync(file, stringify(config));
  return run('src/cli/main.js', ['up', '--config', file, ...extra], folder);
}

/** Polls `look` until it gives something; for conditions outside the process, where there is no event to wait for. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  timeoutMs = 60_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found) return found;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${timeoutMs} ms${last ? ` (${String(last)})` : ''}`);
    await new Promise((r) => setTimeout(r, 50));
  }
}
