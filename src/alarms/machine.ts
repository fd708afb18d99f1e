/**
 * The alarm system in the words of IEC 60601-1-8, without clock or disk: time is an argument, so the same inputs give the
 * same result.
 *
 *   absent ──reported──▶ (delay) ──▶ present ──ends──▶ latched ──acknowledged──▶ ended ──a minute──▶ absent
 *                          │            │  └─ not latching, or acknowledged before: straight to ended ▲
 *                          └─ ends ─▶ absent
 *
 * Where a condition has an end delay, it ends only when it has been gone for so long.
 *
 * A condition ends only when its determiner says so; that nobody speaks of it any more ends nothing. Signals are silenced
 * apart from that: acknowledged (one condition, until it changes) or audio paused (for a time, broken by a new condition).
 */
import type { AlarmEntry, AlarmPresence, AudioPause } from './board.ts';
import type { AlarmCondition, ConditionReport } from './catalogue.ts';
import type { AlarmLogRow } from './log.ts';
import { type AlarmSettings, definitionOf } from './settings.ts';

/** Both clocks: stamps are host UTC, durations are taken from `steadyMs`, which never steps. */
export interface Moment {
  readonly utcMs: number;
  readonly steadyMs: number;
}

/** For how long an ended condition stays on the board. */
export const ENDED_SHOWN_MS = 60_000;

export interface AlarmItem {
  readonly source: string;
  readonly condition: AlarmCondition;
  presence: AlarmPresence | 'absent';
  detail: string | null;
  sinceUtcMs: number;
  endedUtcMs: number | null;
  by: string | null;
  acknowledgedUtcMs: number | null;
  /** The alarm-condition delay is over then; `null` when none runs. */
  determinedAtMs: number | null;
  /** Is gone, and has ended then; `null` while it is there. */
  endsAtMs: number | null;
  /** Leaves the board then. */
  leavesAtMs: number | null;
}

export interface PauseItem {
  readonly source: string | null;
  readonly by: string;
  readonly untilMs: number;
  readonly untilUtcMs: number;
  readonly lengthMs: number;
}

/** Everything there is to keep over a restart; plain data. */
export interface AlarmSnapshot {
  readonly items: readonly Readonly<AlarmItem>[];
  readonly pauses: readonly PauseItem[];
}

export type Acknowledged = 'acknowledged' | 'already' | 'nothing-there';

const keyOf = (source: string, condition: AlarmCondition): string => `${source} ${condition}`;

export class AlarmMachine {
  readonly #settings: AlarmSettings;
  readonly #items = new Map<string, AlarmItem>();
  #pauses: readonly PauseItem[] = [];
  #log: AlarmLogRow[] = [];
  #changedUtcMs = 0;

  constructor(settings: AlarmSettings) {
    this.#settings = settings;
  }

