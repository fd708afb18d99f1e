/** A refill that begins when the needle is already in: what went before is not known, and must not read as something gone wrong. */
import { describe, expect, it } from 'vitest';
import { sampleCase } from '../../../simulator/batch.ts';
import { fillOf } from '../../../src/desk/summary.ts';
import type { RefillInput } from '../../../src/refill/model.ts';
import { Refill } from '../../../src/refill/refill.ts';
import { beginOf, hearRefill } from '../../evaluation/refill-of-case.ts';
import { advisory, Bedside, hold } from './bedside.ts';

/** Listened to from here on: where needle and clamp are is all that is known. */
const late = (clamp: 'open' | 'closed') => new Bedside().event('clamp', clamp).event('needle', 'in');

describe('begun with the needle in', () => {
  it('an empty reservoir is neither a needle astray nor a dry pump, and no return is overdue', () => {
    const { state } = late('open').show(90).play();
    expect(state.advisories).toEqual([]);
    expect(state.holds.filter((h) => h.state === 'held')).toEqual([]);
    expect([state.level, state.drained, state.residual]).toEqual([null, null, null]);
  });

  it('half a drain is no residual', () => {
    const refill = late('open').show(1, { kpa: 9 }).emptied(6).show(10).play();
    expect(refill.state.advisories).toEqual([]);
    expect([refill.state.residual, refill.state.reconciliation]).toEqual([null, null]);
    // But from here on the level is known.
    expect(refill.state.levelFrom).toBe('measured');
    expect(refill.state.level?.value).toBeCloseTo(0, 1);
  });

  it('half a fill is no fill: what is inside stays unknown, and the register gets none', () => {
    const bed = late('open').show(3, { kpa: 18 });
    for (let i = 0; i < 4; i++) bed.move(5, 15, 29, 17).show(3);
    bed.event('clamp', 'closed').show(3).event('needle', 'out').show(40, { kpa: 0 }).nurse({ do: 'finish' });
    const { state } = bed.play();
    expect(state.advisories).toEqual([]);
    expect([state.outcome, state.level, state.filled]).toEqual(['completed', null, null]);
    expect(hold(bed.play(), 'testVolume')).toBe('pending');
    expect(fillOf(state)).toBeNull();
  });

  it('a test volume that comes back makes it a refill like any other', () => {
    const bed = late('closed').show(10).tested().tare();
    for (let i = 0; i < 6; i++) bed.move(5, 15, 45, 34).show(3);
    const refill = bed.play();
    expect(refill.state.advisories).toEqual([]);
    expect(hold(refill, 'testVolume')).toBe('passed');
    expect(refill.state.filled?.value).toBeCloseTo(30, 0);
    expect(refill.state.level?.value).toBeCloseTo(30, 0);
  });

  it('fluid that meets no resistance once no bellows could be at its stop is still seen to go astray', () => {
    const refill = late('open').show(3).move(3, 10, 10, 1.5).show(3).play();
    expect(advisory(refill, 'needleNotInReservoir')?.evidence.injectedMl).toBeCloseTo(3, 1);
  });

  it('a second access in the same refill is seen from its beginning', () => {
    const bed = late('closed').show(5).event('needle', 'out').show(5).event('needle', 'in').show(10);
    expect(advisory(bed.play(), 'needleNotInReservoir')).toBeDefined();
    expect(bed.play().state.level).toBeNull();
  });
});

describe('good simulated refills that are joined at any moment', () => {
  it.each([150, 250, 350, 450])('after %i s: nothing false is said', (afterS) => {
    for (let seed = 7101; seed < 7107; seed++) {
      const task = sampleCase('good', seed);
      const before = new Map<string, RefillInput>();
      let refill: Refill | null = null;
      const join = (atMs: number) => {
        const joined = Refill.begin({ ...beginOf(task), atMs });
        for (const input of before.values()) joined.apply({ ...input, atMs } as RefillInput);
        return joined;
      };
      hearRefill(task, {
        input: (input) => {
          if (input.kind === 'begin') return;
          if (input.atMs >= beginOf(task).atMs + 1000 * afterS) refill ??= join(input.atMs);
          if (refill !== null) refill.apply(input);
          else if (input.kind === 'station' && ['needle', 'clamp'].includes(input.source))
            before.set(input.source, input);
        },
      });
      const said = (refill as Refill | null)?.state.advisories.map((a) => `${seed}: ${a.advisory}`) ?? [];
      expect(said.filter((words) => !words.endsWith('coldFill'))).toEqual([]);
    }
  });
});
