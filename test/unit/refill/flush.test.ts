/** The bolus path: flushed after the fill, with a needle of its own, into the artery and past the reservoir. */
import { describe, expect, it } from 'vitest';
import { FLAG } from '../../../protocols/reading.ts';
import { advisory, Bedside, hold, MODEL, PUMP } from './bedside.ts';

/** Filled with 30 mL, and the refill needle drawn. */
function filled(over: Partial<typeof MODEL> = {}): Bedside {
  const bed = new Bedside({ pump: { ...PUMP, model: { ...MODEL, ...over } } })
    .prepared()
    .emptied(11.8)
    .show(20)
    .tested();
  bed.tare();
  for (let i = 0; i < 6; i++) bed.move(5, 15, 45, 34).show(3);
  return bed.event('clamp', 'closed').show(3).event('needle', 'out').show(8, { kpa: 0 });
}

/** Another needle, between the septa: 90 mmHg and a pulse of 72 a minute. */
function artery(bed: Bedside, seconds: number): Bedside {
  for (let i = 0; i < 10 * seconds; i++) bed.show(0.1, { kpa: 12 + 0.4 * Math.sin((2 * Math.PI * 1.2 * i) / 10) });
  return bed;
}

const phases = (bed: Bedside) => bed.play().state.phases.map(({ phase, by }) => `${phase} ${by}`);

describe('the flush', () => {
  it('chosen by the nurse: counts into nothing but itself, and raises nothing', () => {
    const bed = filled().nurse({ do: 'phase', phase: 'flush' }).show(5).event('needle', 'in');
    const before = bed.play().state;
    artery(bed, 12).event('clamp', 'open').move(3, 10, 30, 12);
    artery(bed, 3).event('clamp', 'closed').event('needle', 'out').show(5, { kpa: 0 });
    const { state } = bed.play();
    expect(state.advisories).toEqual([]);
    expect(state.flushed?.value).toBeCloseTo(3, 1);
    expect([state.level, state.filled, state.residual]).toEqual([before.level, before.filled, before.residual]);
    expect(phases(bed).slice(-3)).toEqual(['deaccess readings', 'flush nurse', 'deaccess readings']);
    expect(bed.show(31).play().state.phase).toBe('record');
  });

  it('is known by its readings: after the fill a needle that meets a pulse, and no reservoir', () => {
    const bed = artery(filled().event('needle', 'in'), 9);
    expect(phases(bed).at(-1)).toBe('flush readings');
    expect(bed.play().state.advisories).toEqual([]);
    // Corrected by the nurse it is an access like any other, and then this needle is astray.
    artery(bed.nurse({ do: 'phase', phase: 'access' }), 10);
    expect(advisory(bed.play(), 'needleNotInReservoir')?.present).toBe(true);
  });

  it('is not taken for one without a pulse, before the fill, or in a pump that has no bolus path', () => {
    const kinds = (bed: Bedside) => bed.play().state.advisories.map((a) => a.advisory);
    expect(kinds(filled().event('needle', 'in').show(9, { kpa: 12 }))).toEqual(['needleNotInReservoir']);
    expect(kinds(artery(filled({ septa: 1 }).event('needle', 'in'), 9))).toEqual(['needleNotInReservoir']);
    const early = new Bedside().event('needle', 'out').show(3).event('needle', 'in');
    expect(kinds(artery(early, 9))).toEqual(['needleNotInReservoir']);
    const refused = filled({ septa: 1 }).nurse({ do: 'phase', phase: 'flush' }).play();
    expect(refused.state.phase).toBe('deaccess');
    expect(refused.refusal({ do: 'phase', phase: 'flush' })).toMatch(/test-30 has no bolus path/);
  });

  it('is not taken for one where the pressure only creeps to that of an artery, with whatever noise', () => {
    for (const settlesS of [0.2, 0.9, 2.2]) {
      const bed = filled().event('needle', 'in');
      const noise = [1, -0.4, -1.2, 0.7, 0.3, -1.5, 1.1, 0.2, -0.6, 1.4, -0.9, 0.1];
      for (let i = 0; i < 120; i++) {
        const creeps = 12 * (1 - Math.exp(-(i + 1) / (10 * settlesS)));
        bed.show(0.1, { kpa: creeps + 0.1 * (noise[(7 * i) % noise.length] ?? 0) });
      }
      expect(bed.play().state.phase).toBe('access');
      expect(advisory(bed.play(), 'needleNotInReservoir')?.present).toBe(true);
    }
  });

  it('goes on counting the reservoir while the refill needle is still in it', () => {
    const bed = new Bedside().prepared().emptied(11.8).show(20).tested().tare().move(5, 15, 45, 34).show(3);
    bed.nurse({ do: 'phase', phase: 'flush' }).move(2, 15, 45, 34).show(3).event('needle', 'out').show(5, { kpa: 0 });
    const { state } = bed.play();
    expect(state.filled?.value).toBeCloseTo(7, 1);
    expect([state.phase, state.flushed]).toEqual(['flush', null]);
  });

  it('is watched: pressure beyond its limit holds, a blocked path and air are said', () => {
    const begun = () => artery(filled().nurse({ do: 'phase', phase: 'flush' }).event('needle', 'in'), 3);
    const hard = begun().event('clamp', 'open').show(3, { flow: 6, kpa: 130 });
    expect(advisory(hard.play(), 'linePressureHigh')?.present).toBe(true);
    expect(hold(hard.play(), 'linePressure')).toBe('held');
    expect(hard.play().refusal({ do: 'finish' })).toMatch(/linePressure/);
    // Nobody begins a flush over a held pressure.
    hard.nurse({ do: 'phase', phase: 'deaccess' });
    expect(hard.play().refusal({ do: 'phase', phase: 'flush' })).toMatch(/held at linePressure/);
    const shut = begun().event('clamp', 'open').show(5, { kpa: 110 });
    expect(advisory(shut.play(), 'lineOccluded')?.present).toBe(true);
    expect(advisory(begun().show(1, { flow: 6, kpa: 25, flags: FLAG.airInLine }).play(), 'airInLine')).toBeDefined();
  });
});
