/**
 * Where the refill is, by what readings and station events show. The nurse may set any phase; from there it goes on by the
 * same rules. What flows decides, not what ought to have been done first: hold points say that something was passed over.
 */
import { fillBegins, seeDry, seeEmpty, takeDrainedAsResidual } from './emptying.ts';
import { beginFlush, bolusNeedleIn, endFlush, looksLikeBolusPath } from './flush.ts';
import { judge, judgeReturn, judgeTest, returnIsOverdue } from './holds.ts';
import { accessed, withdrawn } from './level.ts';
import type { Memory } from './memory.ts';
import type { Phase } from './model.ts';
import { stillStanding } from './moved.ts';
import { nowhereYet } from './place.ts';
import type { Sample } from './sample.ts';
import { identityIsDue } from './scans.ts';

/** A move of fluid that begins a phase, mL. */
const BEGINS_ML = 0.25;
/** More than the test volume went in without coming back: it is the fill, mL. */
const BEYOND_TEST_ML = 1.5;
/** A test volume that has begun to come back and stands still so long does not come back, s. */
const STALLED_S = 10;
/** Phases in which fluid is let in and out, and a rest that ends them, s. */
const UNDER_WAY: readonly Phase[] = ['empty', 'confirm', 'fill'];
const JUST_STOPPED_S = 1.5;
const MOST_PHASES = 500;
/** The needle has been out for so long: it stays out, ms. */
const RECORD_AFTER_MS = 30_000;

export function enter(m: Memory, phase: Phase, by: 'readings' | 'nurse', atMs = m.atMs): void {
  if (m.phase === phase) return;
  // A needle contact that chatters must not fill the memory.
  if (m.phases.length >= MOST_PHASES) m.phases.splice(1, 1);
  m.phases.push({ phase, atMs, by });
  m.moved.phaseInMl = 0;
  m.moved.phaseOutMl = 0;
  const before = m.phase;
  m.phase = phase;
  if (before === 'flush') endFlush(m);
  if (phase === 'flush') beginFlush(m);
  if (phase === 'confirm') m.test = { inMl: 0, outMl: 0, restS: 0 };
  if (phase === 'measure' || phase === 'confirm' || phase === 'fill') takeDrainedAsResidual(m);
  if (phase === 'fill') fillBegins(m, 0);
}

/** Before anything else of an input: what became due at a certain moment since the last one. */
export function passTime(m: Memory): void {
  if (m.outcome !== 'in-progress') return;
  returnIsOverdue(m);
  if (m.recordDueMs !== null && m.atMs >= m.recordDueMs) {
    const dueMs = m.recordDueMs;
    m.recordDueMs = null;
    if (m.phase === 'deaccess') enter(m, 'record', 'readings', dueMs);
  }
}

export function needleIs(m: Memory, state: 'in' | 'out' | 'unknown'): void {
  if (state === m.needle) return;
  m.needle = state;
  if (m.phase === 'flush' && m.accessMs === null) {
    if (state === 'in') bolusNeedleIn(m);
    else if (state === 'out' && m.flush.counting) leaves(m);
    return;
  }
  if (state === 'in') {
    m.recordDueMs = null;
    startAccess(m);
    // Said before the first reading: that is how things stood, not what has just happened.
    if (m.clock.bootId === null) missedAccess(m);
    if (m.outcome === 'in-progress') enter(m, 'access', 'readings');
  } else if (state === 'out' && m.accessMs !== null) {
    const onItsWay = m.clamp !== 'closed' && m.flow.restS < JUST_STOPPED_S;
    m.place.slippedOut = onItsWay && m.outcome === 'in-progress' && UNDER_WAY.includes(m.phase);
    withdrawn(m);
    if (m.outcome !== 'in-progress' || m.phase === 'flush') return;
    if (m.level.filled !== null) leaves(m);
    else enter(m, 'prep', 'readings');
  }
}

function leaves(m: Memory): void {
  enter(m, 'deaccess', 'readings');
  m.recordDueMs = m.atMs + RECORD_AFTER_MS;
  if (m.holds.linePressure.state === 'pending') judge(m, 'linePressure', 'passed');
}

