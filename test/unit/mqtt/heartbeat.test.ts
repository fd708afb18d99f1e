import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Heartbeat,
  LOOK_EVERY_MS,
  NO_ECHO_AFTER_MS,
  UNHEARD_AFTER_MS,
  UNHEARD_WHILE_SENDING_MS,
  type Verdict,
} from '../../../src/mqtt/heartbeat.ts';

/** Looks every second and beats when due; `answer` says what the broker does with a beat. */
function live(
  ms: number,
  broker: { returns: (sentMs: number) => number | null; heardMs?: (nowMs: number) => boolean; unsent?: number },
  lateMs: (look: number) => number = () => 0,
): { verdicts: { atMs: number; verdict: Verdict }[]; heartbeat: Heartbeat } {
  const heartbeat = new Heartbeat();
  const back: { number: number; atMs: number }[] = [];
  const verdicts: { atMs: number; verdict: Verdict }[] = [];
  heartbeat.begin(0);
  let now = 0;
  for (let look = 0; now < ms; look++) {
    const number = heartbeat.due(now);
    if (number !== null) {
      const takes = broker.returns(now);
      if (takes !== null) back.push({ number, atMs: now + takes });
    }
    const asked = now + LOOK_EVERY_MS;
    const next = asked + lateMs(look);
    // What has come while we were held up is read after the timer that was due: the worst order.
    const arrive = (untilMs: number, readMs: (atMs: number) => number) => {
      for (const { number, atMs } of back.filter((b) => b.atMs <= untilMs)) {
        heartbeat.heard(readMs(atMs));
        heartbeat.returned(number, readMs(atMs));
      }
      back.splice(0, back.length, ...back.filter((b) => b.atMs > untilMs));
    };
    arrive(asked, (atMs) => atMs);
    if (broker.heardMs?.(asked)) heartbeat.heard(asked);
    verdicts.push({ atMs: next, verdict: heartbeat.look(next, broker.unsent ?? 0) });
    arrive(next, () => next);
    now = next;
  }
  return { verdicts, heartbeat };
}
const first = (verdicts: { atMs: number; verdict: Verdict }[], verdict: Verdict) =>
  verdicts.find((v) => v.verdict === verdict)?.atMs ?? null;

describe('the heartbeat', () => {
  it('measures the round trip of the last beat', () => {
    expect(live(10_000, { returns: () => 37 }).heartbeat.roundTripMs).toBe(37);
  });

  it('calls a path dead soon after the last answer', () => {
    const { verdicts } = live(60_000, { returns: (sentMs) => (sentMs < 20_000 ? 5 : null) });
    const dead = first(verdicts, 'unheard');
    expect(dead).toBeGreaterThan(20_000 + UNHEARD_AFTER_MS - 1);
    expect(dead).toBeLessThanOrEqual(20_000 + UNHEARD_AFTER_MS + 3 * LOOK_EVERY_MS);
    expect(
      first(
        verdicts.filter((v) => v.atMs < 20_000),
        'no-echo',
      ),
    ).toBeNull();
  });

  it('waits longer while the network has not even taken what was sent, and not for ever', () => {
    const { verdicts } = live(60_000, { returns: () => null, unsent: 1 });
    expect(first(verdicts, 'unheard')).toBe(UNHEARD_WHILE_SENDING_MS);
  });

  it('tells a broker that answers other things from one that is dead', () => {
    const { verdicts } = live(60_000, { returns: () => null, heardMs: () => true });
    expect(first(verdicts, 'unheard')).toBeNull();
    expect(first(verdicts, 'no-echo')).toBe(NO_ECHO_AFTER_MS);
    const busy = live(60_000, { returns: () => null, heardMs: () => true, unsent: 1 });
    expect(busy.verdicts.every((v) => v.verdict === 'fine')).toBe(true);
  });

  it('knows only the beats of its own connection', () => {
    const heartbeat = new Heartbeat();
    heartbeat.begin(0);
    const old = heartbeat.due(0) ?? -1;
    heartbeat.begin(100);
    expect(heartbeat.returned(old, 200)).toBe(false);
    expect(heartbeat.returned(99, 200)).toBe(false);
    expect(heartbeat.roundTripMs).toBeNull();
  });

  it('one lost beat is no loss: the next one proves the path', () => {
    let beats = 0;
    const { verdicts } = live(60_000, { returns: () => (beats++ % 2 === 0 ? null : 10) });
    expect(verdicts.every((v) => v.verdict === 'fine')).toBe(true);
  });

  it('never calls a path dead whose beats come back in time, however late it is asked itself', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 60, maxLength: 60 }),
        fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 120_000 })), { minLength: 60, maxLength: 60 }),
        (trips, late) => {
          let beat = 0;
          const { verdicts } = live(60_000, { returns: () => trips[beat++ % 60] ?? 0 }, (look) => late[look % 60] ?? 0);
          expect(verdicts.filter((v) => v.verdict !== 'fine')).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });
});
