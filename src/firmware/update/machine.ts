/**
 * One update of one station: events in, effects out, time is an argument. It knows no frames, ports or files.
 *
 *              ┌──────────── link back, daemon back, station restarted ─────────────┐
 *              ▼                                                                    │
 *   begin ─▶ looking ─▶ uploading ─▶ checking ─▶ marking ─▶ restarting ─▶ proving ─▶ keeping ─▶ ended: updated
 *              │                        (test)                 │   ▲         │ doubt
 *              │                                               │   └─────────┘ restarted without being kept
 *              │                                               └──▶ the old one runs ─▶ ended: reverted
 *              └──▶ what the station holds decides where to go on (decide.ts); every state has a deadline
 *
 * This file hears the world and the clock; steps.ts does the steps. Kept is only what runs at this moment with the hash
 * of the order, after its proof.
 */
import { Course } from './course.ts';
import { calledOff, interrupted, refused } from './outcomes.ts';
import { onSilence } from './replies.ts';
import { POLL_MS, RESTART_MS, Steps, WAITING_MS } from './steps.ts';
import {
  NOTHING_DONE,
  type UpdateEffect,
  type UpdateEvent,
  type UpdateMemory,
  type UpdateOrder,
  type UpdateView,
} from './words.ts';
import { newWorld, type World } from './world.ts';

const JOB_MS = 60 * 60_000;

type Said = Extract<UpdateEvent, { kind: 'identified' }>;

export class UpdateMachine {
  readonly #order: UpdateOrder;
  readonly #course: Course;
  readonly #world: World = newWorld();
  readonly #steps: Steps;

  constructor(order: UpdateOrder, memory: UpdateMemory = NOTHING_DONE) {
    this.#order = order;
    this.#course = new Course({ ...memory, runs: memory.runs + 1 });
    this.#steps = new Steps(order, this.#course, this.#world);
  }

  get memory(): UpdateMemory {
    return this.#course.memory;
  }

  get view(): UpdateView {
    const { phase, outcome } = this.#course;
    const { linkOpen, refill } = this.#world;
    const refillStops = phase === 'uploading' || phase === 'waiting';
    const waitsFor = !linkOpen ? 'the link' : refillStops ? refill : null;
    return { phase, sent: this.#steps.sent, waitsFor: phase === 'ended' ? null : waitsFor, outcome };
  }

  /** When `time` wants to be told; `null` at the end. */
  get dueMs(): number | null {
    const { phase, phaseDueMs, jobDueMs, question, pollMs } = this.#course;
    if (phase === 'ended') return null;
    const all = [phaseDueMs, jobDueMs, question.dueMs, pollMs, this.#steps.dueMs];
    return Math.min(...all.filter((ms) => ms !== null));
  }

  /** Refuses at once when the station is in use and nothing has been done to it yet. */
  begin(now: { readonly linkOpen: boolean; readonly refill: string | null }, nowMs: number): UpdateEffect[] {
    const course = this.#course;
    return course.during(nowMs, () => {
      course.jobDueMs = nowMs + JOB_MS;
      Object.assign(this.#world, now);
      if (now.refill !== null && course.untouched) course.end(refused('refill-open', now.refill));
      else if (now.linkOpen) this.#steps.look();
      else course.enter('waiting', WAITING_MS);
    });
  }

  on(event: UpdateEvent, nowMs: number): UpdateEffect[] {
    return this.#course.during(nowMs, () => {
      if (this.#course.phase === 'ended') return;
      this.#hear(event);
      this.#deadlines();
    });
  }

  #hear(event: UpdateEvent): void {
    switch (event.kind) {
      case 'answer':
        this.#steps.answered(event.id, event.answer);
        break;
      case 'link':
        this.#link(event.open);
        break;
      case 'identified':
        this.#identified(event);
        break;
      case 'reading':
        this.#world.spokeMs = this.#course.nowMs;
        this.#steps.proof?.reading();
        break;
      case 'health':
        this.#world.health = event;
        this.#steps.proof?.health(event.lines, event.badChecksums);
        break;
      case 'fault':
        this.#world.fault = event.what;
        this.#steps.proof?.fault(event.what);
        break;
      case 'refill':
        this.#refill(event.busy);
        break;
      case 'abort':
        this.#abort(event.by);
        break;
      case 'time':
        break;
    }
  }

  #link(open: boolean): void {
    if (open === this.#world.linkOpen) return;
    const course = this.#course;
    this.#world.linkOpen = open;
    course.question.drop();
    this.#steps.interrupted();
    if (course.phase === 'restarting') course.pollMs = open ? course.nowMs + POLL_MS : null;
    else if (course.phase === 'proving') return;
    else if (open) this.#steps.look();
    else course.enter('waiting', WAITING_MS);
  }

  #identified(said: Said): void {
    const course = this.#course;
    if (!this.#order.anonymous && said.station !== this.#order.station) {
      course.end(interrupted(this.#order, 'other-station'));
      return;
    }
    const before = this.#world.said;
    const restarted = before !== null && before.bootId !== said.bootId;
    this.#world.spokeMs = course.nowMs;
    this.#world.said = said;
    if (restarted) this.#world.fault = null;
    const { proof } = this.#steps;
    if (proof !== null) {
      if (proof.identified(said, course.nowMs) === 'restarted') this.#steps.look();
    } else if (restarted && course.phase === 'restarting') this.#steps.restarted();
    else if (restarted && course.phase !== 'waiting') this.#steps.look();
  }

  #refill(busy: string | null): void {
    this.#world.refill = busy;
    if (busy !== null) this.#steps.refillBegan();
    else if (this.#course.phase === 'waiting' && this.#world.linkOpen) this.#steps.look();
    else this.#steps.pump();
  }

  #abort(by: string): void {
    const reason = { code: 'aborted', why: `aborted by ${by}` };
    const course = this.#course;
    if (course.phase === 'keeping' || course.memory.overwriting || course.memory.undo !== null) return;
    if (course.untouched && !this.#world.linkOpen) course.end(calledOff(this.#order, reason));
    else this.#steps.callOff(reason);
  }

  #deadlines(): void {
    const course = this.#course;
    const { nowMs } = course;
    const given = course.question.expire(nowMs);
    if (given !== null) this.#steps.take(onSilence(given), given);
    this.#steps.expire();
    if (course.pollMs !== null && nowMs >= course.pollMs) {
      course.pollMs = null;
      if (this.#world.linkOpen) course.put({ op: 'state' });
    }
    if (this.#steps.proof !== null) course.phaseDueMs = this.#steps.proof.dueMs;
    if (course.phase === 'ended') return;
    if (nowMs >= course.jobDueMs) course.end(interrupted(this.#order, 'took-too-long'));
    else if (nowMs >= course.phaseDueMs) this.#overdue();
    else if (course.phase === 'restarting' && nowMs >= course.phaseDueMs - RESTART_MS / 2) this.#steps.reopenOnce();
  }

  #overdue(): void {
    const { phase } = this.#course;
    const { linkOpen, refill } = this.#world;
    if (phase === 'proving') this.#steps.judge();
    else {
      const silent = phase === 'restarting' ? 'silent-after-restart' : 'silent';
      this.#course.end(interrupted(this.#order, !linkOpen ? 'link' : refill !== null ? 'refill' : silent));
    }
  }
}