export function startAccess(m: Memory): void {
  accessed(m);
  identityIsDue(m);
  m.moved = stillStanding();
  m.place = nowhereYet();
  m.pressure.restKpa = null;
  m.pressure.meanKpa = null;
  m.pressure.staticKpa = null;
  m.pressure.settledS = 0;
}

/** Whether fluid has been let out or put in before, nobody knows. */
function missedAccess(m: Memory): void {
  m.missedStart = true;
  m.place.unseen = true;
  m.level.base = null;
  m.level.from = null;
  m.level.drained = null;
}

export function clampIs(m: Memory, state: 'open' | 'closed' | 'unknown'): void {
  if (state === m.clamp) return;
  m.clamp = state;
  if (state === 'open' && m.accessMs === null) beginsToPrime(m);
}

/** Priming, taring and zeroing before the needle goes in. */
export function beginsToPrime(m: Memory): void {
  if (m.outcome !== 'in-progress' || m.accessMs !== null || m.level.filled !== null) return;
  if (m.phase === 'identify') enter(m, 'zero', 'readings');
  if (m.phase === 'zero' && m.tared && m.zeroed) enter(m, 'prep', 'readings');
}

/** What a sample shows of the way. */
export function progress(m: Memory, s: Sample): void {
  if (m.outcome !== 'in-progress') return;
  if (m.accessMs === null) return;
  seeDry(m);
  const isEmpty = seeEmpty(m);
  goOn(m, s, isEmpty);
  judgeReturn(m);
}

function goOn(m: Memory, s: Sample, isEmpty: boolean): void {
  const { moved } = m;
  switch (m.phase) {
    case 'identify':
    case 'zero':
    case 'prep':
      enter(m, 'access', 'readings');
      return;
    case 'access':
      if (looksLikeBolusPath(m)) {
        // Nothing has moved through it: as if no reservoir had been accessed.
        m.accessMs = null;
        enter(m, 'flush', 'readings');
        bolusNeedleIn(m);
        return;
      }
      if (moved.phaseOutMl >= BEGINS_ML && m.level.filled === null) enter(m, 'empty', 'readings');
      else if (moved.inRunMl >= BEGINS_ML) putsIn(m);
      return;
    case 'empty':
    case 'measure':
      if (moved.inRunMl >= BEGINS_ML) putsIn(m);
      else if (m.phase === 'measure') {
        if (moved.outRunMl >= BEGINS_ML && moved.phaseOutMl >= BEGINS_ML) enter(m, 'empty', 'readings');
      } else if (isEmpty || (m.clamp === 'closed' && m.flow.restS > 1)) enter(m, 'measure', 'readings');
      return;
    case 'confirm':
      confirm(m, s);
      return;
    default:
      return;
  }
}

/** New drug goes in: the test volume first, unless that has been passed before. */
function putsIn(m: Memory): void {
  const already = m.moved.inRunMl;
  const tested = m.holds.testVolume.state === 'passed' || m.holds.testVolume.state === 'overridden';
  fillBegins(m, already);
  enter(m, tested ? 'fill' : 'confirm', 'readings');
  m.moved.phaseInMl = already;
}

function confirm(m: Memory, s: Sample): void {
  const { test, moved, flow } = m;
  test.inMl = moved.phaseInMl;
  test.outMl = moved.phaseOutMl;
  test.restS = flow.restS > 0 && m.clamp !== 'closed' ? test.restS + s.seconds : 0;
  const goesOn = moved.inRunMl >= BEGINS_ML && moved.phaseOutMl >= BEGINS_ML;
  const tooMuch = moved.inRunMl > m.thresholds.testVolumeMl + BEYOND_TEST_ML;
  judgeTest(m, goesOn || tooMuch || (moved.outRunMl > 0 && test.restS >= STALLED_S));
  if (goesOn || tooMuch) {
    const already = moved.inRunMl;
    enter(m, 'fill', 'readings');
    moved.phaseInMl = already;
  }
}
