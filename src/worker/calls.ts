/** Runs a module in a thread of its own and calls its methods; what blocks there blocks nothing here. */
import { type Transferable, Worker } from 'node:worker_threads';
import type { Answer, Call, Served } from './serve.ts';

/** The thread ended before it answered: whether the call took effect is not known. */
export class WorkerGone extends Error {
  override readonly name = 'WorkerGone';
}

export interface Calls<S extends Served<S>> {
  /** Rejects with the method's own error (`name`, `message` and `code` are kept), or with `WorkerGone`. */
  call<M extends keyof S & string>(
    method: M,
    args: Parameters<S[M]>,
    transfer?: readonly Transferable[],
  ): Promise<Awaited<ReturnType<S[M]>>>;
  readonly alive: boolean;
  /** Ends the thread, whatever it is doing. */
  end(): Promise<void>;
}

let underWay = 0;
let lastCall = 0;
let answersGo: ((call: number, deliver: () => void) => void) | null = null;

/** Calls of this process to any thread whose answer has not come yet, and threads that are ending. */
export function callsUnderWay(): number {
  return underWay;
}

/**
 * For a process that makes its own time: answers of all threads are handed to `gate` instead of to whoever called, in the
 * order in which they come; `call` numbers the calls of the process in the order in which they were made. `null` ends that.
 */
export function answersThrough(gate: ((call: number, deliver: () => void) => void) | null): void {
  answersGo = gate;
}

interface Waiting {
  readonly call: number;
  readonly done: (result: never) => void;
  readonly fail: (error: Error) => void;
}

/**
 * Starts the module `name` beside the module `base` (its `import.meta.url`): the built one, or the source when we run
 * from source ourselves. `data` is there for the worker as `startData()`.
 */
export function startWorker<S extends Served<S>>(base: string, name: string, data: unknown): Calls<S> {
  const fromSource = base.endsWith('.ts');
  const module = new URL(`./${name}${fromSource ? '.ts' : '.js'}`, base);
  const entry = fromSource ? new URL('./from-source.mjs', import.meta.url) : module;
  const worker = new Worker(entry, { workerData: { module: module.href, data }, execArgv: [] });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let alive = true;
  let cause: unknown;
  // A thread that nobody waits for keeps no process alive.
  worker.unref();

  worker.on('message', (answer: Answer) => {
    const call = waiting.get(answer.id);
    if (waiting.delete(answer.id)) underWay--;
    if (waiting.size === 0) worker.unref();
    if (call === undefined) return;
    if (answersGo === null) deliver(call, answer);
    else answersGo(call.call, () => deliver(call, answer));
  });
  worker.on('error', (error) => {
    cause = error;
  });
  worker.on('exit', () => {
    alive = false;
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    for (const { fail } of waiting.values()) fail(new WorkerGone(`the thread ${name} ended${reason}`, { cause }));
    underWay -= waiting.size;
    waiting.clear();
  });

  return {
    call: (method, args, transfer = []) =>
      new Promise((done, fail) => {
        if (!alive) return fail(new WorkerGone(`the thread ${name} has ended`, { cause }));
        const call: Call = { id: ++lastId, method, args };
        worker.postMessage(call, transfer);
        waiting.set(call.id, { call: ++lastCall, done, fail });
        underWay++;
        worker.ref();
      }),
    get alive() {
      return alive;
    },
    end: async () => {
      underWay++;
      try {
        await worker.terminate();
      } finally {
        underWay--;
      }
    },
  };
}

function deliver({ done, fail }: Waiting, answer: Answer): void {
  if ('result' in answer) {
    done(answer.result as never);
    return;
  }
  const { name, message, code } = answer.error;
  fail(Object.assign(new Error(message), { name, ...(code !== undefined && { code }) }));
}
