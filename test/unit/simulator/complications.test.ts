/** Every row of the table of complications: its signature in the true pressures, flows and volumes. */
import { describe, expect, it } from 'vitest';
import { FLAG } from '../../../protocols/reading.ts';
import { describeCase } from '../../../simulator/batch.ts';
import type { TruthSample } from '../../../simulator/truth.ts';
import { caseOf, type Played, playScenario } from './play.ts';

/** Static line pressures of a phase: nothing moves. */
const resting = (samples: readonly TruthSample[]) =>
  samples.filter((t) => Math.abs(t.lineMlPerMin) < 0.05).map((t) => t.lineKpa);
const largest = (list: readonly number[]) => list.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
const smallest = (list: readonly number[]) => list.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
const atAccess = (played: Played) => played.in('access').at(-1)?.lineKpa ?? Number.NaN;
/** mL that came back of the test volume. */
const cameBack = (played: Played) => {
  const confirm = played.in('confirm');
  const lowest = smallest(confirm.map((t) => t.massG));
  return ((confirm.at(-1)?.massG ?? Number.NaN) - lowest) / 1.005;
};
/** mL that came out before the pump was read. */
const drained = (played: Played) => {
  const before = played.in('access').at(-1)?.massG ?? Number.NaN;
  return ((played.in('empty').at(-1)?.massG ?? Number.NaN) - before) / 1.005;
};

describe('a good refill', () => {
  it('steps to the propellant, gives all of the residual and the test volume back, and takes 30 mL', () => {
    const played = playScenario('nominal-refill');
    expect(atAccess(played)).toBeCloseTo(57.5, 1);
    expect(drained(played)).toBeCloseTo(11.8, 1);
    expect(cameBack(played)).toBeGreaterThan(4.9);
    expect(played.end).toMatchObject({ outcome: 'completed', tissueMl: 0, bolusMl: 0, leakedMl: 0, airMl: 0 });
    expect(played.end.reservoirMl).toBeCloseTo(30, 1);
    expect(played.end.residualMl).toBeCloseTo(11.8, 2);
  });
});

describe('a flush after the fill', () => {
  it('goes to the artery through a needle of its own, against its pulse, and leaves the reservoir alone', () => {
    const played = playScenario('flush');
    expect(played.events.filter(({ what }) => what.startsWith('needle')).map(({ what }) => what)).toEqual([
      'needle in',
      'needle out',
      'needle in',
      'needle out',
    ]);
    const flush = played.in('flush');
    const pulses = resting(flush.filter((t) => t.needle === 'bolus-gap').slice(1, 11));
    expect(pulses.length).toBeGreaterThan(4);
    expect(smallest(pulses)).toBeGreaterThan(11.5);
    expect(largest(pulses)).toBeLessThan(12.5);
    expect(largest(pulses) - smallest(pulses)).toBeGreaterThan(0.3);
    expect(played.end.bolusMl).toBeCloseTo(5, 1);
    expect(flush.at(-1)?.injectedMl).toBe(flush[0]?.injectedMl);
    expect(played.end.reservoirMl).toBeCloseTo(30, 1);
    expect(played.end).toMatchObject({ outcome: 'completed', tissueMl: 0 });
  });
});

describe('1: needle beside the pump', () => {
  const played = playScenario('pocket-fill');

  it('shows no propellant step, gives nothing, and keeps the test volume', () => {
    expect(atAccess(played)).toBeLessThan(2);
    expect(atAccess(played)).toBeGreaterThan(0.1);
    expect(drained(played)).toBeLessThan(0.1);
    expect(cameBack(played)).toBeLessThan(0.5);
  });

  it('climbs slowly with the volume, within 1 to 15 kPa, and fades slowly', () => {
    const rests = resting(played.in('fill'));
    expect(rests.length).toBeGreaterThan(5);
    expect(rests.every((kpa, i) => i === 0 || kpa > (rests[i - 1] ?? 0) - 0.3)).toBe(true);
    expect(smallest(rests)).toBeGreaterThan(1);
    expect(largest(rests)).toBeLessThan(15);
    const after = resting(played.in('deaccess').filter((t) => t.needle === 'tissue'));
    expect(after.at(-1)).toBeLessThan(after[0] ?? 0);
    expect(after.at(-1)).toBeGreaterThan(0.8 * (after[0] ?? 0));
  });

  it('puts the whole fill under the skin: the pump is as before', () => {
    expect(played.end.tissueMl).toBeGreaterThan(34);
    expect(played.end.reservoirMl).toBeCloseTo(11.8, 1);
    expect(played.end).toMatchObject({ injectedMl: 0, residualMl: null, outcome: 'completed' });
  });

  it('goes no further with a nurse who looks', () => {
    const noticed = playScenario('pocket-fill-noticed');
    expect(noticed.end).toMatchObject({ outcome: 'stopped' });
    expect(Math.abs(noticed.end.tissueMl)).toBeLessThan(0.1);
  });
});

