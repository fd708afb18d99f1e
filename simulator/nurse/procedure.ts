/**
 * The refill as a nurse does it, step by step, in textbook seconds. What she sees decides how long she waits and whether she
 * goes on: a `watchful` nurse stops where the procedure says so, an `unaware` one goes on whatever she sees.
 */
import type { Nurse, Wait } from './nurse.ts';

type Steps = Generator<Wait, void>;

const TEST_ML = 5;
/** Of the test volume, must come back. */
const TEST_BACK_ML = 4.5;
/** Plunger let go: comes back as fast as the propellant pushes. */
const FREE_ML_PER_MIN = 60;
/** She sees nothing move below this. */
const STILL_ML_PER_MIN = 1.2;
const STILL_FOR_S = 5;
/** Of the test volume she is sure sooner. */
const BACK_FOR_S = 3;
const LONGEST_BACK_S = 150;
/** Nothing came: the procedure's limit for passive return. */
const NOTHING_ML = 0.3;
const NO_RETURN_S = 60;
/** The plunger will not go: she stops pushing. */
const STUCK_ML_PER_MIN = 1;
const STUCK_FOR_S = 8;
const LONGEST_PUSH_S = 300;
/** The resting pressure has halved since the last portion and is below this: she looks whether anything springs back. */
const WEAK_KPA = 12;
const LOOKS_FOR_S = 10;
const SPRING_ML = 0.15;
const GENTLE_KPA = 20;
/** Primes the bolus needle with so much. */
const BOLUS_NEEDLE_ML = 0.5;
/** Before she flushes she looks for so long whether it is the artery that she meets. */
const FEELS_PULSE_S = 12;

/** All of it, from the patient's arrival to the free bay. */
export function* refill(n: Nurse): Steps {
  yield* identify(n);
  yield* zero(n);
  const reached = yield* access(n);
  if (!reached) return yield* giveUp(n);
  const drainedMl = yield* empty(n);
  if (drainedMl < NOTHING_ML && watchful(n)) return yield* giveUp(n);
  yield* measure(n);
  const backMl = yield* confirm(n);
  if (backMl < TEST_BACK_ML && watchful(n)) return yield* giveUp(n);
  const filled = yield* fill(n);
  if (!filled) return yield* giveUp(n);
  yield* flush(n);
  yield* deaccess(n, 'completed');
}

/** Clamp shut, needle out, and the patient is looked after. */
export function* giveUp(n: Nurse): Steps {
  rest(n);
  yield* deaccess(n, 'stopped');
}

function watchful(n: Nurse): boolean {
  return n.task.nurse.heed === 'watchful';
}

function rest(n: Nurse): void {
  n.world.perform({ do: 'hand', hand: { does: 'rest' } });
}

function clamp(n: Nurse, state: 'open' | 'closed'): void {
  if (n.world.clamp !== state) n.world.perform({ do: 'clamp', state });
}

/** Looks again and again: true once nothing has moved for some seconds. */
function stillness(n: Nurse, below: number, forS: number): () => boolean {
  let sinceS: number | null = null;
  return () => {
    if (Math.abs(n.world.lineMlPerMin) >= below) sinceS = null;
    else sinceS ??= n.clockS;
    return sinceS !== null && n.clockS - sinceS >= forS;
  };
}

function* identify(n: Nurse): Steps {
  n.phase = 'identify';
  yield n.after(20);
  n.world.perform({ do: 'scan', ...n.task.scans.pump });
  yield n.after(25);
  n.world.perform({ do: 'scan', ...n.task.scans.drug });
  yield n.after(35);
}

function* zero(n: Nurse): Steps {
  n.phase = 'zero';
  if (n.task.nurse.primes) {
    clamp(n, 'open');
    yield n.after(2);
    n.world.perform({ do: 'hand', hand: { does: 'push', ml: 1, mlPerMin: 10 } });
    yield n.afterSeconds(6);
    yield n.after(2);
    clamp(n, 'closed');
  } else yield n.after(10);
  yield n.after(10);
  n.world.perform({ do: 'tare' });
  yield n.after(1);
  n.world.perform({ do: 'zero' });
  yield n.after(19);
  n.phase = 'prep';
  yield n.after(80);
}

/** Returns whether she believes that the needle is where it should be. */
function* access(n: Nurse): Generator<Wait, boolean> {
  n.phase = 'access';
  const { attempts, gauge } = n.task;
  for (const [i, { afterS, ends }] of attempts.entries()) {
    yield n.after(afterS);
    n.world.perform({ do: 'needle', place: ends, gauge });
    yield n.after(8);
    if (i === attempts.length - 1) break;
    // Looks whether anything comes, and draws back.
    clamp(n, 'open');
    n.world.perform({ do: 'hand', hand: { does: 'return', ml: 1, mlPerMin: FREE_ML_PER_MIN } });
    yield n.after(10);
    rest(n);
    clamp(n, 'closed');
    n.world.perform({ do: 'needle', place: 'out' });
  }
  return attempts.at(-1)?.ends !== 'blocked';
}

