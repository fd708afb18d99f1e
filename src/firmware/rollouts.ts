/** Carries out a rollout: one at a time, on the disk, and on after a restart of the daemon. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { writeAtomically } from './atomic-file.ts';
import type { AuditLog } from './audit.ts';
import {
  isOver,
  newRollout,
  type RolloutEvent,
  type RolloutPlan,
  type RolloutState,
  rolloutStep,
} from './rollout/rollout.ts';
import { type Trend, worse } from './rollout/trend.ts';
import type { Trends } from './trends.ts';
import type { Outcome } from './update/words.ts';

export interface RolloutImage {
  readonly file: string;
  readonly hash: string;
  readonly version: string;
}

export interface Rollout {
  readonly image: RolloutImage;
  readonly by: string;
  readonly beganUtcMs: number;
  readonly state: RolloutState;
  /** How each station did before its update; `null` when that is not known. */
  readonly before: Readonly<Record<string, Trend | null>>;
}

export interface RolloutsDeps {
  readonly folder: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly audit: AuditLog;
  readonly trends: Trends;
  /** Why a station cannot be updated at this moment; `null` when it can. */
  readonly hindrance: (station: string) => string | null;
  /** Begins an update; throws what stands against it. */
  readonly update: (station: string, rollout: Rollout) => Promise<void>;
  /** How the update of a station in this rollout ended, if it did while nobody watched. */
  readonly outcomeOf: (station: string, rollout: string) => Outcome | null | 'none';
  readonly changed: () => void;
}

const TICK_MS = 1000;
const SAVE_MS = 30_000;
const BASELINE_MS = 10 * 60_000;
/** The first seconds after an update still hold its restart. */
const SETTLE_MS = 15_000;

const stateSchema = z.looseObject({
  image: z.object({ file: z.string(), hash: z.string(), version: z.string() }),
  by: z.string(),
  beganUtcMs: z.number(),
  before: z.record(z.string(), z.unknown()),
  state: z.looseObject({
    plan: z.looseObject({ rollout: z.string(), stations: z.array(z.string()) }),
    stage: z.enum(['updating', 'watching', 'halted', 'done', 'aborted']),
    members: z.array(z.looseObject({ station: z.string(), wave: z.number(), state: z.string() })),
  }),
});

export class Rollouts {
  readonly #deps: RolloutsDeps;
  readonly #updatedMs = new Map<string, number>();
  /** An update is asked for and has not begun yet. */
  readonly #asked = new Set<string>();
  #saving: Promise<void> = Promise.resolve();
  #now: Rollout | null = null;
  #tickedMs = 0;
  #savedMs = 0;
  #cancel: () => void = () => {};

  constructor(deps: RolloutsDeps) {
    this.#deps = deps;
  }

  get current(): Rollout | null {
    return this.#now;
  }

  get underWay(): boolean {
    return this.#now !== null && !isOver(this.#now.state);
  }

