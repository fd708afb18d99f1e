/** Runs scenarios one after the other in a process of its own: the runner's child. */
import { runScenario, type ScenarioResult } from './run-scenario.ts';

export interface Order {
  readonly file: string;
  readonly target: string;
  readonly version: string;
  readonly ledger: string | null;
  readonly captures: string | null;
}
export type Word =
  | { readonly kind: 'progress'; readonly nowMs: number; readonly doing: string }
  | { readonly kind: 'result'; readonly result: ScenarioResult };

const SAY_EVERY_MS = 500;

const send = (word: Word) =>
  new Promise<void>((done) => {
    if (process.send === undefined) return done();
    process.send(word, () => done());
  });

process.on('message', (order: Order) => void run(order));
process.on('disconnect', () => process.exit(0));

async function run({ file, target, version, ledger, captures }: Order): Promise<void> {
  let saidMs = 0;
  const result = await runScenario(file, {
    ...{ target, version },
    ...(ledger !== null && { ledger }),
    ...(captures !== null && { captures }),
    progress: (nowMs, doing) => {
      if (performance.now() - saidMs < SAY_EVERY_MS) return;
      saidMs = performance.now();
      void send({ kind: 'progress', nowMs, doing });
    },
  });
  await send({ kind: 'result', result });
}