describe('2: needle between the septa', () => {
  it('feels the artery with its pulse, no propellant; the fluid leaves and the reservoir does not change', () => {
    const played = playScenario('bolus-gap', { keepTelemetry: true });
    expect(largest(played.in('access').map((t) => t.lineKpa))).toBeLessThan(13);
    const rests = resting(played.in('measure').slice(12));
    expect(rests.reduce((a, b) => a + b, 0) / rests.length).toBeCloseTo(12, 0);
    expect(largest(rests) - smallest(rests)).toBeGreaterThan(0.3);
    expect(largest(rests) - smallest(rests)).toBeLessThan(1.2);
    expect(cameBack(played)).toBeLessThan(0.5);
    expect(played.end.bolusMl).toBeGreaterThan(34);
    expect(played.end.reservoirMl).toBeCloseTo(11.8, 1);
  });
});

describe('3: needle moved in mid-fill', () => {
  it('into the tissue: the spring behind the plunger is gone, and 18 mL with it', () => {
    const played = playScenario('needle-dislodged');
    const before = resting(played.in('fill').filter((t) => t.needle === 'reservoir'));
    const after = resting(played.in('fill').filter((t) => t.needle === 'tissue'));
    expect(before.at(-1)).toBeGreaterThan(20);
    expect(largest(after)).toBeLessThan(12);
    expect(played.end.tissueMl).toBeCloseTo(18, 0);
    expect(played.end.reservoirMl).toBeCloseTo(12, 0);
    const noticed = playScenario('needle-dislodged-noticed');
    expect(noticed.end.outcome).toBe('stopped');
    expect(noticed.end.tissueMl).toBeLessThan(5);
  });

  it('out of the skin: no pressure at all, and the fluid on the skin', () => {
    const played = playScenario('needle-slips-out');
    expect(largest(resting(played.in('fill').filter((t) => t.needle === 'out')))).toBeLessThan(0.1);
    expect(played.end.spilledMl).toBeCloseTo(19, 0);
    expect(played.events.filter((e) => e.what === 'needle out')).toHaveLength(1);
  });
});

describe('4: leaks', () => {
  it('along the needle: less comes out and back than there was', () => {
    const played = playScenario('septum-leak');
    expect(drained(played)).toBeLessThan(11.6);
    expect(cameBack(played)).toBeLessThan(4.5);
    expect(played.end.leakedMl).toBeGreaterThan(2);
    const net = played.end.injectedMl - played.end.drainedMl - played.end.leakedMl;
    expect(played.end.reservoirMl).toBeCloseTo(11.8 + net, 1);
  });

  it('at the hub: the resting pressure sinks below that of the reservoir while the leak opens', () => {
    const played = playScenario('hub-leak');
    const rests = played.in('fill').filter((t) => Math.abs(t.lineMlPerMin) < 0.05);
    expect(rests.length).toBeGreaterThan(3);
    expect(largest(rests.map((t) => t.reservoirKpa - t.lineKpa))).toBeGreaterThan(2);
    expect(played.end.leakedMl).toBeGreaterThan(2);
    const sound = playScenario('nominal-refill').in('fill');
    expect(largest(sound.filter((t) => t.lineMlPerMin < 0.05).map((t) => t.reservoirKpa - t.lineKpa))).toBeLessThan(
      0.5,
    );
  });
});

describe('5 and 6: residual beyond what was expected', () => {
  // Hand-computed from 30 mL, 1.3 mL/d, 14 d.
  it.each([
    ['slow-pump', 20.9, -50, 'outside'],
    ['glycerin', 22.72, -60, 'outside'],
    ['fast-pump', 8.16, 20, 'outside'],
    ['partial-pocket-before', 7.8, 21.98, 'outside'],
    ['fever', 10.7, 6.05, 'within'],
    ['altitude', 4.7, 39, 'outside'],
    ['flight', 11.49, 1.7, 'within'],
    ['long-interval', 2.7, 0, 'within'],
  ] as const)('%s: %d mL come out, %d %%, %s', (name, residual, deviation, verdict) => {
    const described = describeCase(caseOf(name));
    expect(Math.abs(described.residualMl - residual)).toBeLessThan(0.1);
    expect(Math.abs((described.expected.deviationPercent ?? 999) - deviation)).toBeLessThan(1);
    expect(described.expected.verdict).toBe(verdict);
    expect(described.expected.must.includes('residualOutsideBand')).toBe(verdict === 'outside');
    const played = playScenario(name);
    expect(Math.abs((played.end.residualMl ?? 0) - residual)).toBeLessThan(0.1);
    expect(played.end.outcome).toBe('completed');
  });
});

describe('7: dry pump', () => {
  it('gives nothing and has no pressure, less than none when drawn at; yet the test volume comes back', () => {
    const played = playScenario('dry-pump');
    expect(atAccess(played)).toBeLessThan(0.5);
    expect(drained(played)).toBeLessThan(0.05);
    expect(cameBack(played)).toBeGreaterThan(4.8);
    expect(played.end.reservoirMl).toBeCloseTo(30, 0);
    const noticed = playScenario('dry-pump-noticed');
    expect(noticed.end.outcome).toBe('stopped');
    expect(smallest(noticed.in('empty').map((t) => t.lineKpa))).toBeCloseTo(-20, 0);
    expect(Math.abs(drained(noticed))).toBeLessThan(0.1);
  });
});

