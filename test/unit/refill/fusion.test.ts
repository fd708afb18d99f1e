import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  correctByMass,
  correctByNoFlow,
  flowGain,
  flowOffset,
  forgetScaleZero,
  innovation,
  newFusion,
  predict,
  rebase,
  through,
  trueFlow,
} from '../../../src/refill/fusion.ts';

const PRIORS = { flowGain: 0.025, flowOffsetMlPerMin: 0.02, scaleDriftGPerMin: 0.012 };
const RHO = 1.005;
const SD_G = 0.01;

/** `minutes` of a true flow, seen by a flow sensor with a gain and a scale; ten readings a second. */
function flow(f: ReturnType<typeof newFusion>, mass: { g: number }, mlPerMin: number, minutes: number, gain = 1): void {
  for (let i = 0; i < minutes * 600; i++) {
    predict(f, mlPerMin * gain, 0.1, 0.0005);
    mass.g -= (RHO * mlPerMin) / 600;
    correctByMass(f, mass.g, RHO, SD_G);
  }
}

function started(): ReturnType<typeof newFusion> {
  const f = newFusion(PRIORS);
  correctByMass(f, 0, RHO, SD_G);
  return f;
}

describe('fusion of mass and flow', () => {
  it('follows mass where the flow sensor is wrong, and learns its gain', () => {
    const f = started();
    flow(f, { g: 0 }, 15, 1, 1.04);
    expect(through(f).ml).toBeCloseTo(15, 1);
    expect(flowGain(f).value).toBeCloseTo(0.04, 2);
    expect(flowGain(f).sd).toBeLessThan(0.005);
    expect(trueFlow(f, 15.6)).toBeCloseTo(15, 1);
  });

  it('goes on by flow alone with the gain that mass has taught it', () => {
    const f = started();
    const mass = { g: 0 };
    flow(f, mass, 15, 1, 1.04);
    for (let i = 0; i < 600; i++) predict(f, 15 * 1.04, 0.1, 0.0005);
    expect(through(f).ml).toBeCloseTo(30, 0);
    expect(Math.abs(through(f).ml - 30)).toBeLessThan(2 * through(f).sdMl);
  });

  it('does not care where the scale’s zero is', () => {
    const f = started();
    const mass = { g: 0 };
    flow(f, mass, 15, 0.5);
    forgetScaleZero(f);
    mass.g += 123;
    flow(f, mass, 15, 0.5);
    expect(through(f).ml).toBeCloseTo(15, 1);
  });

  it('counts from a new zero without forgetting the mass, and knows how well it knows that zero', () => {
    const f = started();
    const mass = { g: 0 };
    flow(f, mass, -20, 0.5);
    rebase(f, RHO, 0.05);
    expect(through(f)).toEqual({ ml: 0, sdMl: 0.05 });
    expect(Math.abs(innovation(f, mass.g, RHO).g)).toBeLessThan(0.01);
    flow(f, mass, 15, 0.5);
    expect(through(f).ml).toBeCloseTo(7.5, 1);
    // However many masses come: they say nothing of where 0 was.
    expect(through(f).sdMl).toBeGreaterThan(0.045);
  });

  it('learns the offset of the flow sensor when nothing flows', () => {
    const f = started();
    for (let i = 0; i < 50; i++) correctByNoFlow(f, 0.03, 0.02);
    expect(flowOffset(f).value).toBeCloseTo(0.03, 2);
    expect(trueFlow(f, 0.03)).toBeCloseTo(0, 2);
  });

  it('keeps a covariance that is one: symmetric, no negative variance, whatever happens', () => {
    const act = fc.oneof(
      fc.record({
        do: fc.constant('flow' as const),
        q: fc.double({ min: -40, max: 40, noNaN: true }),
        s: fc.constantFrom(0.02, 0.1, 1, 20),
      }),
      fc.record({ do: fc.constant('mass' as const), g: fc.double({ min: -300, max: 300, noNaN: true }) }),
      fc.record({ do: fc.constantFrom('zero' as const, 'rebase' as const, 'rest' as const) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        const f = started();
        for (const a of acts) {
          if (a.do === 'flow') predict(f, a.q, a.s, 0.001);
          else if (a.do === 'mass') correctByMass(f, a.g, RHO, SD_G);
          else if (a.do === 'zero') forgetScaleZero(f);
          else if (a.do === 'rebase') rebase(f, RHO, 0.03);
          else correctByNoFlow(f, 0, 0.02);
        }
        for (let i = 0; i < 5; i++) {
          expect(f.p[i * 5 + i]).toBeGreaterThanOrEqual(-1e-9);
          for (let j = 0; j < 5; j++) {
            const [a, b] = [f.p[i * 5 + j] ?? 0, f.p[j * 5 + i] ?? 0];
            expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(a)));
          }
        }
        expect(f.x.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
