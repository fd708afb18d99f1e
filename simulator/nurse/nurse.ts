/** The nurse as an actor: works through the procedure in her own time, looks, decides, and can be told. */
import type { RefillCase } from '../cases/case.ts';
import type { Random } from '../random.ts';
import type { Act } from '../script.ts';
import type { Phase } from '../truth.ts';
import type { NurseOrder } from './orders.ts';
import { giveUp, refill } from './procedure.ts';

/** What she can see, feel and do. Truth, not what sensors say: she looks at the syringe. */
export interface NurseWorld {
  perform(act: Act): void;
  /** Her hand is unsteady: pushes so much faster or slower than she means to. */
  waver(factor: number): void;
  /** The hand stops where it is, or goes on. */
  holdHand(still: boolean): void;
  force(newton: number): void;
  readonly handIsFree: boolean;
  /** How far the present movement has got, mL. */
  readonly handMovedMl: number;
  readonly lineMlPerMin: number;
  readonly lineKpa: number;
  readonly clamp: 'open' | 'closed';
  readonly needle: 'in' | 'out';
}

/** She goes on at `untilS` of her own clock, or when `or` comes true. */
export interface Wait {
  readonly untilS: number;
  readonly or?: () => boolean;
}

const WAVERS_EVERY_S = 1;

export class Nurse {
  readonly world: NurseWorld;
  readonly task: RefillCase;
  phase: Phase = 'identify';
  outcome: 'completed' | 'stopped' | null = null;
  done = false;
  /** Her own clock: seconds since the patient's arrival, without pauses. */
  clockS = 0;
  speed = 1;
  /** Waits after measuring until told to go on. */
  holding = false;
  /** Was told to go on, and has not yet. */
  urged = false;
  private plannedS = 0;
  private paused = false;
  private forceN: number;
  private wobble = 0;
  private waversAtS = 0;
  private wait: Wait = { untilS: 0 };
  private work: Generator<Wait, void>;
  private readonly random: Random;

  constructor(task: RefillCase, world: NurseWorld, random: Random) {
    this.task = task;
    this.world = world;
    this.random = random;
    this.forceN = task.nurse.forceN;
    this.work = refill(this);
    world.force(this.forceN);
  }

  step(seconds: number): void {
    if (this.paused || this.done) return;
    this.clockS += seconds;
    if (this.task.nurse.waver > 0 && this.clockS >= this.waversAtS) this.unsteady();
    while (!this.done && (this.clockS + 1e-6 >= this.wait.untilS || this.wait.or?.() === true)) {
      if (this.clockS + 1e-6 < this.wait.untilS) this.plannedS = this.clockS;
      const next = this.work.next();
      if (next.done) this.done = true;
      else this.wait = next.value;
    }
  }

  order(order: NurseOrder): void {
    switch (order) {
      case 'pause':
        this.paused = true;
        this.world.holdHand(true);
        break;
      case 'continue':
        this.paused = false;
        this.holding = false;
        this.urged = true;
        this.world.holdHand(false);
        break;
      case 'hold':
        this.holding = true;
        break;
      case 'abort':
        this.abort();
        break;
      case 'harder':
      case 'gentler':
        this.forceN *= order === 'harder' ? 1.5 : 1 / 1.5;
        this.world.force(this.forceN);
        break;
      case 'faster':
      case 'slower':
        this.speed *= order === 'faster' ? 1.5 : 1 / 1.5;
        break;
      case 'reposition':
        if (this.world.needle === 'in') this.world.perform({ do: 'needle', place: 'reservoir' });
    }
  }

  /** A wait of so many textbook seconds after the last one was to end, shorter for a quick nurse. */
  after(textbookS: number, or?: () => boolean): Wait {
    return this.afterSeconds(textbookS / this.task.nurse.pace, or);
  }

  /** The same in seconds of the clock, whoever she is. */
  afterSeconds(seconds: number, or?: () => boolean): Wait {
    this.plannedS += seconds;
    return or ? { untilS: this.plannedS, or } : { untilS: this.plannedS };
  }

  /** Whatever was planned: from now on. */
  replan(): void {
    this.plannedS = this.clockS;
  }

  private abort(): void {
    if (this.done || this.outcome !== null) return;
    this.paused = false;
    this.world.holdHand(false);
    this.replan();
    this.wait = { untilS: this.clockS };
    this.work = giveUp(this);
  }

  private unsteady(): void {
    const { waver } = this.task.nurse;
    this.waversAtS = this.clockS + WAVERS_EVERY_S;
    this.wobble = 0.6 * this.wobble + 0.8 * waver * this.random.gauss();
    this.world.waver(Math.max(0.3, Math.min(1.8, 1 + this.wobble)));
  }
}
