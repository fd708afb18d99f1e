/** Line, syringe and places at the needle's end, against hand-computed cases. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AirSlug } from '../../../simulator/physics/air.ts';
import { Line, type Source } from '../../../simulator/physics/line.ts';
import type { NeedleGauge } from '../../../simulator/physics/needle.ts';
import { arterialKpa, BOLUS_PATH, Pocket, TISSUE, type Tip } from '../../../simulator/physics/places.ts';
import { plungerKpa, plungerN } from '../../../simulator/physics/syringe.ts';

const STEP_S = 0.05;
const NOTHING: Source = { does: 'nothing', mlPerMin: 0, limitKpa: 0 };
const push = (mlPerMin: number, limitKpa = 200): Source => ({ does: 'push', mlPerMin, limitKpa });
const pull = (mlPerMin: number, limitKpa = 0): Source => ({ does: 'pull', mlPerMin, limitKpa });
const reservoir = (backKpa: number, givesMl = 10): Tip => ({ backKpa, inLinear: 0, outLinear: 0, givesMl });

function settled(source: Source, tip: Tip | null, set: (line: Line) => void = () => {}, steps = 400): Line {
  const line = new Line();
  set(line);
  for (let i = 0; i < steps; i++) line.step(STEP_S, source, tip, 1, 1);
  return line;
}

describe('line', () => {
  it('takes on the pressure of the reservoir when nothing moves, and loses it in free air', () => {
    const line = settled(NOTHING, reservoir(57.5));
    expect(line.kpa).toBeCloseTo(57.5, 2);
    for (let i = 0; i < 20; i++) line.step(STEP_S, NOTHING, null, 1, 1);
    expect(line.kpa).toBeCloseTo(0, 2);
  });

  it.each([
    ['22G', 10, 57.5 + 9.16],
    ['22G', 20, 57.5 + 20.64],
    ['20G', 20, 57.5 + 4.5],
    ['24G', 10, 57.5 + 28],
  ] as const)('%s at %d mL/min into 57.5 kPa shows the loss of the needle on top', (gauge, flow, kpa) => {
    const line = settled(push(flow), reservoir(57.5), (l) => {
      l.gauge = gauge;
    });
    expect(line.kpa).toBeCloseTo(kpa, 1);
    expect(line.needleFlow).toBeCloseTo(flow, 2);
  });

  it('drains by itself at what needle, stopcock and tube leave of the push, by the quadratic formula', () => {
    // 2.61 Q + 0.0116 Q^2 = 57.5: Q = 20.2 mL/min, of which 0.26 kPa/(mL/min) are lost after the sensor.
    const line = settled(pull(60), reservoir(57.5));
    expect(line.needleFlow).toBeCloseTo(-20.22, 1);
    expect(line.kpa).toBeCloseTo(5.26, 1);
  });

  it('gets no further than the thumb: flow falls until the pressure is what it gives', () => {
    const weak = settled(push(15, plungerKpa(15)), reservoir(57.5));
    expect(weak.needleFlow).toBeLessThan(12);
    expect(weak.kpa + 0.26 * weak.needleFlow).toBeCloseTo(plungerKpa(15), 1);
    const shut = settled(push(15, plungerKpa(40)), reservoir(57.5), (l) => {
      l.occlusion = 1e5;
    });
    expect(shut.kpa).toBeCloseTo(plungerKpa(40), 1);
    expect(shut.needleFlow).toBeLessThan(0.01);
  });

  it('is drawn to the suction when nothing can come', () => {
    const line = settled(pull(10, 20), reservoir(0, 0));
    expect(line.kpa).toBeCloseTo(-20, 1);
    expect(Math.abs(line.needleFlow)).toBe(0);
    expect(Math.abs(line.sourceFlow)).toBeLessThan(0.01);
  });

  it('with air in it follows slowly', () => {
    const climbed = (airMl: number, steps: number) =>
      settled(
        push(10),
        reservoir(57.5),
        (l) => {
          l.kpa = 57.5;
          l.airMl = airMl;
        },
        steps,
      ).kpa - 57.5;
    expect(climbed(0, 4)).toBeGreaterThan(8.5);
    expect(climbed(2, 4)).toBeLessThan(5);
    expect(climbed(2, 100)).toBeCloseTo(9.16, 1);
  });

  it('at a leaking hub rests below the reservoir by the loss of what leaks', () => {
    const line = settled(NOTHING, reservoir(50), (l) => {
      l.hubLeak = 0.06;
    });
    expect(line.hubFlow).toBeCloseTo(0.06 * line.kpa, 6);
    // Backwards through needle and stopcock: 2.35 Q + 0.0116 Q^2.
    const q = line.hubFlow;
    expect(line.kpa).toBeCloseTo(50 - 2.35 * q - 0.0116 * q * q, 2);
  });

  it('loses and makes no fluid: what comes in, goes out and stays in the walls balance', () => {
    const source = fc.oneof(
      fc.record({
        does: fc.constant('push' as const),
        mlPerMin: fc.double({ min: 0, max: 60, noNaN: true }),
        limitKpa: fc.double({ min: 0, max: 300, noNaN: true }),
      }),
      fc.record({
        does: fc.constant('pull' as const),
        mlPerMin: fc.double({ min: 0, max: 60, noNaN: true }),
        limitKpa: fc.double({ min: 0, max: 40, noNaN: true }),
      }),
      fc.constant(NOTHING),
    );
    const small = fc.double({ min: 0, max: 100, noNaN: true });
    const tip = fc.option(
      fc.record({ backKpa: small, inLinear: small, outLinear: small, givesMl: fc.constantFrom(0, 0.001, 10) }),
    );
    const gauge = fc.constantFrom<NeedleGauge>('20G', '22G', '24G');
    fc.assert(
      fc.property(fc.array(fc.record({ source, tip }), { minLength: 1, maxLength: 30 }), gauge, (moments, needle) => {
        const line = new Line();
        line.gauge = needle;
        for (const { source: s, tip: t } of moments) {
          for (let i = 0; i < 5; i++) {
            const before = line.kpa;
            line.step(STEP_S, s, t, 1, 1);
            const inFlow = line.sourceFlow - line.needleFlow - line.hubFlow;
            // 0.0006 mL/kPa of walls.
            expect(((inFlow * STEP_S) / 60 - 0.0006 * (line.kpa - before)) * 1e6).toBeCloseTo(0, 0);
            expect(Math.abs(line.sourceFlow)).toBeLessThanOrEqual(s.mlPerMin);
            if (t !== null) expect(-line.needleFlow * (STEP_S / 60)).toBeLessThanOrEqual(t.givesMl + 1e-12);
          }
        }
      }),
    );
  });
});

describe('syringe of 10 mL', () => {
  it('takes 13 N for 66 kPa, less friction', () => {
    expect(Math.abs(plungerN(66) - 2 - 13)).toBeLessThan(0.6);
    expect(plungerKpa(plungerN(66))).toBeCloseTo(66, 9);
    expect(plungerKpa(1)).toBe(0);
  });
});

describe('pocket under the skin', () => {
  it('climbs from 1 to 15 kPa with the volume, gives hardly any back, and spreads', () => {
    const pocket = new Pocket(2.5);
    for (let i = 0; i < 100; i++) pocket.step(0.3, 1);
    expect(pocket.kpa).toBeGreaterThan(8);
    expect(pocket.kpa).toBeLessThan(15);
    expect(pocket.returnableMl).toBeLessThan(2);
    const full = pocket.kpa;
    pocket.step(0, 60);
    expect(pocket.kpa).toBeLessThan(full - 1);
    expect(pocket.kpa).toBeGreaterThan(0.7 * full);
    for (let back = 0; back < 1000; back++) pocket.step(-Math.min(0.1, pocket.returnableMl - 0.002), 0.01);
    expect(pocket.returnableMl).toBeLessThan(0.01);
  });

  it('holds more in loose tissue', () => {
    const [tight, loose] = [new Pocket(1.5), new Pocket(4)];
    for (const pocket of [tight, loose]) pocket.step(10, 1);
    expect(tight.kpa).toBeCloseTo(0.7 + 10 / 1.5, 1);
    expect(loose.kpa).toBeCloseTo(0.7 + 10 / 4, 1);
    expect(TISSUE.outLinear).toBeGreaterThan(20 * TISSUE.inLinear);
  });
});

describe('bolus path', () => {
  it('is the artery: 12 kPa at 90 mmHg with a small pulse, and the catheter by Poiseuille', () => {
    const beat = Array.from({ length: 60 }, (_, i) => arterialKpa(90, 60, i / 60));
    expect(beat.reduce((a, b) => a + b, 0) / beat.length).toBeCloseTo(12, 1);
    expect(Math.max(...beat) - Math.min(...beat)).toBeCloseTo(0.8, 1);
    // 8 eta L / (pi r^4) with 0.69 mPa s, 0.5 m and 0.3 mm, in kPa per mL/min.
    const poiseuille = (8 * 0.69e-3 * 0.5) / (Math.PI * 0.3e-3 ** 4);
    expect((poiseuille * (1e-6 / 60)) / 1000).toBeCloseTo(BOLUS_PATH.inLinear, 1);
  });
});

describe('air', () => {
  it('passes the detector after what lies before it, for as long as it is, and is gone', () => {
    const air = new AirSlug();
    air.put(0.5, 0.25);
    const seen: boolean[] = [];
    let gone = 0;
    for (let i = 0; i < 10; i++) {
      gone += air.step(0.1);
      seen.push(air.passing);
    }
    const [no, yes] = [false, true];
    expect(seen).toEqual([no, no, yes, yes, yes, yes, yes, yes, no, no]);
    expect(gone).toBeCloseTo(0.5, 9);
    expect(air.step(0.1)).toBe(0);
    air.put(0.5, 0.25);
    air.step(-0.5);
    expect(air.step(0.7)).toBe(0);
    expect(air.step(0.2)).toBeCloseTo(0.15, 9);
    expect(air.ml).toBeCloseTo(0.35, 9);
  });
});
