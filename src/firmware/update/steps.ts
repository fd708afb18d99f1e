/** The steps of an update. What the station holds decides which is next; the answers to questions lead from one to another. */
import type { Course } from './course.ts';
import { decide } from './decide.ts';
import { failed, interrupted, refused } from './outcomes.ts';
import { Proof } from './proof.ts';
import type { Question } from './question.ts';
import { onRefusal, type Turn } from './replies.ts';
import { type Into, Restart } from './restart.ts';
import { Upload } from './upload.ts';
import type { Answer, UpdateMemory, UpdateOrder } from './words.ts';
import type { World } from './world.ts';

/** How long an answer is looked for; how long the link or the end of a refill is waited for. */
export const LOOKING_MS = 120_000;
export const WAITING_MS = 15 * 60_000;
/** Swapping two slots takes a bootloader up to minutes. */
export const RESTART_MS = 240_000;
export const POLL_MS = 1000;
/** Times that the same thing is tried: an upload that is not stored, a proof that a restart ended, a word to keep it. */
const MOST_TRIES = 3;
/** A station that spoke so recently is there, whatever it does not answer. */
const SPOKE_MS = 5000;
const SILENT_PIECES = 3;
/** A station that is busy is asked again, so often. */
const MOST_BUSY = 20;
const BUSY_MS = 500;

type Reason = NonNullable<UpdateMemory['undo']>;

export class Steps {
  readonly #order: UpdateOrder;
  readonly #course: Course;
  readonly #world: World;
  readonly #upload: Upload;
  readonly #restart = new Restart();
  readonly #times = { upload: 0, proof: 0, keep: 0 };
  #running: string | null = null;
  #tries = 0;
  #silences = 0;
  #everAnswered = false;
  /** Whose buffers are known, the bootloader's (`true`) or the application's; `null`: the next list of images tells. */
  #buffersOfBootloader: boolean | null = null;
  #proof: Proof | null = null;

  constructor(order: UpdateOrder, course: Course, world: World) {
    this.#order = order;
    this.#course = course;
    this.#world = world;
    this.#upload = new Upload(order.image.bytes, order.baudRate, (ask) => course.ask(ask));
  }

  get sent(): number {
    return this.#upload.acked;
  }

  get dueMs(): number | null {
    return this.#course.phase === 'uploading' ? this.#upload.dueMs : null;
  }

  get proof(): Proof | null {
    return this.#course.phase === 'proving' ? this.#proof : null;
  }

  look(): void {
    this.#upload.interrupted();
    this.#tries = 0;
    this.#silences = 0;
    this.#buffersOfBootloader = null;
    this.#upload.forgetBuffer();
    this.#course.enter('looking', LOOKING_MS);
    this.#course.put({ op: 'params' });
  }

  interrupted(): void {
    this.#upload.interrupted();
  }

