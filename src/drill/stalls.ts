/**
 * When did the machine itself stand still? A thread of its own writes a few bytes to the same disk, flushes them and sleeps
 * 20 ms, over and over: what takes it longer, takes everybody longer, whatever the product does.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface Stall {
  /** UTC ms. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Runs from its text, so that no TypeScript loader is needed in the thread. */
const PROBE = `
const { fdatasyncSync, openSync, writeSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');
const file = openSync(workerData.path, 'w');
const bytes = Buffer.alloc(512, 46);
const sleeper = new Int32Array(new SharedArrayBuffer(4));
function look() {
  const fromMs = Date.now();
  Atomics.wait(sleeper, 0, 0, 20);
  writeSync(file, bytes, 0, bytes.length, 0);
  fdatasyncSync(file);
  const toMs = Date.now();
  if (toMs - fromMs > 50) parentPort.postMessage({ fromMs: fromMs + 20, toMs });
  setImmediate(look);
}
look();
`;

export interface StallProbe {
  readonly stalls: readonly Stall[];
  stop(): Promise<void>;
}

export function probeStalls(folder: string): StallProbe {
  const stalls: Stall[] = [];
  const worker = new Worker(PROBE, { eval: true, workerData: { path: join(folder, 'probe') } });
  worker.on('message', (stall: Stall) => stalls.push(stall));
  return {
    stalls,
    stop: async () => {
      await worker.terminate();
    },
  };
}

/** ms of stalls between two moments, UTC ms. */
export function stalledMs(stalls: readonly Stall[], fromMs: number, toMs: number): number {
  let sum = 0;
  for (const stall of stalls) sum += Math.max(0, Math.min(stall.toMs, toMs) - Math.max(stall.fromMs, fromMs));
  return sum;
}
