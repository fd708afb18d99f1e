/** Starts, kills, asks and ends the daemon of a drill. */
import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import type { StationView } from '../web/api-types.ts';
import type { Answer, Order } from './daemon-child.ts';

const fromSource = import.meta.url.endsWith('.ts');
const CHILD = fileURLToPath(new URL(`./daemon-child.${fromSource ? 'ts' : 'js'}`, import.meta.url));
const ANSWER_MS = 30_000;
const END_MS = 15_000;
const ASK_MS = 2000;

export class DaemonProcess {
  readonly #version: string;
  readonly #logFile: string;
  #config: Config;
  #child: ChildProcess | null = null;
  #url = '';
  readonly #clear = () => void this.#child?.kill('SIGKILL');

  /** What it logs goes to `logFile`. */
  constructor(config: Config, version: string, logFile: string) {
    this.#config = config;
    this.#version = version;
    this.#logFile = logFile;
  }

  get config(): Config {
    return this.#config;
  }

  /** Throws a plain `Error` when it cannot start. */
  async start(): Promise<void> {
    const log = openSync(this.#logFile, 'a');
    const loader = fromSource ? ['--import', import.meta.resolve('tsx')] : [];
    try {
      // A group of its own: Ctrl-C reaches the drill alone, which then ends everything in order.
      this.#child = fork(CHILD, [], { detached: true, execArgv: loader, stdio: ['ignore', log, log, 'ipc'] });
    } finally {
      closeSync(log);
    }
    process.once('exit', this.#clear);
    const answer = await this.#order({ do: 'start', config: this.#config, version: this.#version });
    this.#url = 'url' in answer ? answer.url : '';
  }

  async reload(config: Config): Promise<void> {
    await this.#order({ do: 'reload', config });
    this.#config = config;
  }

  async step(offsetMs: number): Promise<void> {
    await this.#order({ do: 'step', offsetMs });
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** SIGTERM, as a service manager does, and SIGKILL when that takes too long. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async stations(): Promise<readonly StationView[]> {
    return (await (await this.#ask('/api/v1/stations')).json()) as StationView[];
  }

  /** A number of `/metrics`, by its name and labels as they stand there; `null` when it is not there. */
  async metric(name: string): Promise<number | null> {
    const text = await (await this.#ask('/metrics')).text();
    const line = text.split('\n').find((l) => l.startsWith(`${name} `));
    return line === undefined ? null : Number(line.slice(name.length + 1));
  }

  #ask(path: string): Promise<Response> {
    return fetch(`${this.#url}${path}`, { signal: AbortSignal.timeout(ASK_MS) });
  }

  #order(order: Order): Promise<Answer> {
    const child = this.#child;
    if (child === null) return Promise.reject(new Error('the daemon of the drill does not run'));
    return new Promise((resolve, reject) => {
      const fail = (what: string) => settle(() => reject(new Error(`the daemon of the drill ${what}`)));
      const timer = setTimeout(() => fail(`does not answer to "${order.do}" for ${ANSWER_MS / 1000} s`), ANSWER_MS);
      const onMessage = (answer: Answer) =>
        'failed' in answer ? fail(`says: ${answer.failed}`) : settle(() => resolve(answer));
      const onExit = (code: number | null, signal: string | null) =>
        fail(`has ended (${signal ?? `exit code ${code}`})`);
      const settle = (then: () => void) => {
        clearTimeout(timer);
        child.off('message', onMessage);
        child.off('exit', onExit);
        then();
      };
      child.on('message', onMessage);
      child.on('exit', onExit);
      child.send(order);
    });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    const hurry = setTimeout(() => child.kill('SIGKILL'), END_MS);
    await gone;
    clearTimeout(hurry);
    process.off('exit', this.#clear);
  }
}