  async start(): Promise<void> {
    const text = await readFile(this.#path, 'utf8').catch(() => null);
    if (text !== null) this.#now = parse(text);
    if (text !== null && this.#now === null) this.#deps.logger.warn({}, 'the file of the last rollout cannot be read');
    this.#tickedMs = this.#deps.clock.monotonicMs();
    this.#tick();
  }

  async stop(): Promise<void> {
    this.#cancel();
    await this.#save();
  }

  /** Returns its id. */
  async begin(image: RolloutImage, by: string, plan: Omit<RolloutPlan, 'rollout'>): Promise<string> {
    const rollout = `rollout-${randomUUID().slice(0, 8)}`;
    const state = newRollout({ ...plan, rollout });
    this.#now = { image, by, beganUtcMs: this.#deps.clock.utcMs(), state, before: {} };
    this.#updatedMs.clear();
    await this.#save();
    const detail = `${plan.stations.length} stations in ${state.waves} waves: ${plan.stations.join(' ')}`;
    await this.#note(by, 'rollout-begun', detail);
    this.#hear({ kind: 'time' });
    return rollout;
  }

  resume(by: string): void {
    for (const { station, state } of this.#now?.state.members ?? []) {
      // Whoever resumes accepts how updated stations do now.
      if (state === 'updated') this.#updatedMs.delete(station);
    }
    this.#hear({ kind: 'resume', by });
  }

  abort(by: string): void {
    this.#hear({ kind: 'abort', by });
  }

  skip(station: string, by: string): void {
    this.#hear({ kind: 'skip', station, by });
  }

  /** An update that belongs to the rollout has ended. */
  ended(station: string, rollout: string | null, { kind, code, detail }: Outcome): void {
    if (rollout === null || this.#now?.state.plan.rollout !== rollout) return;
    if (kind === 'updated') this.#updatedMs.set(station, this.#deps.clock.monotonicMs());
    this.#hear({ kind: 'ended', station, outcome: kind, code, detail });
  }

  #hear(event: RolloutEvent): void {
    const now = this.#now;
    if (now === null) return;
    const nowMs = this.#deps.clock.monotonicMs();
    const elapsedMs = event.kind === 'time' ? Math.max(0, nowMs - this.#tickedMs) : 0;
    if (event.kind === 'time') this.#tickedMs = nowMs;
    const { state, effects } = rolloutStep(now.state, event, elapsedMs);
    if (state === now.state && effects.length === 0) return;
    this.#now = { ...now, state };
    for (const effect of effects) {
      if (effect.do === 'update') void this.#update(effect.station);
      else void this.#note(effect.by ?? now.by, `rollout-${effect.act}`, effect.detail);
    }
    const moved = state.stage !== now.state.stage || state.members !== now.state.members || effects.length > 0;
    if (moved || nowMs - this.#savedMs > SAVE_MS) void this.#save();
    this.#deps.changed();
  }

  async #update(station: string): Promise<void> {
    const { clock, trends, update } = this.#deps;
    if (this.#now === null) return;
    const nowMs = clock.monotonicMs();
    const before = trends.between(station, nowMs - BASELINE_MS, nowMs);
    this.#now = { ...this.#now, before: { ...this.#now.before, [station]: before } };
    this.#asked.add(station);
    try {
      await update(station, this.#now);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      const detail = error instanceof Error ? error.message : String(error);
      // In use or not answering: it keeps its place.
      const outcome = code === 'in-use' || code === 'not-answering' || code === 'unknown-station' ? 'link' : code;
      this.#hear({ kind: 'ended', station, outcome: 'refused', code: outcome, detail });
    } finally {
      this.#asked.delete(station);
    }
  }

  #tick(): void {
    const { clock, logger } = this.#deps;
    try {
      if (this.#now !== null && this.underWay) this.#lookAround(this.#now);
    } catch (error) {
      logger.error({ error }, 'a look at the rollout failed');
    }
    this.#cancel = clock.after(TICK_MS, () => this.#tick());
  }

  #lookAround({ state, before }: Rollout): void {
    const { clock, trends, hindrance, outcomeOf } = this.#deps;
    const nowMs = clock.monotonicMs();
    for (const member of state.members) {
      const { station } = member;
      if (member.state === 'waiting' && member.wave === state.wave) {
        this.#hear({ kind: 'hindrance', station, why: hindrance(station) });
      } else if (member.state === 'updating' && !this.#asked.has(station)) {
        const ended = outcomeOf(station, state.plan.rollout);
        const lost = { kind: 'refused', code: 'link', detail: 'the daemon was restarted before it began' } as const;
        if (ended === 'none') this.#hear({ ...lost, kind: 'ended', station, outcome: 'refused' });
        else if (ended !== null) this.ended(station, state.plan.rollout, ended);
      } else if (member.state === 'updated' && member.detail === null) {
        const sinceMs = (this.#updatedMs.get(station) ?? this.#remember(station, nowMs)) + SETTLE_MS;
        const after = trends.between(station, sinceMs, nowMs);
        const found = after === null ? null : worse(before[station] ?? null, after);
        if (found !== null) this.#hear({ kind: 'worse', station, detail: found.detail });
      }
    }
    this.#hear({ kind: 'time' });
  }

  /** Updated before the daemon was started, or accepted by whoever resumed: watched from now on. */
  #remember(station: string, nowMs: number): number {
    this.#updatedMs.set(station, nowMs);
    return nowMs;
  }

  #note(who: string, act: string, detail: string): Promise<void> {
    const { audit, logger } = this.#deps;
    const image = this.#now?.image;
    return audit
      .append({ who, act, image, job: this.#now?.state.plan.rollout, detail })
      .catch((error: unknown) => logger.error({ error, act }, 'a step of a rollout was not logged'));
  }

  get #path(): string {
    return join(this.#deps.folder, 'rollout.json');
  }

  #save(): Promise<void> {
    this.#savedMs = this.#deps.clock.monotonicMs();
    // One after the other, each as it is then: a late write must not bring back an older state.
    this.#saving = this.#saving
      .then(async () => {
        if (this.#now !== null) await writeAtomically(this.#path, JSON.stringify(this.#now, null, 1));
      })
      .catch((error: unknown) => this.#deps.logger.error({ error }, 'the state of the rollout was not saved'));
    return this.#saving;
  }
}

function parse(text: string): Rollout | null {
  try {
    const parsed = stateSchema.safeParse(JSON.parse(text));
    return parsed.success ? (parsed.data as unknown as Rollout) : null;
  } catch {
    return null;
  }
}
