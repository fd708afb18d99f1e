/**
 * One image for many stations: canaries first, then wave after wave, each watched before the next. Pure: events in, effects
 * out, time is an argument.
 *
 *   updating ──all of the wave done──▶ watching ──nothing got worse──▶ updating (next wave) ... ──▶ done
 *       │ one failed                      │ one got worse
 *       └───────────────▶ halted ◀────────┘      resume ──▶ updating      abort ──▶ aborted
 */
import type { OutcomeKind } from '../update/words.ts';

export interface RolloutPlan {
  readonly rollout: string;
  /** In the order in which they get it. */
  readonly stations: readonly string[];
  readonly canaries: number;
  readonly waveStations: number;
  readonly atOnce: number;
  readonly watchMs: number;
}

/**
 * - `waiting`  its turn comes; `detail` says what holds it up  - `skipped`  left as it was; `detail` says why
 */
export type MemberState = 'waiting' | 'updating' | 'updated' | 'skipped' | 'failed';

export interface Member {
  readonly station: string;
  readonly wave: number;
  readonly state: MemberState;
  readonly detail: string | null;
}

export type Stage = 'updating' | 'watching' | 'halted' | 'done' | 'aborted';

export interface RolloutState {
  readonly plan: RolloutPlan;
  readonly stage: Stage;
  readonly wave: number;
  readonly waves: number;
  readonly members: readonly Member[];
  /** Why it was halted or aborted. */
  readonly reason: string | null;
  /** Still to be watched, ms; a restart of the daemon does not shorten it. */
  readonly watchLeftMs: number | null;
}

export type RolloutEvent =
  | { readonly kind: 'time' }
  /** Why a station cannot be updated now; `null` when it can. */
  | { readonly kind: 'hindrance'; readonly station: string; readonly why: string | null }
  | {
      readonly kind: 'ended';
      readonly station: string;
      readonly outcome: OutcomeKind;
      readonly code: string;
      readonly detail: string;
    }
  /** An updated station does worse than before. */
  | { readonly kind: 'worse'; readonly station: string; readonly detail: string }
  | { readonly kind: 'resume'; readonly by: string }
  | { readonly kind: 'abort'; readonly by: string }
  | { readonly kind: 'skip'; readonly station: string; readonly by: string };

export type RolloutEffect =
  | { readonly do: 'update'; readonly station: string }
  | {
      readonly do: 'note';
      readonly act: 'wave' | 'halted' | 'resumed' | 'aborted' | 'skipped' | 'done';
      readonly by: string | null;
      readonly detail: string;
    };

export interface RolloutStep {
  readonly state: RolloutState;
  readonly effects: readonly RolloutEffect[];
}

/** Outcomes that mean "not now": the station keeps its place. */
const NOT_NOW: readonly string[] = ['refill-open', 'refill-due', 'refill', 'link', 'silent'];

export function newRollout(plan: RolloutPlan): RolloutState {
  const members = plan.stations.map((station, index): Member => {
    const wave = index < plan.canaries ? 0 : 1 + Math.floor((index - plan.canaries) / plan.waveStations);
    return { station, wave, state: 'waiting', detail: null };
  });
  const waves = Math.max(0, ...members.map(({ wave }) => wave)) + 1;
  return { plan, stage: 'updating', wave: 0, waves, members, reason: null, watchLeftMs: null };
}

export const isOver = ({ stage }: RolloutState): boolean => stage === 'done' || stage === 'aborted';

/** `elapsedMs`: since the step before. */
export function rolloutStep(before: RolloutState, event: RolloutEvent, elapsedMs: number): RolloutStep {
  if (isOver(before)) {
    // What was under way still ends, and is shown.
    return event.kind === 'ended' ? only(ended(before, event).state) : only(before);
  }
  const heard = hear(before, event);
  const watched = watch(heard.state, elapsedMs);
  const moved = watched.state.stage === 'updating' ? advance(watched.state) : watched;
  return {
    state: moved.state,
    effects: [...heard.effects, ...(moved === watched ? watched.effects : [...watched.effects, ...moved.effects])],
  };
}

const only = (state: RolloutState): RolloutStep => ({ state, effects: [] });

function withMember(state: RolloutState, station: string, change: Partial<Member>): RolloutState {
  return { ...state, members: state.members.map((m) => (m.station === station ? { ...m, ...change } : m)) };
}

function halt(state: RolloutState, reason: string): RolloutStep {
  if (state.stage === 'halted' || isOver(state)) return only(state);
  return {
    state: { ...state, stage: 'halted', reason },
    effects: [{ do: 'note', act: 'halted', by: null, detail: reason }],
  };
}