  /**
   * Goes on from an earlier run. What was present stays so until its determiner says otherwise. A pause never gets longer
   * than it was meant, however the clock was set meanwhile.
   */
  restore(snapshot: AlarmSnapshot, now: Moment): void {
    for (const item of snapshot.items) {
      const definition = definitionOf(item.condition, this.#settings);
      if (definition === null) continue;
      const leavesAtMs = item.presence === 'ended' ? now.steadyMs + ENDED_SHOWN_MS : null;
      // Whoever had said that it is gone need not say so again.
      const endsAtMs = (item.endsAtMs ?? null) === null ? null : now.steadyMs + definition.endDelayMs;
      this.#items.set(keyOf(item.source, item.condition), { ...item, determinedAtMs: null, endsAtMs, leavesAtMs });
    }
    this.#pauses = snapshot.pauses
      .map((pause) => {
        const remainingMs = Math.min(pause.untilUtcMs - now.utcMs, pause.lengthMs);
        return { ...pause, untilMs: now.steadyMs + remainingMs, untilUtcMs: now.utcMs + remainingMs };
      })
      .filter((pause) => pause.untilMs > now.steadyMs);
    this.#changedUtcMs = now.utcMs;
  }

  report({ source, condition, present, detail }: ConditionReport, now: Moment): void {
    this.time(now);
    const definition = definitionOf(condition, this.#settings);
    if (definition === null) return;
    const key = keyOf(source, condition);
    const item = this.#items.get(key) ?? newItem(source, condition);
    if (!present) {
      item.determinedAtMs = null;
      if (item.presence === 'present') {
        if (definition.endDelayMs > 0) item.endsAtMs ??= now.steadyMs + definition.endDelayMs;
        else this.#end(item, definition.latching, now);
      }
      if (item.presence === 'absent') this.#items.delete(key);
      return;
    }
    if (item.presence === 'present' && item.detail !== detail) this.#changedUtcMs = now.utcMs;
    item.detail = detail;
    item.endsAtMs = null;
    this.#items.set(key, item);
    if (item.presence === 'present' || item.determinedAtMs !== null) return;
    if (definition.delayMs > 0) item.determinedAtMs = now.steadyMs + definition.delayMs;
    else this.#begin(item, now);
  }

  acknowledge(by: string, source: string, condition: AlarmCondition, now: Moment): Acknowledged {
    this.time(now);
    const item = this.#items.get(keyOf(source, condition));
    if (item === undefined || (item.presence !== 'present' && item.presence !== 'latched')) return 'nothing-there';
    if (item.by !== null) return 'already';
    item.by = by;
    item.acknowledgedUtcMs = now.utcMs;
    this.#say('acknowledged', item, now);
    if (item.presence === 'latched') this.#leave(item, now);
    return 'acknowledged';
  }

  /** Silences what sounds now, of one source or of all (`null`); the longer of two pauses of the same counts. */
  pause(by: string, source: string | null, seconds: number, now: Moment): void {
    this.time(now);
    const lengthMs = Math.min(seconds, this.#settings.longestAudioPauseS) * 1000;
    const pause = { source, by, lengthMs, untilMs: now.steadyMs + lengthMs, untilUtcMs: now.utcMs + lengthMs };
    const others = this.#pauses.filter((other) => other.source !== source);
    const same = this.#pauses.find((other) => other.source === source);
    this.#pauses = [...others, same && same.untilMs > pause.untilMs ? same : pause];
    this.#sayPause('audio-paused', pause, by, `${lengthMs / 1000} s`, now);
  }

  /** Ends a pause before its time; `false` when there is none. */
  resume(by: string, source: string | null, now: Moment): boolean {
    this.time(now);
    const ended = this.#pauses.find((pause) => pause.source === source);
    if (ended === undefined) return false;
    this.#pauses = this.#pauses.filter((pause) => pause !== ended);
    this.#sayPause('audio-resumed', ended, by, null, now);
    return true;
  }

  /** What falls due by now: delays, the ends of pauses, ended conditions that leave the board. */
  time(now: Moment): void {
    const over = this.#pauses.filter((pause) => pause.untilMs <= now.steadyMs);
    this.#pauses = this.#pauses.filter((pause) => pause.untilMs > now.steadyMs);
    for (const pause of over) this.#sayPause('audio-resumed', pause, null, 'the time is over', now);
    for (const [key, item] of this.#items) {
      if (item.determinedAtMs !== null && item.determinedAtMs <= now.steadyMs) this.#begin(item, now);
      if (item.endsAtMs !== null && item.endsAtMs <= now.steadyMs) {
        this.#end(item, definitionOf(item.condition, this.#settings)?.latching ?? false, now);
      }
      if (item.leavesAtMs === null || item.leavesAtMs > now.steadyMs) continue;
      item.leavesAtMs = null;
      item.presence = 'absent';
      this.#changedUtcMs = now.utcMs;
      if (item.determinedAtMs === null) this.#items.delete(key);
    }
  }

  /** Steady ms at which `time` wants to be called; `null` when nothing runs. */
  get dueMs(): number | null {
    let due = Number.POSITIVE_INFINITY;
    for (const pause of this.#pauses) due = Math.min(due, pause.untilMs);
    for (const { determinedAtMs, endsAtMs, leavesAtMs } of this.#items.values()) {
      due = Math.min(due, determinedAtMs ?? due, endsAtMs ?? due, leavesAtMs ?? due);
    }
    return Number.isFinite(due) ? due : null;
  }

  /** Host UTC ms of the last change that a screen shows. */
  get changedUtcMs(): number {
    return this.#changedUtcMs;
  }

  /** What was logged since the last call. */
  takeLog(): readonly AlarmLogRow[] {
    const log = this.#log;
    this.#log = [];
    return log;
  }

  snapshot(): AlarmSnapshot {
    const kept = [...this.#items.values()].filter((item) => item.presence !== 'absent');
    return { items: kept.map((item) => ({ ...item })), pauses: this.#pauses };
  }

  /** What a screen shows; unordered. */
  entries(): AlarmEntry[] {
    const entries: AlarmEntry[] = [];
    for (const item of this.#items.values()) {
      const definition = definitionOf(item.condition, this.#settings);
      if (item.presence === 'absent' || definition === null) continue;
      const { source, condition, presence, sinceUtcMs, endedUtcMs, detail, by, acknowledgedUtcMs } = item;
      const { priority, kind, latching } = definition;
      const audible = this.#covering(source).length > 0 ? 'audio-paused' : 'on';
      const signal = presence === 'ended' ? 'off' : by === null ? audible : 'acknowledged';
      entries.push({
        source,
        condition,
        priority,
        kind,
        latching,
        presence,
        sinceUtcMs,
        endedUtcMs,
        signal,
        detail,
        by,
        atUtcMs: acknowledgedUtcMs,
      });
    }
    return entries;
  }

  pauses(now: Moment): AudioPause[] {
    return this.#pauses.map(({ source, by, untilMs, untilUtcMs }) => ({
      source,
      by,
      untilUtcMs,
      remainingMs: Math.max(0, Math.round(untilMs - now.steadyMs)),
    }));
  }

  #covering(source: string): readonly PauseItem[] {
    return this.#pauses.filter((pause) => pause.source === null || pause.source === source);
  }

  #begin(item: AlarmItem, now: Moment): void {
    item.presence = 'present';
    item.sinceUtcMs = now.utcMs;
    item.endedUtcMs = null;
    item.by = null;
    item.acknowledgedUtcMs = null;
    item.determinedAtMs = null;
    item.leavesAtMs = null;
    this.#say('began', item, now);
    const broken = this.#covering(item.source);
    if (broken.length === 0) return;
    this.#pauses = this.#pauses.filter((pause) => !broken.includes(pause));
    for (const pause of broken) this.#sayPause('audio-pause-broken', pause, null, `by ${item.condition}`, now);
  }

  #end(item: AlarmItem, latching: boolean, now: Moment): void {
    item.endedUtcMs = now.utcMs;
    item.endsAtMs = null;
    if (latching && item.by === null) {
      item.presence = 'latched';
      this.#say('latched', item, now);
    } else {
      this.#say('ended', item, now);
      this.#leave(item, now);
    }
  }

  #leave(item: AlarmItem, now: Moment): void {
    item.presence = 'ended';
    item.leavesAtMs = now.steadyMs + ENDED_SHOWN_MS;
  }

  #say(event: 'began' | 'ended' | 'latched' | 'acknowledged', item: AlarmItem, { utcMs }: Moment): void {
    const { source, condition, detail } = item;
    const priority = definitionOf(condition, this.#settings)?.priority ?? null;
    const by = event === 'acknowledged' ? item.by : null;
    this.#log.push({ atUtcMs: utcMs, event, source, condition, priority, by, detail });
    this.#changedUtcMs = utcMs;
  }

  #sayPause(
    event: 'audio-paused' | 'audio-resumed' | 'audio-pause-broken',
    { source }: PauseItem,
    by: string | null,
    detail: string | null,
    { utcMs }: Moment,
  ): void {
    this.#log.push({ atUtcMs: utcMs, event, source, condition: null, priority: null, by, detail });
    this.#changedUtcMs = utcMs;
  }
}

function newItem(source: string, condition: AlarmCondition): AlarmItem {
  return {
    source,
    condition,
    presence: 'absent',
    detail: null,
    sinceUtcMs: 0,
    endedUtcMs: null,
    by: null,
    acknowledgedUtcMs: null,
    determinedAtMs: null,
    endsAtMs: null,
    leavesAtMs: null,
  };
}