describe('8: overfill', () => {
  it('meets the stop: more than 30 kPa in less than 1 mL, then the plunger will not go', () => {
    const played = playScenario('overfill');
    const fill = played.in('fill');
    const atStop = fill.find((t) => t.reservoirMl >= 30);
    const beyond = fill.find((t) => t.reservoirMl >= 30.9);
    expect((beyond?.reservoirKpa ?? 0) - (atStop?.reservoirKpa ?? 0)).toBeGreaterThanOrEqual(30);
    expect(fill.at(-1)?.lineMlPerMin).toBeLessThan(1);
    // The thumb's 40 N less friction are 201 kPa: 183 kPa above the propellant at 40 kPa/mL.
    expect(played.end.reservoirMl).toBeLessThan(34.8);
    expect(played.end.reservoirMl).toBeGreaterThan(33);
  });
});

describe('9: air', () => {
  it('passes the detector, is missed by the flow sensor and not by the scale, and softens the line', () => {
    const played = playScenario('air-in-line', { keepTelemetry: true });
    expect(played.end.airMl).toBeCloseTo(1.5, 6);
    const fill = played.in('fill');
    const [from = 0, to = 0] = [fill[0]?.tickMs, fill.at(-1)?.tickMs];
    const lines = played.telemetry.filter((t) => t.tickMs >= from && t.tickMs <= to);
    expect(lines.some((t) => (t.flags & FLAG.airInLine) !== 0)).toBe(true);
    const byFlow = lines.reduce((ml, t) => ml + (t.values[1] ?? 0) / 600, 0);
    const byMass = -((lines.at(-1)?.values[4] ?? 0) - (lines[0]?.values[4] ?? 0)) / 1.005;
    expect(byMass).toBeCloseTo(30, 0);
    expect(byMass - byFlow).toBeGreaterThan(1);
    expect(byMass - byFlow).toBeLessThan(1.6);
    expect(playScenario('line-not-primed').end.airMl).toBeCloseTo(0.7, 6);
    expect(playScenario('nominal-refill').end.airMl).toBe(0);
  });
});

describe('10: wrong drug or pump', () => {
  it.each(['drug', 'pump'] as const)('%s: nothing but the scan tells', (what) => {
    const played = playScenario(`wrong-${what}`);
    const scanned = played.events.filter((e) => e.what.startsWith('scan')).map((e) => e.data);
    const { ordered } = played.task;
    expect(scanned.includes(ordered[what].data)).toBe(false);
    expect(scanned.includes(ordered[what === 'drug' ? 'pump' : 'drug'].data)).toBe(true);
    expect(played.end.outcome).toBe('completed');
  });
});

describe('11: nothing passes', () => {
  it('occluded: no flow at the highest pressure the thumb gives', () => {
    const played = playScenario('line-occluded');
    const last = played.in('fill').at(-1);
    expect(last?.lineMlPerMin).toBeLessThan(0.1);
    expect(last?.lineKpa).toBeGreaterThan(190);
    expect(played.end.outcome).toBe('stopped');
  });

  it('clamp forgotten: 40 s without a drop, then all of it', () => {
    const played = playScenario('clamp-forgotten');
    const [first = { atS: 0 }] = played.in('empty');
    expect(
      largest(
        played
          .in('empty')
          .filter((t) => t.atS < first.atS + 39)
          .map((t) => Math.abs(t.lineMlPerMin)),
      ),
    ).toBeLessThan(0.001);
    expect(drained(played)).toBeCloseTo(11.8, 1);
  });
});

describe('12: flipped pump', () => {
  it('takes more than three minutes and four needles, and nothing comes', () => {
    const played = playScenario('flipped-pump');
    expect(played.events.filter((e) => e.what === 'needle in')).toHaveLength(4);
    const access = played.in('access');
    expect((access.at(-1)?.atS ?? 0) - (access[0]?.atS ?? 0)).toBeGreaterThan(180);
    expect(played.end).toMatchObject({ outcome: 'stopped', drainedMl: 0, injectedMl: 0 });
  });
});

describe('13: cold', () => {
  it('pump: 30 to 70 % less pressure at access; drug: next to none when it is in, and it comes back with the warmth', () => {
    const pump = atAccess(playScenario('cold-pump'));
    expect(pump).toBeGreaterThan(0.3 * 57.5);
    expect(pump).toBeLessThan(0.7 * 57.5);
    const drug = playScenario('cold-fill');
    expect(resting(drug.in('fill')).at(-1)).toBeLessThan(0.2 * 57.5);
    expect(drug.end.reservoirKpa).toBeGreaterThan((drug.in('fill').at(-1)?.reservoirKpa ?? 0) + 2);
    expect(drug.end.pumpFlowMlPerDay).toBeLessThan(0.2);
    const warm = resting(playScenario('warm-fill').in('fill'));
    expect(smallest(warm)).toBeGreaterThan(57);
  });
});
