/** Plays one run in a process of its own, because a run makes its own time for everything in its process. */
import { rmSync } from 'node:fs';
import { systemClock } from '../clock.ts';
import { PlayedRun } from './played-run.ts';
import type { Order, Word } from './words.ts';

let run: PlayedRun | null = null;

let said = Promise.resolve();
const say = (word: Word): void => {
  if (!process.connected) return;
  said = new Promise((done) => process.send?.(word, () => done()));
};

process.on('message', (order: Order) => {
  if (order.kind === 'begin') void begin(order);
  else if (order.kind === 'act') void act(order);
  else if (order.kind === 'speed') run?.speed(order.speed);
  else if (order.kind === 'pause') run?.pause(order.on);
  else run?.stop();
});
// Ctrl-C reaches everybody at the terminal; this process ends when the one that started it says so, or is gone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => run?.stop());
process.on('disconnect', () => (run === null ? process.exit(0) : run.stop()));

async function begin(order: Extract<Order, { kind: 'begin' }>): Promise<void> {
  run = new PlayedRun(order.begin, systemClock, say);
  await run.play();
  // The one that started this process does so too, unless it was killed.
  rmSync(order.begin.folder, { recursive: true, force: true, maxRetries: 3 });
  // Whoever started this process has to hear the end first.
  await said;
  process.exit(0);
}

async function act({ number, step }: Extract<Order, { kind: 'act' }>): Promise<void> {
  const trouble = await (run?.act(step) ?? Promise.reject(new Error('nothing is played'))).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  say({ kind: 'acted', number, trouble });
}
