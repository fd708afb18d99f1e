/** Simulated stations whose time we make: a child process, told over its stdin how far to go; their bytes come over TCP. */
import type { ChildProcess } from 'node:child_process';
import { z } from 'zod';
import { spawnSimulator } from '../../cli/simulator-process.ts';

const READY_WITHIN_MS = 120_000;
const ANSWER_WITHIN_MS = 120_000;
const END_WITHIN_MS = 5000;
const LONGEST_LINE = 64_000_000;

const stationLine = z.object({ station: z.string().max(64), url: z.string().min(1).max(1024) });

/** What the simulator tells of a moment: lines of its ledger that are no protocol lines, with the run's own time. */
export interface Told {
  readonly ev: string;
  readonly s?: string;
  readonly atMs: number;
  readonly [key: string]: unknown;
}

const answerLine = z.looseObject({
  error: z.string().optional(),
  // Many in every window, and from our own program.
  told: z.custom<readonly Told[]>((told) => Array.isArray(told)).optional(),
});

export interface SteppedStations {
  readonly stations: readonly { readonly station: string; readonly url: string }[];
  /**
   * Lets them live until then, once they have heard `given` bytes since their port was opened (`null`: it is closed). What
   * they say is on its way when it resolves.
   */
  advanceTo(ms: number, given: readonly (number | null)[]): Promise<readonly Told[]>;
  /** An order of docs/simulator.md. Throws with what the simulator says is wrong. */
  order(order: object): Promise<void>;
  stop(): Promise<void>;
}

/** `args`: of the simulator, without ports. Throws a plain `Error` that says why it cannot be. */
export async function startSteppedStations(args: readonly string[]): Promise<SteppedStations> {
  const child = spawnSimulator(['--tcp', '127.0.0.1:0', '--json', '--lockstep', '--exit-with-parent', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines = new Lines(child);
  const stations: { station: string; url: string }[] = [];
  for (;;) {
    const said = await lines.next(READY_WITHIN_MS);
    const station = stationLine.safeParse(said);
    if (station.success) stations.push(station.data);
    else break;
  }
  if (stations.length === 0) throw new Error(`the simulator did not get ready: ${lines.lastWords}`);
  const ask = async (order: object): Promise<z.infer<typeof answerLine>> => {
    child.stdin?.write(`${JSON.stringify(order)}\n`);
    const answer = answerLine.parse(await lines.next(ANSWER_WITHIN_MS));
    if (answer.error !== undefined) throw new Error(`the simulator: ${answer.error}`);
    return answer;
  };
  return {
    stations,
    advanceTo: async (ms, given) => (await ask({ do: 'advance', toMs: ms, given })).told ?? [],
    order: async (order) => void (await ask(order)),
    stop: async () => {
      child.kill('SIGTERM');
      await lines.ended(END_WITHIN_MS);
      child.kill('SIGKILL');
    },
  };
}

/** JSON lines of a child, one asked for at a time. */
class Lines {
  lastWords = '';
  readonly #child: ChildProcess;
  readonly #waiting: string[] = [];
  #rest = '';
  #wanted: (() => void) | null = null;
  #gone: string | null = null;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdin?.on('error', () => {});
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.lastWords = (this.lastWords + text).slice(-2000);
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    child.once('error', (error) => this.#end(error.message));
    child.once('exit', (code, signal) => this.#end(`it ended (${signal ?? `exit code ${code}`})`));
  }

  async next(withinMs: number): Promise<unknown> {
    if (this.#waiting.length === 0 && this.#gone === null) await this.#wait(withinMs);
    const line = this.#waiting.shift();
    if (line !== undefined) return JSON.parse(line);
    throw new Error(`the simulator does not answer: ${this.#gone ?? 'too late'} ${this.lastWords.trim()}`.trim());
  }

  async ended(withinMs: number): Promise<void> {
    if (this.#gone === null) await this.#wait(withinMs);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, ms);
      this.#wanted = () => {
        clearTimeout(timer);
        this.#wanted = null;
        done();
      };
    });
  }

  #take(text: string): void {
    this.#rest += text;
    for (let end = this.#rest.indexOf('\n'); end !== -1; end = this.#rest.indexOf('\n')) {
      this.#waiting.push(this.#rest.slice(0, end));
      this.#rest = this.#rest.slice(end + 1);
    }
    if (this.#rest.length > LONGEST_LINE) this.#child.kill('SIGKILL');
    if (this.#waiting.length > 0) this.#wanted?.();
  }

  #end(why: string): void {
    this.#gone ??= why;
    this.#wanted?.();
  }
}
