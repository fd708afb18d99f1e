/** The worker's side: answers calls with the methods of one object. */
import { parentPort, workerData } from 'node:worker_threads';

/** What `startWorker` gave as `data`. */
export function startData(): unknown {
  return (workerData as { data: unknown }).data;
}

/** Methods a worker offers; arguments and results are copied between the threads. */
export type Served<S> = { readonly [M in keyof S]: (...args: never[]) => unknown };

export interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** Errors of SQLite and of our own are told by name and code; copying an error between threads would lose both. */
export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { name: string; message: string; code: unknown } };

/** Calls are begun in the order in which they were made. */
export function serve<S extends Served<S>>(methods: S): void {
  parentPort?.on('message', async ({ id, method, args }: Call) => {
    let answer: Answer;
    try {
      const run = methods[method as keyof S] as (...args: never[]) => unknown;
      answer = { id, result: await run.apply(methods, args as never[]) };
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      answer = {
        id,
        error: { name, message, code: error instanceof Error && 'code' in error ? error.code : undefined },
      };
    }
    parentPort?.postMessage(answer);
  });
}