  /** Nobody wants it any more: back to the former firmware from wherever it is. */
  callOff(reason: Reason): void {
    this.#course.note('given-up', reason.why);
    this.#course.remember({ undo: reason });
    if (this.#course.phase !== 'restarting' && this.#world.linkOpen) this.look();
  }

  answered(id: number, answer: Answer): void {
    this.#everAnswered = true;
    if (this.#upload.owns(id)) {
      this.#silences = 0;
      if (this.#course.phase === 'uploading') this.#uploaded(id, answer);
      return;
    }
    const asked = this.#course.question.answered(id);
    if (asked === null) return;
    if (answer.op === 'error') {
      const circumstances = { first: () => ++this.#tries < MOST_BUSY, into: this.#restart.into };
      this.take(onRefusal(asked, answer.error, circumstances), asked);
    } else this.#settled(asked, answer);
  }

  #settled(asked: Question, answer: Exclude<Answer, { op: 'error' }>): void {
    const course = this.#course;
    if (asked.op === 'state') {
      if (answer.op === 'state') this.#decided(answer);
      return;
    }
    if (answer.op === 'params') this.#upload.buffer(answer.bufferBytes, answer.bufferCount);
    if (answer.op === 'slots') this.#upload.slotBytes = answer.bytes;
    if (asked.op === 'test') {
      course.remember({ marked: true });
      course.note('marked', 'to be tried at the next restart');
    }
    if (asked.op === 'erase') course.note('unmarked', 'the second slot is erased');
    if (asked.op === 'reset' && this.#restart.fromRecovery) course.remember({ leftRecovery: true });
    this.take({ next: AFTER[asked.op] }, asked, answer.op === 'mode' ? answer.mode : null);
  }

  take(turn: Turn, asked: Question, mode: number | null = null): void {
    const course = this.#course;
    if ('end' in turn) course.end(turn.end);
    else if ('doubt' in turn) this.#doubted(turn.doubt);
    else if (turn.next === 'again') course.question.later(asked, course.nowMs + BUSY_MS);
    else if (turn.next === 'state') course.put({ op: 'state' });
    else if (turn.next === 'mode') course.put({ op: 'mode' });
    else if (turn.next === 'upload') this.#startUpload(mode);
    else if (turn.next === 'upload-again') this.#notStored(turn.why ?? '');
    else if (turn.next === 'poll') course.pollMs = this.#restart.taken(course.nowMs);
    else if (course.phase === 'restarting') course.pollMs = course.nowMs + POLL_MS;
    else if (course.phase === 'looking') this.#notAnswered();
    else this.look();
  }

  #notAnswered(): void {
    const speaks = this.#course.nowMs - this.#world.spokeMs < SPOKE_MS;
    if (speaks && !this.#everAnswered && ++this.#tries >= MOST_TRIES) this.#course.end(refused('no-answer-to-smp'));
    else this.#course.put({ op: 'params' });
  }

  #decided(answer: Extract<Answer, { op: 'state' }>): void {
    const course = this.#course;
    this.#buffersOfBootloader ??= answer.recovery;
    const running = answer.slots.find((slot) => slot.image === 0 && slot.active);
    this.#running = running?.hash ?? null;
    if (course.phase === 'restarting') this.#restart.seen(this.#running, answer.recovery);
    if (running?.hash === this.#order.image.hash && !course.memory.ran) {
      course.remember({ ran: true });
      course.note('running', `version ${running.version}${running.confirmed ? '' : ', not kept yet'}`);
    }
    const decision = decide(this.#order, course.memory, answer);
    if (decision.to === 'end') {
      if (decision.outcome.kind === 'updated') course.note('kept', `version ${this.#order.image.version}`);
      const tooSoon = course.phase === 'marking' && decision.outcome.kind === 'reverted';
      course.end(tooSoon ? failed('not-marked') : decision.outcome);
    } else if (decision.to === 'restart') this.#startAgain(decision.into, answer.recovery);
    else if (decision.to !== 'prove' && course.phase === 'restarting' && this.#restart.underWay(course.nowMs)) {
      course.pollMs = course.nowMs + POLL_MS;
    } else if (decision.to === 'upload' && course.phase === 'checking') this.#notStored('it is not in its list');
    else if (decision.to === 'upload') this.#prepareUpload(answer.recovery);
    else if (decision.to === 'mark') this.#mark();
    else if (decision.to === 'unmark') this.#unmark();
    else if (course.phase === 'keeping') this.#keep();
    else this.#prove();
  }

  // Uploading and marking.

  #prepareUpload(recovery: boolean): void {
    // It has restarted from one into the other: pieces made for the other's buffers would be lost without a word.
    if (this.#buffersOfBootloader !== recovery) {
      this.look();
      return;
    }
    this.#upload.recovery = recovery;
    this.#course.enter('looking', LOOKING_MS);
    if (recovery) this.#startUpload(null);
    else this.#course.put({ op: 'slots' });
  }

  #startUpload(mode: number | null): void {
    const course = this.#course;
    const problem = this.#upload.problem(mode);
    if (problem !== null) {
      course.end(refused(problem.code, problem.why));
      return;
    }
    if (this.#upload.recovery && !course.memory.overwriting) course.remember({ overwriting: true });
    course.enter('uploading', WAITING_MS);
    this.#upload.begin();
    this.pump();
  }

  pump(): void {
    if (this.#course.phase === 'uploading' && this.#world.refill === null) this.#upload.pump(this.#course.nowMs);
  }

  #uploaded(id: number, answer: Answer): void {
    const course = this.#course;
    const step = this.#upload.answered(id, answer, course.nowMs);
    if (step.now === 'going-on') this.pump();
    else if (step.now === 'refused') course.end(refused(step.code, step.why));
    else if (step.now === 'failed') course.end(step.outcome);
    else if (step.match === false) this.#notStored('it finds another checksum than the file has');
    else {
      course.note('uploaded', `${this.#order.image.bytes} bytes`);
      course.enter('checking', LOOKING_MS);
      course.put({ op: 'state' });
    }
  }

  /** Answers to pieces that are overdue. */
  expire(): void {
    const course = this.#course;
    if (course.phase !== 'uploading') return;
    if (this.#upload.expire(course.nowMs) === 'in-time') this.pump();
    else if (this.#upload.stuck) course.end(failed('upload-stuck'));
    else if (++this.#silences >= SILENT_PIECES) this.look();
    else this.pump();
  }

  #notStored(why: string): void {
    if (++this.#times.upload >= MOST_TRIES) this.#course.end(failed('not-stored', why));
    else if (this.#upload.recovery) this.look();
    else this.#unmark();
  }

  #mark(): void {
    const course = this.#course;
    if (this.#world.refill !== null) course.enter('waiting', WAITING_MS);
    else {
      course.enter('marking', LOOKING_MS);
      course.put({ op: 'test', hash: this.#order.image.hash });
    }
  }

  #unmark(): void {
    this.#course.enter('unmarking', LOOKING_MS);
    this.#course.put({ op: 'erase' });
  }

  // Restarting, proving, keeping.

  #startAgain(into: Into, fromRecovery: boolean): void {
    const course = this.#course;
    const { refill, said } = this.#world;
    if (course.phase === 'restarting' && this.#restart.underWay(course.nowMs)) {
      course.pollMs = course.nowMs + POLL_MS;
    } else if (refill !== null && !fromRecovery) {
      // Marked, the station would try the image at a restart that nobody watches.
      if (course.memory.ran || into === 'recovery') course.enter('waiting', WAITING_MS);
      else this.callOff({ code: 'refill-open', why: `stopped before the restart: ${refill}` });
    } else if (this.#restart.exhausted) {
      const code = fromRecovery ? 'stays-in-recovery' : into === 'recovery' ? 'no-recovery' : 'cannot-go-back';
      course.end(failed(code));
    } else {
      const before = { running: this.#running, bootId: said?.bootId ?? null, recovery: fromRecovery };
      this.#world.fault = null;
      this.#restart.begin(into, before, course.nowMs);
      course.enter('restarting', RESTART_MS);
      course.note('restarted', into === 'recovery' ? 'into its bootloader' : 'into its firmware');
      course.want({ do: 'telemetry', is: 'paused' });
      course.put({ op: 'reset', into });
    }
  }

  /** What was asked may still come about; it is not asked again. */
  refillBegan(): void {
    const asked = this.#course.question.open;
    if (asked?.op === 'test') this.look();
    if (asked?.op !== 'reset') return;
    this.#course.question.drop();
    this.#course.pollMs = this.#restart.taken(this.#course.nowMs);
  }

  /** The station says so itself, by another boot. */
  restarted(): void {
    this.#restart.happened();
    if (this.#course.question.dueMs === null) this.#course.pollMs = this.#course.nowMs;
  }

  reopenOnce(): void {
    if (this.#restart.reopened || !this.#world.linkOpen) return;
    this.#restart.reopened = true;
    this.#course.want({ do: 'reopen' });
  }

  #prove(): void {
    const course = this.#course;
    if (++this.#times.proof > MOST_TRIES) {
      this.#doubted({ code: 'restarts', why: 'the new firmware restarts again and again' });
      return;
    }
    const { health, said, fault } = this.#world;
    this.#restart.over();
    this.#proof = new Proof(this.#order, this.#restart.bootBefore, course.nowMs);
    this.#proof.health(health.lines, health.badChecksums);
    if (said !== null) this.#proof.identified(said, course.nowMs);
    if (fault !== null) this.#proof.fault(fault);
    course.enter('proving', this.#proof.dueMs - course.nowMs);
    course.want({ do: 'telemetry', is: 'interleaved' });
  }

  /** The time of proof is over. */
  judge(): void {
    const course = this.#course;
    const doubt = this.#proof?.doubt() ?? null;
    if (!this.#world.linkOpen) course.end(interrupted(this.#order, 'not-proved-in-time'));
    else if (doubt !== null) this.#doubted(doubt);
    else {
      course.remember({ proved: true });
      course.enter('keeping', LOOKING_MS);
      course.put({ op: 'state' });
    }
  }

  #keep(): void {
    if (++this.#times.keep > MOST_TRIES) {
      this.#doubted({ code: 'not-kept', why: 'the station does not keep the new firmware' });
    } else this.#course.put({ op: 'confirm', hash: this.#order.image.hash });
  }

  #doubted(doubt: Reason): void {
    this.#course.note('given-up', doubt.why);
    this.#course.remember({ undo: doubt });
    this.look();
  }
}

/** What follows when the station has done what it was asked. */
const AFTER = {
  params: 'state',
  slots: 'mode',
  mode: 'upload',
  test: 'state',
  confirm: 'state',
  erase: 'look',
  reset: 'poll',
} as const satisfies Record<
  Exclude<Question['op'], 'state'>,
  Exclude<Turn, { end: unknown } | { doubt: unknown }>['next']
>;
