/** The sounds against IEC 60601-1-8 tables 3 and 4, as quoted in the header of the file under test. */
import { describe, expect, it } from 'vitest';
import { BURSTS, BurstTimer, envelope, lengthS } from '../../../src/web/ui/model/alarm-burst.ts';

const PRIORITIES = ['high', 'medium', 'low'] as const;

function gaps({ pulses }: (typeof BURSTS)['high']): number[] {
  return pulses.slice(1).map((pulse, i) => {
    const before = pulses[i];
    return before ? pulse.atS - before.atS - before.durationS : Number.NaN;
  });
}

describe('bursts', () => {
  it('count the priority: ten, three, two pulses', () => {
    expect(PRIORITIES.map((p) => BURSTS[p].pulses.length)).toEqual([10, 3, 2]);
  });

  it('high: twice 3 and 2 pulses, a pause in each five, a longer one between', () => {
    const [a, b, c, d, middle, ...second] = gaps(BURSTS.high);
    const td = BURSTS.high.pulses[0]?.durationS ?? 0;
    for (const x of [a, b, d]) {
      expect(x).toBeGreaterThanOrEqual(0.05);
      expect(x).toBeLessThanOrEqual(0.125);
    }
    expect(c).toBeCloseTo(2 * (a ?? 0) + td, 9);
    expect(middle).toBeGreaterThanOrEqual(0.35);
    expect(middle).toBeLessThanOrEqual(1.3);
    expect(second).toHaveLength(4);
    second.forEach((gap, i) => {
      expect(gap).toBeCloseTo([a, b, c, d][i] ?? Number.NaN, 9);
    });
  });

  it('medium and low: pulses wide apart', () => {
    for (const gap of [...gaps(BURSTS.medium), ...gaps(BURSTS.low)]) {
      expect(gap).toBeGreaterThanOrEqual(0.125);
      expect(gap).toBeLessThanOrEqual(0.25);
    }
  });

  it('last and repeat within their limits, the more urgent the more of the time', () => {
    const durations = { high: [0.075, 0.2], medium: [0.125, 0.25], low: [0.125, 0.25] } as const;
    const between = { high: [2.5, 15], medium: [2.5, 30], low: [15, Number.POSITIVE_INFINITY] } as const;
    for (const priority of PRIORITIES) {
      const burst = BURSTS[priority];
      for (const { durationS } of burst.pulses) {
        expect(durationS).toBeGreaterThanOrEqual(durations[priority][0]);
        expect(durationS).toBeLessThanOrEqual(durations[priority][1]);
      }
      const pause = burst.everyS - lengthS(burst);
      expect(pause, priority).toBeGreaterThanOrEqual(between[priority][0]);
      expect(pause, priority).toBeLessThanOrEqual(between[priority][1]);
    }
  });

  it('have a low fundamental and at least four harmonics within 300 to 4000 Hz and 15 dB of it', () => {
    for (const priority of PRIORITIES) {
      const { hz, harmonics } = BURSTS[priority];
      expect(hz).toBeGreaterThanOrEqual(150);
      expect(hz).toBeLessThanOrEqual(1000);
      const heard = harmonics.filter(
        (level, i) => hz * (i + 1) >= 300 && hz * (i + 1) <= 4000 && 20 * Math.log10(level) >= -15,
      );
      expect(heard.length, priority).toBeGreaterThanOrEqual(4);
    }
  });

  it('rise in 10 to 20 % of a pulse, and are silent between the pulses', () => {
    for (const priority of PRIORITIES) {
      const burst = BURSTS[priority];
      expect(burst.rise).toBeGreaterThanOrEqual(0.1);
      expect(burst.rise).toBeLessThanOrEqual(0.2);
      const points = envelope(burst, 7);
      expect(points.map((p) => p.level)).toEqual(burst.pulses.flatMap(() => [0, 1, 1, 0]));
      const times = points.map((p) => p.atS);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times[0]).toBe(7);
      expect(times.at(-1)).toBeCloseTo(7 + lengthS(burst), 9);
    }
  });
});

describe('when a burst begins', () => {
  it('at once, then as often as its priority says', () => {
    const timer = new BurstTimer();
    const begun: number[] = [];
    for (let now = 0; now <= 14_000; now += 200) if (timer.next('high', now) === 'high') begun.push(now);
    expect(begun).toEqual([0, 6600, 13_200]);
  });

  it('breaks into a less urgent one, and falls silent at once', () => {
    const timer = new BurstTimer();
    expect(timer.next(null, 0)).toBeNull();
    expect(timer.next('medium', 100)).toBe('medium');
    expect(timer.next('medium', 300)).toBeNull();
    expect(timer.next('high', 500)).toBe('high');
    expect(timer.next(null, 700)).toBe('stop');
    expect(timer.next(null, 900)).toBeNull();
    expect(timer.next('high', 1100)).toBe('high');
  });
});