function hear(state: RolloutState, event: RolloutEvent): RolloutStep {
  switch (event.kind) {
    case 'time':
      return only(state);
    case 'hindrance': {
      const member = state.members.find((m) => m.station === event.station);
      if (member?.state !== 'waiting' || member.detail === event.why) return only(state);
      return only(withMember(state, event.station, { detail: event.why }));
    }
    case 'ended':
      return ended(state, event);
    case 'worse': {
      const member = state.members.find((m) => m.station === event.station);
      if (member?.state !== 'updated' || member.detail !== null) return only(state);
      const seen = withMember(state, event.station, { detail: event.detail });
      return halt(seen, `${event.station} does worse since its update: ${event.detail}`);
    }
    case 'resume':
      if (state.stage !== 'halted') return only(state);
      return {
        state: { ...state, stage: 'updating', reason: null, members: state.members.map(again) },
        effects: [{ do: 'note', act: 'resumed', by: event.by, detail: `after: ${state.reason}` }],
      };
    case 'abort':
      return {
        state: { ...state, stage: 'aborted', reason: `aborted by ${event.by}` },
        effects: [{ do: 'note', act: 'aborted', by: event.by, detail: `aborted by ${event.by}` }],
      };
    case 'skip': {
      const member = state.members.find((m) => m.station === event.station);
      if (member?.state !== 'waiting' && member?.state !== 'failed') return only(state);
      const detail = `left out by ${event.by}`;
      return {
        state: withMember(state, event.station, { state: 'skipped', detail }),
        effects: [{ do: 'note', act: 'skipped', by: event.by, detail: event.station }],
      };
    }
  }
}

function ended(state: RolloutState, event: Extract<RolloutEvent, { kind: 'ended' }>): RolloutStep {
  const { station, outcome, code, detail } = event;
  const member = state.members.find((m) => m.station === station);
  if (member?.state !== 'updating') return only(state);
  if (outcome === 'updated') return only(withMember(state, station, { state: 'updated', detail: null }));
  if (NOT_NOW.includes(code)) return only(withMember(state, station, { state: 'waiting', detail }));
  if (outcome === 'refused') return only(withMember(state, station, { state: 'skipped', detail }));
  const failed = withMember(state, station, { state: 'failed', detail });
  return halt(failed, `${station}: ${detail}`);
}

/** Whoever resumes has seen what halted it: a failed station gets another try, one that does worse is left in peace. */
function again(member: Member): Member {
  return member.state === 'failed' ? { ...member, state: 'waiting', detail: null } : member;
}

function watch(state: RolloutState, elapsedMs: number): RolloutStep {
  if (state.stage !== 'watching' || state.watchLeftMs === null) return only(state);
  const watchLeftMs = Math.max(0, state.watchLeftMs - elapsedMs);
  if (watchLeftMs > 0) return only({ ...state, watchLeftMs });
  if (state.wave + 1 < state.waves) {
    return only({ ...state, stage: 'updating', wave: state.wave + 1, watchLeftMs: null });
  }
  const updated = state.members.filter((m) => m.state === 'updated').length;
  return {
    state: { ...state, stage: 'done', watchLeftMs: null },
    effects: [{ do: 'note', act: 'done', by: null, detail: `${updated} of ${state.members.length} stations updated` }],
  };
}

function advance(before: RolloutState): RolloutStep {
  const { plan, wave } = before;
  const members = before.members.filter((m) => m.wave === wave);
  if (members.every((m) => m.state === 'updated' || m.state === 'skipped')) return waveDone(before, members);
  let state = before;
  const effects: RolloutEffect[] = [];
  let room = plan.atOnce - state.members.filter((m) => m.state === 'updating').length;
  for (const member of members) {
    if (room <= 0) break;
    if (member.state !== 'waiting' || member.detail !== null) continue;
    state = withMember(state, member.station, { state: 'updating' });
    effects.push({ do: 'update', station: member.station });
    room--;
  }
  return { state, effects };
}

function waveDone(state: RolloutState, members: readonly Member[]): RolloutStep {
  if (state.wave === 0 && !members.some((m) => m.state === 'updated')) {
    return halt(
      state,
      'no canary was updated, so nothing is known of the image: look at why, then abort, and begin again',
    );
  }
  const detail = `wave ${state.wave + 1} of ${state.waves} is updated and is watched`;
  return {
    state: { ...state, stage: 'watching', watchLeftMs: state.plan.watchMs },
    effects: [{ do: 'note', act: 'wave', by: null, detail }],
  };
}
