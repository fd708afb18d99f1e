import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isOver,
  newRollout,
  type RolloutEffect,
  type RolloutEvent,
  type RolloutState,
  rolloutStep,
} from '../../../src/firmware/rollout/rollout.ts';
import { HealthTrend, type Trend, worse } from '../../../src/firmware/rollout/trend.ts';

const PLAN = {
  rollout: 'r',
  stations: ['A', 'B', 'C', 'D', 'E'],
  canaries: 1,
  waveStations: 3,
  atOnce: 2,
  watchMs: 1000,
} as const;

class Run {
  state: RolloutState = newRollout(PLAN);
  readonly effects: RolloutEffect[] = [];

  hear(event: RolloutEvent, elapsedMs = 0): this {
    const step = rolloutStep(this.state, event, elapsedMs);
    this.state = step.state;
    this.effects.push(...step.effects);
    return this;
  }
  get asked(): string[] {
    return this.effects.flatMap((e) => (e.do === 'update' ? [e.station] : []));
  }
  ends(
    station: string,
    outcome: 'updated' | 'reverted' | 'refused' | 'failed' = 'updated',
    code: string = outcome,
  ): this {
    return this.hear({ kind: 'ended', station, outcome, code, detail: `${station} ${code}` });
  }
  state1(station: string) {
    return this.state.members.find((m) => m.station === station)?.state;
  }
}

const TIME: RolloutEvent = { kind: 'time' };

describe('a rollout', () => {
  it('updates the canary alone, watches it, then wave after wave, so many at once', () => {
    const run = new Run().hear(TIME);
    expect(run.asked).toEqual(['A']);
    run.ends('A').hear(TIME, 999);
    expect([run.state.stage, run.asked]).toEqual(['watching', ['A']]);
    run.hear(TIME, 1).hear(TIME);
    expect(run.asked).toEqual(['A', 'B', 'C']);
    run.ends('B');
    expect(run.asked).toEqual(['A', 'B', 'C', 'D']);
    run.ends('C').ends('D').hear(TIME, 1000).hear(TIME).ends('E').hear(TIME, 1000);
    expect([run.state.stage, run.asked]).toEqual(['done', ['A', 'B', 'C', 'D', 'E']]);
  });

  it('halts at an update that does not end well, and begins no other until somebody resumes', () => {
    const run = new Run().hear(TIME).ends('A').hear(TIME, 1000).hear(TIME).ends('B', 'reverted', 'not-accepted');
    expect(run.state).toMatchObject({ stage: 'halted', reason: 'B: B not-accepted' });
    run.ends('C').hear(TIME, 60_000);
    expect([run.asked, run.state1('C')]).toEqual([['A', 'B', 'C'], 'updated']);
    run.hear({ kind: 'skip', station: 'B', by: 'Ann' }).hear({ kind: 'resume', by: 'Ann' });
    expect([run.state.stage, run.asked]).toEqual(['updating', ['A', 'B', 'C', 'D']]);
  });

  it('halts when an updated station does worse, once', () => {
    const run = new Run().hear(TIME).ends('A');
    run.hear({ kind: 'worse', station: 'A', detail: 'it restarts' });
    expect(run.state).toMatchObject({ stage: 'halted', reason: 'A does worse since its update: it restarts' });
    run.hear({ kind: 'resume', by: 'Ann' }).hear({ kind: 'worse', station: 'A', detail: 'it restarts' });
    expect(run.state.stage).toBe('watching');
  });

  it('waits for a station in a refill, and leaves out one that may not get it', () => {
    const run = new Run().hear({ kind: 'hindrance', station: 'A', why: 'a refill is open' }).hear(TIME, 1e9);
    expect([run.state.stage, run.asked]).toEqual(['updating', []]);
    run.hear({ kind: 'hindrance', station: 'A', why: null });
    expect(run.asked).toEqual(['A']);
    run.ends('A', 'refused', 'refill-open');
    expect(run.state1('A')).toBe('waiting');
    run.hear({ kind: 'hindrance', station: 'A', why: null }).ends('A', 'refused', 'wrong-board');
    expect([run.state1('A'), run.state.stage]).toEqual(['skipped', 'halted']);
    expect(run.state.reason).toContain('no canary was updated');
  });

  it('does nothing more after an abort, but shows how what was under way ended', () => {
    const run = new Run().hear(TIME).hear({ kind: 'abort', by: 'Ann' }).hear(TIME, 1e9).ends('A');
    expect([run.state.stage, run.state.reason, run.asked, run.state1('A')]).toEqual([
      ...['aborted', 'aborted by Ann', ['A'], 'updated'],
    ]);
  });

  it('never updates a later wave before every canary is done, nor more than so many at once', () => {
    const event = fc.oneof(
      fc.constant(TIME),
      fc.record({
        kind: fc.constant('ended' as const),
        station: fc.constantFrom(...PLAN.stations),
        outcome: fc.constantFrom('updated' as const, 'reverted' as const, 'refused' as const),
        code: fc.constantFrom('x', 'refill-open'),
        detail: fc.constant('d'),
      }),
      fc.record({ kind: fc.constant('resume' as const), by: fc.constant('Ann') }),
      fc.record({
        kind: fc.constant('skip' as const),
        by: fc.constant('Ann'),
        station: fc.constantFrom(...PLAN.stations),
      }),
      fc.record({
        kind: fc.constant('hindrance' as const),
        station: fc.constantFrom(...PLAN.stations),
        why: fc.option(fc.constant('busy')),
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(event, fc.constantFrom(0, 500, 2000)), { maxLength: 60 }), (events) => {
        const run = new Run();
        for (const [each, elapsedMs] of events) {
          const before = run.effects.length;
          run.hear(each, elapsedMs);
          const updating = run.state.members.filter((m) => m.state === 'updating');
          expect(updating.length).toBeLessThanOrEqual(PLAN.atOnce);
          const begun = run.effects.slice(before).flatMap((e) => (e.do === 'update' ? [e.station] : []));
          for (const station of begun) {
            const wave = run.state.members.find((m) => m.station === station)?.wave ?? 0;
            const earlier = run.state.members.filter((m) => m.wave < wave);
            expect(earlier.every((m) => m.state === 'updated' || m.state === 'skipped')).toBe(true);
            if (wave > 0) expect(run.state.members[0]?.state).toBe('updated');
          }
          if (isOver(run.state)) break;
        }
      }),
    );
  });
});

