/** The course of a drill: one fault after the other, each followed by a wait until all is well again. */
import type { Fault } from './faults.ts';
import { newTally, type Tally } from './judge.ts';
import { recovered } from './recovery.ts';
import type { Rig } from './rig.ts';

export interface Phase {
  readonly fault: string;
  /** What was said from then on, up to the next phase, counts as this one's; UTC ms. */
  readonly fromMs: number;
  readonly tally: Tally;
  lastedMs: number;
  /** From the end of the fault until all was well; `null`: not in time. */
  recoveredMs: number | null;
  /** Messages that the daemon says it has given up, because its journal was full. */
  givenUp: number;
}

export interface Course {
  readonly length: 'full' | 'quick';
  readonly say: (line: string) => void;
  /** Rejects when the drill is stopped. */
  readonly pause: (ms: number) => Promise<void>;
  /** Before each harm, so that what it takes with it counts as its own. */
  readonly leadMs: number;
  /** Of this rig. */
  readonly stations: number;
  /** Number of the first fault, and of all faults of the drill. */
  readonly first: number;
  readonly all: number;
}

const READY_WITHIN_MS = 30_000;
export const RECOVER_WITHIN_MS = 60_000;

export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** Throws a plain `Error` when nothing reaches the store to begin with. */
export async function runCourse(rig: Rig, faults: readonly Fault[], course: Course): Promise<Phase[]> {
  const { length, say, pause, leadMs, stations, first, all } = course;
  const ready = await recovered(rig.daemon, { stations, pause, withinMs: READY_WITHIN_MS });
  if (ready === null) throw new Error(`no readings reach the store of the drill within ${READY_WITHIN_MS / 1000} s`);
  const phases: Phase[] = [];
  for (const [i, fault] of faults.entries()) {
    const ms = fault.lastsMs[length] ?? 0;
    say(`${first + i}/${all}  ${fault.name}${ms > 0 ? `, ${seconds(ms)}` : ''} ...`);
    const phase: Phase = {
      ...{ fault: fault.name, fromMs: Date.now(), tally: newTally(), lastedMs: 0, recoveredMs: null, givenUp: 0 },
    };
    phases.push(phase);
    await pause(leadMs);
    const harmedMs = Date.now();
    await fault.run(rig, ms, pause);
    phase.lastedMs = Date.now() - harmedMs;
    phase.recoveredMs = await recovered(rig.daemon, { stations, pause, withinMs: RECOVER_WITHIN_MS });
    say(phase.recoveredMs === null ? '     NOT well again' : `     well again after ${seconds(phase.recoveredMs)}`);
  }
  return phases;
}

/** A wait that ends with the signal's reason when it is aborted. */
export function pauses(signal: AbortSignal): (ms: number) => Promise<void> {
  return (ms) =>
    new Promise((resolve, reject) => {
      const abort = () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', abort);
        resolve();
      }, ms);
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
    });
}
