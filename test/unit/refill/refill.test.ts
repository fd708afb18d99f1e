import { describe, expect, it } from 'vitest';
import { Refill, replay } from '../../../src/refill/refill.ts';
import { advisory, Bedside, begin, hold, T0 } from './bedside.ts';

/** The textbook's table: 11.8 mL out, 5 mL in and back, 30 mL in. */
function nominal(hz = 10): Bedside {
  const bed = new Bedside({}, hz).prepared().emptied(11.8).show(20).tested().tare();
  for (let i = 0; i < 6; i++) bed.move(5, 15, 45, 34).show(3);
  return bed.event('clamp', 'closed').show(3).event('needle', 'out').show(5, { kpa: 0 });
}

describe('the nominal refill', () => {
  const bed = nominal();
  const { state } = bed.play();

  it('goes through the phases by what is seen', () => {
    const way = ['identify', 'zero', 'prep', 'access', 'empty', 'measure', 'confirm', 'fill', 'deaccess'];
    expect(state.phases.map((p) => p.phase)).toEqual(way);
    expect(state.phases.every((p) => p.by === 'readings')).toBe(true);
  });

  it('ends as record half a minute after the needle came out, whenever that is noticed', () => {
    const later = nominal();
    const outMs = later.now - 5000;
    later.silence(60);
    later.inputs.push({ kind: 'time', atMs: later.now });
    expect(later.play().state.phases.at(-1)).toEqual({ phase: 'record', atMs: outMs + 30_000, by: 'readings' });
  });

  it('knows what came out, what went in and what is inside', () => {
    expect(state.residual?.value).toBeCloseTo(11.8, 1);
    expect(Math.abs((state.filled?.value ?? 0) - 30)).toBeLessThan(state.filled?.u95 ?? 0);
    expect(Math.abs((state.level?.value ?? 0) - 30)).toBeLessThan(state.level?.u95 ?? 0);
    expect(state.level?.u95).toBeLessThan(0.3);
    expect(state.levelFrom).toBe('measured');
    expect(state.pressure.staticKpa).toBeCloseTo(57, 0);
  });

  it('finds the pump to keep its label, and raises nothing', () => {
    expect(state.reconciliation?.verdict).toBe('within');
    expect(state.advisories).toEqual([]);
    expect(state.holds.filter((h) => h.state === 'held')).toEqual([]);
    expect(hold(bed.play(), 'testVolume')).toBe('passed');
  });

  it.each([1, 2, 5, 25, 50])('is the same at %i readings a second', (hz) => {
    const at = nominal(hz).play().state;
    expect(at.phases.map((p) => p.phase)).toEqual(state.phases.map((p) => p.phase));
    expect(at.residual?.value).toBeCloseTo(11.8, 0);
    expect(Math.abs((at.level?.value ?? 0) - 30)).toBeLessThan(at.level?.u95 ?? 0);
    expect(at.advisories).toEqual([]);
  });
});

describe('level', () => {
  it('is the expected residual before anything was measured', () => {
    const { state } = Refill.begin(begin());
    expect(state.level?.value).toBeCloseTo(30 - 1.3 * 14, 6);
    // 15 % of 18.2 mL, and what the last fill was uncertain.
    expect(state.level?.u95).toBeCloseTo(Math.hypot(0.15 * 18.2, 0.2), 3);
    expect(state.levelFrom).toBe('expected');
  });

  it('cannot be said before the first fill', () => {
    const pump = { ...begin().pump, fills: [] };
    expect(Refill.begin(begin({ pump })).state.level).toBeNull();
  });

  it('does not count what primes the line', () => {
    const bed = new Bedside().event('needle', 'out').event('clamp', 'open').move(3, 10, 0).show(1);
    expect(bed.play().state.level?.value).toBeCloseTo(11.8, 3);
  });

  it('goes down while the pump drains, and u95 grows while the station is silent with the clamp open', () => {
    const bed = new Bedside().prepared().event('clamp', 'open').show(10, { flow: -24, kpa: 8 });
    const refill = bed.play();
    expect(refill.state.level?.value).toBeCloseTo(11.8 - 4, 1);
    expect(refill.state.drained?.value).toBeCloseTo(4, 1);
    const before = refill.state.level?.u95 ?? 0;
    refill.apply({ kind: 'time', atMs: bed.now + 11_000 });
    expect(refill.state.level?.u95).toBeCloseTo(before + 2.5, 1);
  });

  it('keeps its number when the needle comes out', () => {
    const bed = nominal();
    const { level } = bed.play().state;
    expect(bed.show(20, { flow: 10 }).play().state.level).toEqual(level);
  });

  it('is found again after a reboot in the middle of the fill', () => {
    const bed = new Bedside().prepared().emptied(11.8).tested().tare().move(10, 15, 45, 34).show(2);
    bed.show(0, { flow: 15 }).reboot(4).show(10, { kpa: 45 }).show(3, { flow: 0, kpa: 34 });
    const level = bed.play().state.level;
    expect(level?.value).toBeCloseTo(10 + 15 * (14 / 60), 1);
    expect(level?.u95).toBeLessThan(0.4);
  });
});

describe('replay', () => {
  it('wants begin first, and only once', () => {
    expect(() => replay([])).toThrow(/no inputs/);
    expect(() => replay([{ kind: 'time', atMs: T0 }])).toThrow(/begins with 'begin'/);
    const refill = Refill.begin(begin());
    expect(() => refill.apply(begin())).toThrow(/begun already/);
  });

  it('goes on from a snapshot that went through JSON', () => {
    const { inputs } = nominal();
    const whole = replay(inputs).state;
    for (const at of [1, 50, 300, 700, 1500]) {
      const half = replay(inputs.slice(0, at));
      const again = Refill.restore(JSON.parse(JSON.stringify(half.snapshot())));
      for (const input of inputs.slice(at)) again.apply(input);
      expect(again.state).toEqual(whole);
    }
  });

  it('refuses a snapshot of another version', () => {
    expect(() => Refill.restore({ format: 0 })).toThrow(/replay its inputs/);
  });

  it('does not change what it has shown', () => {
    const bed = nominal();
    const refill = replay(bed.inputs.slice(0, 200));
    const shown = refill.state;
    const copy = structuredClone(shown);
    for (const input of bed.inputs.slice(200)) refill.apply(input);
    expect(shown).toEqual(copy);
  });

  it('is over after finish', () => {
    const bed = nominal().nurse({ do: 'finish' }).show(5, { flow: 30 }).nurse({ do: 'abort', reason: 'too late' });
    const { state } = bed.play();
    expect(state.outcome).toBe('completed');
    expect(state.phase).toBe('record');
    expect(state.stoppedReason).toBeNull();
  });
});

describe('advisories in the record', () => {
  it('end two seconds after their cause, and keep their numbers', () => {
    const bed = new Bedside().prepared(2).show(10);
    const raised = advisory(bed.play(), 'needleNotInReservoir');
    expect(raised).toMatchObject({ present: true, endedMs: null });
    const outMs = bed.now;
    bed.event('needle', 'out').show(5);
    const ended = advisory(bed.play(), 'needleNotInReservoir');
    expect(ended).toMatchObject({ present: false, sinceMs: raised?.sinceMs, endedMs: outMs + 2000 });
    expect(ended?.evidence).toEqual(raised?.evidence);
  });

  it('do not come when the site does not want them', () => {
    const settings = { thresholds: {}, advisoriesOff: ['needleNotInReservoir'] as const };
    const bed = new Bedside({ settings }).prepared(2).show(10);
    expect(bed.play().state.advisories).toEqual([]);
  });
});
