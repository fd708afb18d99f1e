/** Sampled cases: varied, the same for the same seed, and with expectations that follow from their own truth. */
import { describe, expect, it } from 'vitest';
import { ALL_KINDS, type CaseKind, describeCase, expectedOf, NOMINAL, sampleCase } from '../../../simulator/batch.ts';
import { changed, uneventful } from '../../../simulator/cases/textbook.ts';
import { SCENARIOS } from '../../../simulator/scenarios/index.ts';
import { ADVISORIES } from '../../../src/refill/model.ts';
import { caseOf } from './play.ts';

const many = (kind: CaseKind, count: number) => Array.from({ length: count }, (_, seed) => sampleCase(kind, seed));

describe('sampled cases', () => {
  it('are the same for the same seed, whatever was sampled before', () => {
    const first = JSON.stringify(sampleCase('air', 9));
    many('good', 3);
    expect(JSON.stringify(sampleCase('air', 9))).toBe(first);
    expect(JSON.stringify(sampleCase('air', 10))).not.toBe(first);
  });

  it('differ in pump, needle, hand, room and instruments', () => {
    const cases = many('good', 200);
    const kinds = (of: (c: (typeof cases)[number]) => unknown) => new Set(cases.map(of)).size;
    expect(kinds((c) => c.pump.model.name)).toBe(6);
    expect(kinds((c) => c.gauge)).toBe(3);
    expect(kinds((c) => c.fluid)).toBe(3);
    expect(kinds((c) => c.nurse.portionMl)).toBe(3);
    for (const of of [
      (c: (typeof cases)[number]) => c.nurse.fillMlPerMin,
      (c: (typeof cases)[number]) => c.ambientKpa,
      (c: (typeof cases)[number]) => c.instruments.flowGain,
      (c: (typeof cases)[number]) => c.pump.flowRatio,
    ]) {
      expect(kinds(of)).toBeGreaterThan(150);
    }
    expect(kinds((c) => c.since.days)).toBeGreaterThan(50);
    const flows = cases.map((c) => c.nurse.fillMlPerMin);
    expect(Math.min(...flows)).toBeGreaterThanOrEqual(4);
    expect(Math.max(...flows)).toBeLessThanOrEqual(20);
  });

  it('called good: nothing goes astray, every needle is right, and few pumps are out of their band', () => {
    const cases = many('good', 300);
    expect(cases.every((c) => c.attempts.at(-1)?.ends === 'reservoir' && c.mishaps.length === 0)).toBe(true);
    expect(cases.filter((c) => expectedOf(c).must.length > 0).length).toBeLessThan(6);
    expect(cases.every((c) => describeCase(c).residualMl > 1)).toBe(true);
  });

  it.each(ALL_KINDS)('%s: expects words of the daemon, none of them twice', (kind) => {
    for (const c of many(kind, 5)) {
      const { must, may } = expectedOf(c);
      expect(c.kind).toBe(kind);
      const all = [...must, ...may];
      expect(new Set(all).size).toBe(all.length);
      expect(all.filter((word) => !(ADVISORIES as readonly string[]).includes(word))).toEqual([]);
    }
  });

  it.each([
    ['pocket', 'needleNotInReservoir'],
    ['bolus-gap', 'needleNotInReservoir'],
    ['dislodged', 'needleDislodged'],
    ['slipped-out', 'needleDislodged'],
    ['septum-leak', 'leak'],
    ['hub-leak', 'leak'],
    ['slow-pump', 'residualOutsideBand'],
    ['fast-pump', 'residualOutsideBand'],
    ['dry', 'reservoirEmpty'],
    ['overfill', 'overfill'],
    ['air', 'airInLine'],
    ['wrong-drug', 'wrongPumpOrDrug'],
    ['wrong-pump', 'wrongPumpOrDrug'],
    ['occluded', 'lineOccluded'],
    ['cold', 'coldFill'],
    ['cold-pump', 'coldFill'],
    ['sensor-stuck-mass', 'sensorMismatch'],
  ] as const)('%s must be told as %s', (kind, word) => {
    for (const c of many(kind, 10)) expect(expectedOf(c).must).toContain(word);
  });
});

describe('what is expected of the numbers', () => {
  it('nominal: 1.3 mL/d, 0 %, within', () => {
    expect(expectedOf(NOMINAL)).toMatchObject({ apparentFlowMlPerDay: 1.3, deviationPercent: 0, verdict: 'within' });
    expect(expectedOf(NOMINAL).must).toEqual([]);
  });

  // Residuals at the limits, worked by hand: slow 14.53, fast 9.07 mL.
  it.each([
    [14.53, -15, 'within'],
    [14.6, -15.4, 'outside'],
    [9.07, 15, 'within'],
    [9, 15.4, 'outside'],
    [15.44, -20, 'outside'],
    [8.16, 20, 'outside'],
  ])('%d mL left is %d %%: %s', (left, percent, verdict) => {
    const trueFillMl = 30 - 18.2 + 18.2 + (left - 11.8);
    const expected = expectedOf(changed(NOMINAL, { since: { trueFillMl } }));
    expect(expected.deviationPercent).toBeCloseTo(percent, 0);
    expect(expected.verdict).toBe(verdict);
    // Near the limit either word may be said.
    expect([...expected.must, ...expected.may]).toContain('residualOutsideBand');
  });

  it('says nothing about the flow of a pump that was never filled', () => {
    expect(expectedOf(caseOf('first-fill'))).toMatchObject({ apparentFlowMlPerDay: null, verdict: null });
  });

  it('counts the days', () => {
    const thirteen = expectedOf(changed(NOMINAL, { since: uneventful(13, 30) }));
    expect(thirteen).toMatchObject({ apparentFlowMlPerDay: 1.3, deviationPercent: 0 });
  });
});

describe('scenarios', () => {
  it('have names of their own in kebab case, a summary, and one for every kind of trouble', () => {
    const names = SCENARIOS.map((s) => s.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
    expect(SCENARIOS.every((s) => s.summary.length > 20)).toBe(true);
    const kinds = new Set(SCENARIOS.filter((s) => s.group !== 'stations').map((s) => caseOf(s.name).kind));
    expect(ALL_KINDS.filter((kind) => !kinds.has(kind))).toEqual([]);
  });

  it('with another patient each time, bring each another one', () => {
    expect(caseOf('varied-refills', 1).seed).not.toBe(caseOf('varied-refills', 2).seed);
  });
});