/** Returns what came out, mL. */
function* empty(n: Nurse): Generator<Wait, number> {
  n.phase = 'empty';
  const { nurse } = n.task;
  if (nurse.opensClamp) clamp(n, 'open');
  n.world.perform({ do: 'hand', hand: { does: 'return', ml: 100, mlPerMin: FREE_ML_PER_MIN } });
  if (!nurse.opensClamp) {
    // Nothing comes; in the end she sees why.
    yield n.after(40);
    clamp(n, 'open');
  }
  const still = stillness(n, STILL_ML_PER_MIN, STILL_FOR_S);
  yield n.after(nurse.emptyLeastS, () => still() && false);
  if (!still()) yield n.after(nurse.emptyMostS - nurse.emptyLeastS, still);
  let drainedMl = n.world.handMovedMl;
  if (drainedMl < NOTHING_ML) yield n.after(Math.max(0, NO_RETURN_S - nurse.emptyLeastS));
  if (nurse.aspirates || (drainedMl < NOTHING_ML && watchful(n))) {
    const hand = { does: 'aspirate', ml: 5, mlPerMin: 10, suctionKpa: GENTLE_KPA } as const;
    drainedMl = Math.max(drainedMl, n.world.handMovedMl);
    n.world.perform({ do: 'hand', hand });
    yield n.after(2);
    yield n.after(20, stillness(n, STILL_ML_PER_MIN, 2));
    drainedMl += n.world.handMovedMl;
  }
  rest(n);
  clamp(n, 'closed');
  return drainedMl;
}

function* measure(n: Nurse): Steps {
  n.phase = 'measure';
  n.urged = false;
  yield n.after(n.task.nurse.measureS, () => n.urged);
  if (!n.holding) return;
  yield { untilS: Number.POSITIVE_INFINITY, or: () => !n.holding };
  n.replan();
}

/** 5 mL in, a look at the pressure, and back. Returns how much came back, mL. */
function* confirm(n: Nurse): Generator<Wait, number> {
  n.phase = 'confirm';
  n.world.perform({ do: 'tare' });
  clamp(n, 'open');
  yield* push(n, TEST_ML, n.task.nurse.testMlPerMin);
  yield n.after(3);
  n.world.perform({ do: 'hand', hand: { does: 'return', ml: TEST_ML, mlPerMin: 20 } });
  const still = stillness(n, STILL_ML_PER_MIN, BACK_FOR_S);
  yield n.after(24.5, () => still() && false);
  if (!n.world.handIsFree && !still()) yield n.after(LONGEST_BACK_S, () => n.world.handIsFree || still());
  const backMl = n.world.handMovedMl;
  rest(n);
  return backMl;
}

/** Returns whether all went in. */
function* fill(n: Nurse): Generator<Wait, boolean> {
  n.world.perform({ do: 'tare' });
  yield n.after(0.5);
  n.phase = 'fill';
  const { fillMl, nurse } = n.task;
  let restKpa = 0;
  for (let leftMl = fillMl; leftMl > 1e-6; leftMl -= nurse.portionMl) {
    const went = yield* push(n, Math.min(nurse.portionMl, leftMl), nurse.fillMlPerMin);
    if (!went) return false;
    yield n.after(nurse.pauseS);
    const kpa = n.world.lineKpa;
    const lost = kpa < WEAK_KPA && kpa < restKpa / 2;
    restKpa = kpa;
    if (lost && watchful(n) && !(yield* springsBack(n))) return false;
  }
  return true;
}

/** The refill needle comes out; another one, which opens between the septa, and another syringe go to the bolus path. */
function* flush(n: Nurse): Steps {
  const { flush: task, gauge } = n.task;
  if (task === null) return;
  yield n.after(1.6);
  clamp(n, 'closed');
  yield n.after(6);
  n.world.perform({ do: 'needle', place: 'out' });
  n.phase = 'flush';
  yield n.after(8);
  n.world.perform({ do: 'syringe', fluid: 'heparin-saline' });
  clamp(n, 'open');
  yield* push(n, BOLUS_NEEDLE_ML, task.mlPerMin);
  clamp(n, 'closed');
  yield n.after(10);
  n.world.perform({ do: 'needle', place: 'bolus-gap', gauge });
  yield n.after(FEELS_PULSE_S);
  clamp(n, 'open');
  yield* push(n, task.ml, task.mlPerMin);
}

/** Lets the plunger go: does anything push it back? */
function* springsBack(n: Nurse): Generator<Wait, boolean> {
  n.world.perform({ do: 'hand', hand: { does: 'return', ml: 0.5, mlPerMin: 20 } });
  yield n.after(LOOKS_FOR_S, () => n.world.handIsFree);
  const backMl = n.world.handMovedMl;
  rest(n);
  return backMl > SPRING_ML;
}

/** Returns false when the plunger would not go any more. */
function* push(n: Nurse, ml: number, mlPerMin: number): Generator<Wait, boolean> {
  const speed = mlPerMin * n.speed;
  const stuck = stillness(n, STUCK_ML_PER_MIN, STUCK_FOR_S);
  n.world.perform({ do: 'hand', hand: { does: 'push', ml, mlPerMin: speed } });
  // As long as it takes a steady hand; an unsteady or a weak one needs longer.
  yield n.afterSeconds((ml / speed) * 60, stuck);
  if (!n.world.handIsFree && !stuck()) yield n.afterSeconds(LONGEST_PUSH_S, () => n.world.handIsFree || stuck());
  const went = n.world.handIsFree;
  if (!went) rest(n);
  return went;
}

function* deaccess(n: Nurse, outcome: 'completed' | 'stopped'): Steps {
  n.phase = 'deaccess';
  n.outcome = outcome;
  yield n.after(outcome === 'completed' ? 1.6 : 4);
  clamp(n, 'closed');
  yield n.after(6);
  if (n.world.needle === 'in') n.world.perform({ do: 'needle', place: 'out' });
  yield n.after(20);
  n.phase = 'record';
  yield n.after(60);
}
