/**
 * The refill engine: inputs in, state out. Pure: no clock, no I/O; the same inputs give the same state, and inputs of kind
 * `time` change nothing but what is due by then. What an input costs does not grow with the refill.
 *
 *   reading ──▶ sample ──▶ volume (fusion of mass and flow) ──▶ pressure beyond the needle ──▶ needle's place ─┐
 *   station, link, nurse ───────────────────────────────────────────────────────────▶ phase, hold points ◀────┤
 *                                                                                            advisories ◀──────┘
 */

import { watchFluid } from './advisories/fluid.ts';
import { advise, endAdvisories } from './advisories/index.ts';
import { watchLine } from './advisories/line.ts';
import { estimate, scaleTared, sensorsZeroed } from './estimate.ts';
import { contentOf } from './level.ts';
import { type BeginInput, MEMORY_FORMAT, type Memory, newMemory } from './memory.ts';
import type { NurseAction, RefillInput, RefillState } from './model.ts';
import { act, refusal } from './nurse.ts';
import { seePlace } from './place.ts';
import { pressure } from './pressure.ts';
import { beginsToPrime, clampIs, needleIs, passTime, progress } from './progress.ts';
import { sampleOf } from './sample.ts';
import { scanned } from './scans.ts';
import { viewOf } from './view.ts';

export type { BeginInput } from './memory.ts';

/** A refill between two inputs as JSON; opaque to everybody else. */
export type RefillSnapshot = { readonly format: number };

export class Refill {
  readonly #memory: Memory;
  #view: RefillState | null = null;

  private constructor(memory: Memory) {
    this.#memory = memory;
  }

  static begin(input: BeginInput): Refill {
    return new Refill(newMemory(structuredClone(input)));
  }

  /** Goes on from a snapshot. Throws RangeError when it was written by another version: replay the inputs then. */
  static restore(snapshot: RefillSnapshot): Refill {
    if (snapshot.format !== MEMORY_FORMAT) {
      throw new RangeError(
        `refill snapshot of format ${snapshot.format}, not ${MEMORY_FORMAT}: replay its inputs instead`,
      );
    }
    return new Refill(structuredClone(snapshot) as Memory);
  }

  /** Everything known now. The object stays as it is; the next call after an input gives another one. */
  get state(): RefillState {
    this.#view ??= viewOf(this.#memory);
    return this.#view;
  }

  /** How many advisories have begun so far: cheap to ask after every input, unlike `state`. */
  get advisoriesBegun(): number {
    return this.#memory.advisoriesBegun;
  }

  /** Why a nurse's action would change nothing, in plain words; `null` when it can be done. */
  refusal(action: NurseAction): string | null {
    return refusal(this.#memory, action);
  }

  snapshot(): RefillSnapshot {
    return structuredClone(this.#memory);
  }

  /** `begin` is refused with a RangeError: a refill begins once. After `finish` nothing changes any more. */
  apply(input: RefillInput): void {
    const m = this.#memory;
    if (input.kind === 'begin') throw new RangeError('this refill has begun already');
    if (m.outcome === 'completed') return;
    this.#view = null;
    // A host clock that steps back must not undo what was due.
    m.atMs = Math.max(m.atMs, input.atMs);
    passTime(m);
    endAdvisories(m);
    switch (input.kind) {
      case 'time':
        return;
      case 'reading':
        if (!read(m, input)) return;
        break;
      case 'station':
        happened(m, input.source, input.state, input.data);
        break;
      case 'link':
        m.link = input.state;
        break;
      case 'nurse':
        act(m, input.by, input.action);
        break;
    }
    advise(m);
  }
}

/** The refill that these inputs make; the first is `begin`. Throws RangeError when it is not. */
export function replay(inputs: Iterable<RefillInput>): Refill {
  let refill: Refill | null = null;
  for (const input of inputs) {
    if (refill !== null) refill.apply(input);
    else if (input.kind === 'begin') refill = Refill.begin(input);
    else throw new RangeError(`a refill begins with 'begin', not with '${input.kind}'`);
  }
  if (refill === null) throw new RangeError('no inputs: nothing to replay');
  return refill;
}

/** `false`: not new, nothing came of it. */
function read(m: Memory, input: Extract<RefillInput, { kind: 'reading' }>): boolean {
  const s = sampleOf(m, input);
  if (s === null) return false;
  const moved = estimate(m, s);
  m.contentMl = contentOf(m);
  pressure(m, s);
  seePlace(m, s, moved);
  watchLine(m, s);
  watchFluid(m, s);
  progress(m, s);
  return true;
}

function happened(m: Memory, source: string, state: string, data: string): void {
  const unknown = state === 'unknown';
  if (source === 'needle' && (state === 'in' || state === 'out' || unknown)) needleIs(m, state);
  else if (source === 'clamp' && (state === 'open' || state === 'closed' || unknown)) clampIs(m, state);
  else if (source === 'scan') scanned(m, state, data);
  else if (source === 'scale' && state === 'tared') scaleTared(m);
  else if (source === 'sensor' && state === 'zeroed') sensorsZeroed(m);
  if (source === 'scale' || source === 'sensor') beginsToPrime(m);
}
