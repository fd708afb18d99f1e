/** Where an update stands: its phase and deadlines, what it must remember, the open question, and what it wants done. */
import { type Question, Questioner } from './question.ts';
import type { Ask, Outcome, Phase, UpdateAct, UpdateEffect, UpdateMemory } from './words.ts';

export class Course {
  phase: Phase = 'waiting';
  outcome: Outcome | null = null;
  nowMs = 0;
  phaseDueMs = 0;
  jobDueMs = 0;
  /** When the station is asked what it holds. */
  pollMs: number | null = null;
  memory: UpdateMemory;
  readonly question = new Questioner((ask) => this.ask(ask));
  #effects: UpdateEffect[] = [];
  #lastId = 0;

  constructor(memory: UpdateMemory) {
    this.memory = memory;
  }

  /** What `run` wants done, in order. */
  during(nowMs: number, run: () => void): UpdateEffect[] {
    this.nowMs = nowMs;
    this.#effects = [];
    run();
    return this.#effects;
  }

  enter(phase: Phase, withinMs: number): void {
    this.phase = phase;
    this.phaseDueMs = this.nowMs + withinMs;
    this.pollMs = null;
    this.question.drop();
  }

  end(outcome: Outcome): void {
    this.enter('ended', 0);
    this.outcome = outcome;
    this.#effects.push({ do: 'save' });
  }

  put(ask: Question): void {
    this.question.ask(ask, this.nowMs);
  }

  ask(ask: Ask): number {
    const id = ++this.#lastId;
    this.#effects.push({ do: 'ask', id, ask });
    return id;
  }

  remember(change: Partial<UpdateMemory>): void {
    this.memory = { ...this.memory, ...change };
    this.#effects.push({ do: 'save' });
  }

  note(act: UpdateAct, detail: string): void {
    this.#effects.push({ do: 'note', act, detail });
  }

  want(effect: UpdateEffect): void {
    this.#effects.push(effect);
  }

  /** Nothing has been done that outlives the end of this run. */
  get untouched(): boolean {
    const { marked, ran, overwriting } = this.memory;
    return !marked && !ran && !overwriting;
  }
}
