/** A small part of `npm run evaluate`: enough to notice that the engine has become worse, not to say how good it is. */
import { describe, expect, it } from 'vitest';
import { type CaseKind, sampleCase } from '../../../simulator/batch.ts';
import { judge } from '../../evaluation/judge.ts';
import { beforeOneMl } from '../../evaluation/table.ts';
import { quantile, Tally } from '../../evaluation/tally.ts';

/** Seeds that no threshold was looked at with. */
const FIRST_SEED = 7001;

function play(kinds: Partial<Record<CaseKind, number>>): Tally {
  const tally = new Tally();
  for (const [kind, count] of Object.entries(kinds)) {
    for (let i = 0; i < count; i++) tally.add(judge(sampleCase(kind as CaseKind, FIRST_SEED + i)));
  }
  return tally;
}

describe('simulated refills', () => {
  it('that are good: the level within 0.3 mL, the flow within 1 %, an honest ±, and nothing false said', () => {
    const tally = play({ good: 20 });
    const { measured } = tally.levelErrors;
    expect(measured.length).toBeGreaterThan(3000);
    expect(quantile(measured, 0.95)).toBeLessThan(0.3);
    expect(quantile(tally.flowErrors, 1)).toBeLessThan(1);
    expect(tally.covered.measured / measured.length).toBeGreaterThan(0.9);
    const said = Object.entries(tally.advisories).filter(([, a]) => a.falseInGood > 0);
    expect(said.map(([kind]) => kind)).toEqual([]);
    expect(tally.heldInGood).toEqual({});
  });

  it('with the needle beside the reservoir: all seen before a millilitre is astray', () => {
    const { seen, cases } = beforeOneMl(play({ pocket: 12, 'bolus-gap': 4 }));
    expect([seen, cases]).toEqual([16, 16]);
  });

  it('with the needle beside the reservoir: what was filled may be nothing at all, and no pump is called dry for it', () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + 6; seed++) {
      const { state, said } = judge(sampleCase('pocket', seed));
      const { value, u95 } = state.filled ?? { value: Number.NaN, u95: Number.NaN };
      expect(value).toBeGreaterThan(10);
      expect(value - u95).toBeLessThan(0.5);
      const expected = state.level ?? { value: 0 };
      if (expected.value > 6) expect(said.map(({ advisory }) => advisory)).not.toContain('reservoirEmpty');
    }
  });

  it('with the bolus path flushed: what goes through is counted apart, and nothing is said', () => {
    const flushed = Array.from({ length: 8 }, (_, i) => sampleCase('flush', FIRST_SEED + i)).filter(
      (task) => task.flush !== null,
    );
    expect(flushed.length).toBeGreaterThan(3);
    for (const task of flushed) {
      const { state, said, must, may } = judge(task);
      expect(state.phases.map(({ phase }) => phase)).toContain('flush');
      expect(state.flushed?.value).toBeCloseTo(task.flush?.ml ?? Number.NaN, 1);
      expect(Math.abs((state.filled?.value ?? 0) - task.fillMl)).toBeLessThan(0.3);
      const allowed = [...must, ...may];
      expect(said.map(({ advisory }) => advisory).filter((word) => !allowed.includes(word))).toEqual([]);
    }
  });

  it('with other troubles: each is seen', () => {
    const troubles = [
      'dislodged',
      'dry',
      'overfill',
      'air',
      'wrong-pump',
      'occluded',
      'cold',
      'hub-leak',
      'septum-leak',
    ] as const;
    const tally = play(Object.fromEntries(troubles.map((kind) => [kind, 3])));
    for (const a of Object.values(tally.advisories)) expect(a.missed).toEqual([]);
  });
});
