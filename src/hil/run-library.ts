/** Runs many scenarios, some at a time, each in a child process that makes its own time. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ScenarioResult } from './run-scenario.ts';
import type { LoadedScenario } from './scenario/load.ts';
import type { Order, Word } from './worker.ts';

export interface LibraryOptions {
  readonly target: string;
  readonly version: string;
  readonly jobs: number;
  /** Ledgers of the simulator are left here, a file per scenario. */
  readonly ledgers: string | null;
  /** Raw bytes of every run are left here as captures. */
  readonly captures: string | null;
  readonly began?: (file: string) => void;
  readonly progress?: (file: string, nowMs: number, doing: string) => void;
  readonly ended?: (result: ScenarioResult) => void;
  readonly signal?: AbortSignal;
}

const fromSource = import.meta.url.endsWith('.ts');

const USUAL_VISIT_S = 620;

/** How much there is to do, roughly: time of all stations, and much of a second to start. */
function effort({ scenario: { setup } }: LoadedScenario): number {
  const visits = setup.stations.reduce((most, station) => Math.max(most, station.visits), 1);
  return (setup.lasts ?? visits * USUAL_VISIT_S) * Math.max(1, setup.stations.length);
}

/** Results in the order given. The longest begin first, so that at the end nobody waits for one of them alone. */
export async function runLibrary(
  scenarios: readonly LoadedScenario[],
  options: LibraryOptions,
): Promise<ScenarioResult[]> {
  const waiting = scenarios.map((loaded, index) => ({ file: loaded.file, index, effort: effort(loaded) }));
  waiting.sort((a, b) => b.effort - a.effort);
  const results: ScenarioResult[] = [];
  const work = async () => {
    let worker: ChildProcess | null = null;
    const kill = () => worker?.kill('SIGTERM');
    options.signal?.addEventListener('abort', kill);
    try {
      for (let next = waiting.shift(); next !== undefined && !options.signal?.aborted; next = waiting.shift()) {
        worker ??= start();
        options.began?.(next.file);
        const result = await one(worker, next.file, options);
        results[next.index] = result;
        options.ended?.(result);
        // Whatever broke it may have left something behind.
        if (result.verdicts.length === 0) {
          worker.kill('SIGKILL');
          worker = null;
        }
      }
    } finally {
      options.signal?.removeEventListener('abort', kill);
      if (worker?.connected) worker.disconnect();
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, scenarios.length) }, work));
  return results;
}

function start(): ChildProcess {
  const module = fileURLToPath(new URL(`./worker.${fromSource ? 'ts' : 'js'}`, import.meta.url));
  const loader = fromSource ? ['--import', import.meta.resolve('tsx')] : [];
  return fork(module, { execArgv: loader, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

function one(worker: ChildProcess, file: string, options: LibraryOptions): Promise<ScenarioResult> {
  const { target, version, ledgers, captures } = options;
  return new Promise((done, fail) => {
    const heard = (word: Word) => {
      if (word.kind === 'progress') return options.progress?.(file, word.nowMs, word.doing);
      over();
      done(word.result);
    };
    const gone = (code: number | null, signal: string | null) => {
      over();
      fail(new Error(`${file}: the process that ran it ended (${signal ?? `exit code ${code}`})`));
    };
    const over = () => {
      worker.off('message', heard);
      worker.off('exit', gone);
    };
    worker.on('message', heard);
    worker.on('exit', gone);
    const ledger =
      ledgers === null
        ? null
        : join(
            ledgers,
            `${file
              .split(/[\\/]/)
              .at(-1)
              ?.replace(/\.yaml$/, '')}.jsonl`,
          );
    worker.send({ file, target, version, ledger, captures } satisfies Order);
  });
}
