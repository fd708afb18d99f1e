import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flowAt, inSeries, NEEDLES, pressureLoss, STOPCOCK } from '../../../simulator/physics/needle.ts';

describe('needle', () => {
  it.each([
    ['22G', 5, 4.3],
    ['22G', 10, 9.1],
    ['22G', 20, 20.6],
    ['22G', 30, 34.4],
    ['20G', 10, 2.0],
    ['20G', 20, 4.5],
    ['20G', 30, 7.5],
    ['24G', 10, 28],
    ['24G', 20, 64],
  ] as const)('%s at %d mL/min loses %d kPa', (gauge, flow, loss) => {
    expect(Math.abs(pressureLoss(NEEDLES[gauge], flow) - loss)).toBeLessThanOrEqual(0.11);
  });

  it.each([
    [20.7, 20],
    [34.8, 30],
    [57.5, 44],
  ])('22G drains with %d kPa at about %d mL/min', (pressure, flow) => {
    expect(flowAt(NEEDLES['22G'], pressure)).toBeCloseTo(flow, 0);
  });

  // Seconds that 12 mL take; real tubing comes on top.
  it.each([
    ['22G', 20.7, 36],
    ['22G', 34.8, 24],
    ['22G', 57.5, 16],
    ['24G', 20.7, 96],
    ['24G', 34.8, 60],
    ['24G', 57.5, 39],
  ] as const)('%s lets 12 mL out at %d kPa in %d s', (gauge, pressure, seconds) => {
    expect(Math.abs((12 / flowAt(NEEDLES[gauge], pressure)) * 60 - seconds)).toBeLessThan(2.5);
  });

  it('resists more to what is more viscous, but for the kinetic part', () => {
    expect(pressureLoss(NEEDLES['22G'], 10, 2.5)).toBeCloseTo(0.8 * 10 * 2.5 + 0.0116 * 100, 9);
    expect(flowAt(NEEDLES['22G'], pressureLoss(NEEDLES['22G'], 7, 2.5), 2.5)).toBeCloseTo(7, 9);
  });

  it('loses pressure in the direction of the flow', () => {
    expect(pressureLoss(NEEDLES['22G'], -10)).toBe(-pressureLoss(NEEDLES['22G'], 10));
    expect(flowAt(NEEDLES['22G'], -20)).toBe(-flowAt(NEEDLES['22G'], 20));
  });

  it('flowAt is the inverse of pressureLoss, in series too', () => {
    const path = inSeries(NEEDLES['24G'], STOPCOCK);
    fc.assert(
      fc.property(fc.double({ min: -60, max: 60, noNaN: true }), (flow) => {
        expect(flowAt(path, pressureLoss(path, flow))).toBeCloseTo(flow, 6);
      }),
    );
  });
});
