import type { Writable } from 'node:stream';
import { within } from './stop-signal.ts';

/** Whoever has asked us to stop does not wait for a reader that stands still. */
const PATIENCE_MS = 1000;

/**
 * Resolves when all that was said has been taken, or nobody takes it any more: a pipe holds some 64 KB, and the rest would
 * end with the process. `stopAsked` resolves when we are asked to stop: from then on it waits a second.
 */
export async function outputTaken(streams: readonly Writable[], stopAsked: Promise<unknown>): Promise<void> {
  const all = Promise.all(streams.map(taken));
  await Promise.race([all, stopAsked.then(() => within(PATIENCE_MS, all))]);
}

function taken(stream: Writable): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return Promise.resolve();
  return new Promise((done) => {
    stream.once('close', done);
    stream.write('', () => done());
  });
}
