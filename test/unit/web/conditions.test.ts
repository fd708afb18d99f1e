import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type StoreImpression, StoreUnavailable, type TimeSeriesStore } from '../../../src/store/port.ts';
import { StoreCondition, storeCondition } from '../../../src/web/conditions.ts';
import { settle } from '../station/fake-clock.ts';
import { SteppedClock } from './stepped-clock.ts';

/** A store whose pings the test answers. */
function watched(met: () => StoreImpression | null = () => null) {
  const clock = new SteppedClock();
  const pings: { done: () => void; fail: (error: unknown) => void }[] = [];
  const store = {
    description: 'influx http://db/hai',
    ping: () => new Promise<void>((done, fail) => pings.push({ done, fail })),
  } as TimeSeriesStore;
  let changes = 0;
  const condition = new StoreCondition(store, clock, met, () => changes++);
  return { clock, pings, condition, changes: () => changes };
}

describe('the condition of the store', () => {
  it('is up when it answers in time, slow when it takes long, and says how long', async () => {
    const { clock, pings, condition, changes } = watched();
    const started = condition.start();
    clock.step(40);
    pings[0]?.done();
    await started;
    expect(condition.now).toMatchObject({ ok: true, state: 'up', reason: null, roundTripMs: 40 });
    for (const [check, state] of [
      [1, 'up'],
      [2, 'slow'],
      [3, 'slow'],
    ] as const) {
      clock.step(5000);
      clock.step(2300);
      pings[check]?.done();
      await settle();
      expect(condition.now).toMatchObject({ ok: true, state, roundTripMs: 2300 });
    }
    expect(condition.now.reason).toMatch(/takes longer than 1 s to answer: look at its load/);
    expect(changes()).toBe(2);
    clock.step(5000);
    pings[4]?.done();
    await settle();
    expect(condition.now).toMatchObject({ ok: true, state: 'up', reason: null });
    condition.stop();
  });

  it('asks no second question while the first has no answer, and is unreachable meanwhile', async () => {
    const { clock, pings, condition, changes } = watched();
    void condition.start();
    for (let i = 0; i < 100; i++) {
      clock.step(1000);
      await settle();
    }
    expect(pings).toHaveLength(1);
    expect(condition.now).toMatchObject({ ok: false, state: 'unreachable', roundTripMs: null });
    expect(condition.now.reason).toMatch(/no answer within 3 s: it or the network to it stands still/);
    expect(changes()).toBe(1);
    pings[0]?.done();
    for (let i = 0; i < 20; i++) {
      clock.step(500);
      await settle();
      pings[1]?.done();
    }
    expect(condition.now).toMatchObject({ ok: true, state: 'up' });
    condition.stop();
  });

  it('takes the state from the error, and what writing has met counts more than a ping', async () => {
    let met: StoreImpression | null = null;
    const { clock, pings, condition, changes } = watched(() => met);
    const started = condition.start();
    pings[0]?.fail(new StoreUnavailable('who are you?', { trouble: 'refused' }));
    await started;
    expect(condition.now).toMatchObject({ ok: false, state: 'refused', reason: 'who are you?' });
    met = { trouble: { state: 'read-only', reason: 'GRANT ALL' }, tookMs: 3 };
    clock.step(5000);
    pings[1]?.done();
    await settle();
    expect(condition.now).toMatchObject({ ok: false, state: 'read-only', reason: 'GRANT ALL' });
    met = { trouble: null, tookMs: 4200 };
    expect(condition.now).toMatchObject({ ok: true, state: 'up' });
    expect(changes()).toBe(2);
    condition.stop();
  });

  it('is ok exactly when a ping came back and writing met no trouble; whatever is wrong has a reason', () => {
    const trouble = fc.constantFrom('unreachable', 'refused', 'read-only', 'full', 'failing' as const);
    const took = fc.option(fc.nat(10_000), { nil: null });
    fc.assert(
      fc.property(
        fc.oneof(
          took.map((tookMs) => ({ state: 'up' as const, reason: null, tookMs })),
          trouble.map((state) => ({ state, reason: 'why', tookMs: null })),
        ),
        fc.option(
          fc.record({
            trouble: fc.option(
              trouble.map((state) => ({ state, reason: 'why' })),
              { nil: null },
            ),
            tookMs: took,
          }),
          { nil: null },
        ),
        fc.boolean(),
        (ping, met, slowBefore) => {
          const { ok, state, reason } = storeCondition('s', ping, met, slowBefore);
          if (!slowBefore) expect(state).not.toBe('slow');
          expect(ok).toBe(ping.state === 'up' && !met?.trouble);
          expect(ok).toBe(state === 'up' || state === 'slow');
          expect(reason === null).toBe(state === 'up');
        },
      ),
    );
  });
});