describe('doing worse', () => {
  const trend = (over: Partial<Trend> = {}): Trend => ({
    ...{ seconds: 600, lines: 6000, crcErrorRate: 0, restarts: 0, driftPpm: 10 },
    ...over,
  });

  it.each([
    [trend(), trend(), null],
    [trend(), trend({ crcErrorRate: 0.004 }), null],
    [trend(), trend({ crcErrorRate: 0.006 }), 'crc-errors'],
    [trend({ crcErrorRate: 0.01 }), trend({ crcErrorRate: 0.02 }), null],
    [trend({ crcErrorRate: 0.01 }), trend({ crcErrorRate: 0.04 }), 'crc-errors'],
    [trend(), trend({ crcErrorRate: 0.5, lines: 100 }), null],
    [trend(), trend({ restarts: 1 }), 'restarts'],
    [trend({ restarts: 2 }), trend({ restarts: 2 }), null],
    [null, trend({ restarts: 1 }), 'restarts'],
    [trend(), trend({ driftPpm: -400 }), 'drift'],
    [trend({ driftPpm: 200 }), trend({ driftPpm: 500 }), null],
    [trend(), trend({ driftPpm: null }), null],
  ] as const)('%j, then %j: %s', (before, after, code) => {
    expect(worse(before, after)?.code ?? null).toBe(code);
  });

  it('is worked out between two times, from what was counted', () => {
    const health = new HealthTrend();
    for (let s = 0; s <= 120; s += 5) {
      health.take({ atMs: s * 1000, lines: s * 10, badChecksums: s, reboots: s > 60 ? 1 : 0, tickDriftMs: s * 0.05 });
    }
    expect(health.between(0, 60_000)).toEqual({
      ...{ seconds: 60, lines: 660, restarts: 0, driftPpm: expect.closeTo(50) },
      crcErrorRate: expect.closeTo(60 / 660),
    });
    expect(health.between(0, 120_000)).toMatchObject({ restarts: 1, driftPpm: null });
    expect(health.between(0, 1000)).toBeNull();
  });
});
