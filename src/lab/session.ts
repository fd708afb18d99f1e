/** One run in a child process, as the server sees it: what it says is kept, bounded; what is left of it is removed. */
import { type ChildProcess, fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Step } from '../hil/scenario/steps.ts';
import { workFolder } from '../hil/stand/product.ts';
import type { LogLine, More, Run, Sample } from './api-types.ts';
import type { Begin, Order, Word } from './words.ts';

/** The last ten minutes at two a second, of each station. */
const MOST_SAMPLES = 1200;
const MOST_LINES = 500;
const END_WITHIN_MS = 10_000;
const fromSource = import.meta.url.endsWith('.ts');

export interface SessionListener {
  run(run: Run): void;
  more(more: More): void;
}

export class Session {
  readonly #id: number;
  readonly #folder = workFolder(`hai-lab-${process.pid}-`);
  readonly #child: ChildProcess;
  readonly #listener: SessionListener;
  readonly #ended: Promise<void>;
  readonly #acts = new Map<number, (trouble: string | null) => void>();
  #number = 0;
  #run: Run;
  #samples: Sample[] = [];
  #log: LogLine[] = [];
  #lastWords = '';

  /** `run`: how it looks until the process says more. */
  constructor(run: Run, version: string, listener: SessionListener) {
    this.#id = run.id;
    this.#run = run;
    this.#listener = listener;
    this.#child = start();
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-2000);
    });
    this.#child.on('message', (word: Word) => this.#hear(word));
    this.#child.on('error', (error) => this.#gone(error.message));
    this.#ended = new Promise((done) => {
      this.#child.once('close', (code, signal) => {
        this.#gone(`the process that played it ended (${signal ?? `exit code ${code}`}) ${this.#lastWords.trim()}`);
        clear(this.#folder);
        done();
      });
    });
    const { id, file, speed } = run;
    this.#order({ kind: 'begin', begin: { id, file, speed, version, folder: this.#folder } satisfies Begin });
  }

  get run(): Run {
    return this.#run;
  }

  /** For somebody who comes later. */
  get all(): More {
    return { run: this.#id, all: true, samples: this.#samples, log: this.#log };
  }

  /** `null`: it is done; else why it is not. */
  act(step: Step): Promise<string | null> {
    if (this.#run.state !== 'running' && this.#run.state !== 'paused') {
      return Promise.resolve(this.#run.state === 'ended' ? 'the run is over' : 'the run has not begun yet');
    }
    const number = ++this.#number;
    return new Promise((done) => {
      this.#acts.set(number, done);
      this.#order({ kind: 'act', number, step });
    });
  }

  speed(speed: number): void {
    this.#order({ kind: 'speed', speed });
  }

  pause(on: boolean): void {
    this.#order({ kind: 'pause', on });
  }

  /** Resolves when everything is gone. */
  async stop(): Promise<void> {
    this.#order({ kind: 'stop' });
    const late = setTimeout(() => this.#child.kill('SIGKILL'), END_WITHIN_MS);
    await this.#ended;
    clearTimeout(late);
  }

  #order(order: Order): void {
    if (this.#child.connected) this.#child.send(order, () => {});
  }

  #hear(word: Word): void {
    if (word.kind === 'acted') {
      this.#acts.get(word.number)?.(word.trouble);
      this.#acts.delete(word.number);
    } else if (word.kind === 'run') this.#turned(word.run);
    else {
      const { samples, log } = word;
      const most = MOST_SAMPLES * Math.max(1, this.#run.stations.length);
      this.#samples = [...this.#samples, ...samples].slice(-most);
      this.#log = [...this.#log, ...log].slice(-MOST_LINES);
      this.#listener.more({ run: this.#id, all: false, samples, log });
    }
  }

  #turned(run: Run): void {
    this.#run = run;
    this.#listener.run(run);
  }

  /** A process that ends without having said how the run ended has broken down. */
  #gone(why: string): void {
    for (const done of this.#acts.values()) done('the run is over');
    this.#acts.clear();
    if (this.#run.state === 'ended') return;
    const result = { outcome: 'broke', met: 0, troubles: [why.trim().slice(0, 1000)] } as const;
    this.#turned({ ...this.#run, state: 'ended', page: null, result });
  }
}

/** A station whose daemon was killed may still write into it. */
function clear(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  } catch (error) {
    process.emitWarning(`${folder} is left behind: ${(error as Error).message}`);
  }
}

function start(): ChildProcess {
  const module = fileURLToPath(new URL(`./run-worker.${fromSource ? 'ts' : 'js'}`, import.meta.url));
  const loader = fromSource ? ['--import', import.meta.resolve('tsx')] : [];
  return fork(module, { execArgv: loader, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
}
