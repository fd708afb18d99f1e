import { describe, expect, it } from 'vitest';
import { FLUIDS, type Fluid, mixFluids, waterViscosityMpas } from '../../../simulator/physics/fluids.ts';
import { vapourPressureKpa as anyVapourPressureKpa, type Propellant } from '../../../simulator/physics/propellant.ts';
import {
  flowFactor as anyFlowFactor,
  catheterFlowMlPerDay,
  LABEL_CONDITIONS,
  type PumpState,
  type PumpUnit,
  reservoirGaugeKpa,
  type Stretch,
  stepPump,
  volumeAfter,
} from '../../../simulator/physics/pump.ts';
import { PUMP_MODELS, type PumpModel, pumpModel } from '../../../simulator/physics/pump-models.ts';

const SEA_LEVEL = 101.325;
const PUMP_30ML = pumpModel('codman-3000-30');
const UNIT: PumpUnit = { model: PUMP_30ML, labelFlowMlPerDay: 1.3, flowRatio: 1 };
const { propellant } = PUMP_30ML;
const fluid = FLUIDS.saline;
const WARM = { temperatureCel: 37, volumeMl: 12, fluid };
/** A pump on a bench: nothing rewarms it. */
const ON_BENCH: PumpModel = { ...PUMP_30ML, rewarmingS: Number.POSITIVE_INFINITY };
const BODY = { bodyCel: 37, ambientKpa: SEA_LEVEL, arterialMmHg: 90 };
const NOTHING = { ml: 0, cel: 22, fluid };

const vapourPressureKpa = (cel: number) => anyVapourPressureKpa(propellant, cel);
const flowFactor = (cel: number, ambient: number, arterial: number) =>
  anyFlowFactor(propellant, cel, ambient, arterial);

describe('propellant', () => {
  it('has 158.8 kPa of vapour pressure at body heat, 57.5 kPa above sea level', () => {
    expect(vapourPressureKpa(37)).toBeCloseTo(158.8, 1);
    expect(reservoirGaugeKpa(PUMP_30ML, WARM, SEA_LEVEL)).toBeCloseTo(57.5, 1);
  });

  it('pushes about 75 kPa above ambient at 1,609 m', () => {
    expect(reservoirGaugeKpa(PUMP_30ML, WARM, 83.4)).toBeCloseTo(75.4, 0);
  });

  it('lets go in the last 3 % of the capacity and stiffens at the full stop', () => {
    const at = (volumeMl: number) => reservoirGaugeKpa(PUMP_30ML, { ...WARM, volumeMl }, SEA_LEVEL);
    expect(at(0)).toBe(0);
    expect(at(0.45)).toBeCloseTo(57.5 / 2, 0);
    expect(at(0.9)).toBeCloseTo(57.5, 1);
    expect(at(31) - at(30)).toBeGreaterThanOrEqual(30);
  });
});

describe('flow to the catheter', () => {
  it('has water viscosity 0.690 mPa s at 37 Cel', () => {
    expect(waterViscosityMpas(37)).toBeCloseTo(0.69, 3);
  });

  // Worked figures for this propellant; the source rounds to two digits.
  it.each([
    [34, SEA_LEVEL, 90, 0.64],
    [35, SEA_LEVEL, 90, 0.75],
    [36, SEA_LEVEL, 90, 0.87],
    [37, SEA_LEVEL, 90, 1],
    [38, SEA_LEVEL, 90, 1.14],
    [39, SEA_LEVEL, 90, 1.28],
    [40, SEA_LEVEL, 90, 1.43],
    [37, 95.5, 90, 1.13],
    [37, 89.9, 90, 1.25],
    [37, 83.4, 90, 1.39],
    [37, 75.3, 90, 1.57],
    [37, SEA_LEVEL, 70, 1.06],
    [37, SEA_LEVEL, 110, 0.94],
    [37, SEA_LEVEL, 130, 0.88],
  ])('at %d Cel, %d kPa ambient, %d mmHg arterial is %d of the label', (cel, ambient, arterial, factor) => {
    expect(Math.abs(flowFactor(cel, ambient, arterial) - factor)).toBeLessThanOrEqual(0.0101);
  });

  it('is the label flow, times the ratio of a fast pump', () => {
    expect(catheterFlowMlPerDay(UNIT, WARM, BODY)).toBeCloseTo(1.3, 6);
    expect(catheterFlowMlPerDay({ ...UNIT, flowRatio: 1.2 }, WARM, BODY)).toBeCloseTo(1.56, 6);
  });

  it('leaves 11.8 mL of 30 after 14 days, and never less than nothing', () => {
    const left = (days: number) => volumeAfter(UNIT, 30, fluid, [{ ...LABEL_CONDITIONS, days }]);
    expect(left(14)).toBeCloseTo(11.8, 9);
    expect(left(40)).toBeGreaterThan(0);
    expect(left(40)).toBeLessThan(0.001);
    let state: PumpState = { volumeMl: 30, temperatureCel: 37, fluid };
    for (let hour = 0; hour < 14 * 24; hour++) state = stepPump(UNIT, state, BODY, 3600, NOTHING);
    expect(state.volumeMl).toBeCloseTo(11.8, 2);
  });

  it('nearly stops in a pump that a cold fill has cooled', () => {
    expect(flowFactor(28.4, SEA_LEVEL, 90)).toBeCloseTo(0.1, 1);
  });
});

describe('cold fill', () => {
  const empty = { volumeMl: 0, temperatureCel: 37, fluid };
  const onBench: PumpUnit = { ...UNIT, model: ON_BENCH };
  const filled = (ml: number, cel: number) => {
    let state: PumpState = empty;
    for (let i = 0; i < 300; i++) state = stepPump(onBench, state, BODY, 0, { ml: ml / 300, cel, fluid });
    return { kpa: reservoirGaugeKpa(ON_BENCH, { ...state, volumeMl: Math.min(30, state.volumeMl) }, SEA_LEVEL), state };
  };

  it('of 30 mL at 22 Cel brings the pump to about 28 Cel and 57 kPa down to about 18', () => {
    const { kpa, state } = filled(30, 22);
    expect(state.volumeMl).toBeCloseTo(30, 9);
    expect(state.temperatureCel).toBeCloseTo(28.4, 1);
    expect(kpa).toBeCloseTo(18.2, 0);
  });

  it('of 30 mL at 30 Cel leaves about 38 kPa; at 37 Cel nothing changes', () => {
    expect(filled(30, 30).kpa).toBeCloseTo(38.2, 0);
    expect(filled(30, 37).kpa).toBeCloseTo(57.5, 1);
  });

  it('of 5 mL at 22 Cel leaves about 44 kPa', () => {
    expect(filled(5, 22).kpa).toBeCloseTo(44, 0);
  });

  it('is undone by the body: 63 % of the way in one time constant', () => {
    const state = stepPump(UNIT, { volumeMl: 30, temperatureCel: 27, fluid }, BODY, 600, NOTHING);
    expect(state.temperatureCel).toBeCloseTo(37 - 10 / Math.E, 6);
  });
});

describe('other propellants', () => {
  const strong: Propellant = { law: 'exponential', gaugeKpaAt37: 80, perK: 0.031 };
  const factor = (cel: number, arterial: number) => anyFlowFactor(strong, cel, SEA_LEVEL, arterial);
  const viscosity = (cel: number) => waterViscosityMpas(37) / waterViscosityMpas(cel);

  it('80 kPa strong: 8 % more pressure and 2 % less viscosity for a degree, 2 % less flow for 10 mmHg', () => {
    const shareOfPressure = factor(38, 90) / viscosity(38);
    expect(Math.abs(shareOfPressure - 1.083)).toBeLessThan(0.005);
    expect(viscosity(38)).toBeCloseTo(1.02, 2);
    expect(Math.abs(factor(37, 100) - 0.98)).toBeLessThan(0.001);
    expect(anyVapourPressureKpa(strong, 37)).toBeCloseTo(SEA_LEVEL + 80, 9);
  });

  it('leaves the gauge pressure to the barometer: as much more as the air is thinner', () => {
    const model = { ...PUMP_30ML, propellant: strong };
    expect(reservoirGaugeKpa(model, WARM, 83.4)).toBeCloseTo(80 + SEA_LEVEL - 83.4, 9);
  });
});

describe('what is in the pump', () => {
  it('slows it by its viscosity: glycerin of 10, 30 and 50 % to 1/1.3, 1/2.5 and 1/6', () => {
    const factor = (f: Fluid) => anyFlowFactor(propellant, 37, SEA_LEVEL, 90, f);
    expect(factor(FLUIDS.saline)).toBeCloseTo(1, 9);
    expect(factor(FLUIDS['glycerin-10'])).toBeCloseTo(1 / 1.3, 9);
    expect(factor(FLUIDS['glycerin-30'])).toBeCloseTo(1 / 2.5, 9);
    expect(factor(FLUIDS['glycerin-50'])).toBeCloseTo(1 / 6, 9);
  });

  it('mixes: densities by volume, viscosities by their logarithms; nothing mixes with nothing', () => {
    const half = mixFluids(FLUIDS.saline, 10, FLUIDS['glycerin-50'], 10);
    expect(half.densityGPerMl).toBeCloseTo((1.005 + 1.13) / 2, 9);
    expect(half.relativeViscosity).toBeCloseTo(Math.sqrt(6), 9);
    expect(mixFluids(FLUIDS.saline, 0, FLUIDS['glycerin-50'], 10)).toBe(FLUIDS['glycerin-50']);
    expect(mixFluids(FLUIDS.saline, 10, FLUIDS['glycerin-50'], 0)).toBe(FLUIDS.saline);
  });
});

describe('between two refills', () => {
  const usual = { ...LABEL_CONDITIONS, days: 14 };
  const left = (stretches: readonly Stretch[]) => volumeAfter(UNIT, 30, fluid, stretches);

  // Worked figures: 1.1 mL for three days at 39 Cel, 0.3 mL for ten hours in a cabin, 7 mL for 14 days in Denver.
  it.each([
    [
      'three days of fever at 39 Cel',
      [
        { ...usual, bodyCel: 39, days: 3 },
        { ...usual, days: 11 },
      ],
      1.1,
    ],
    [
      'ten hours in a cabin',
      [
        { ...usual, ambientKpa: 75.3, days: 10 / 24 },
        { ...usual, days: 14 - 10 / 24 },
      ],
      0.3,
    ],
    ['14 days in Denver', [{ ...usual, ambientKpa: 83.4 }], 7.1],
  ])('%s take more', (_, stretches, moreMl) => {
    expect(Math.abs(11.8 - left(stretches) - moreMl)).toBeLessThan(0.1);
  });

  it('are the sum of small steps, through the fading end as well', () => {
    let state: PumpState = { volumeMl: 3, temperatureCel: 37, fluid };
    for (let minute = 0; minute < 3 * 1440; minute++) state = stepPump(UNIT, state, BODY, 60, NOTHING);
    expect(state.volumeMl).toBeCloseTo(volumeAfter(UNIT, 3, fluid, [{ ...usual, days: 3 }]), 2);
    expect(state.volumeMl).toBeLessThan(0.9);
    expect(state.volumeMl).toBeGreaterThan(0.1);
  });
});

describe('pump models', () => {
  it('are six, each with its sources and what nobody has confirmed', () => {
    expect(PUMP_MODELS.map((m) => m.name)).toEqual([
      'intera-3000',
      'codman-3000-16',
      'codman-3000-30',
      'codman-3000-50',
      'isomed-like-20',
      'isomed-like-35',
    ]);
    for (const model of PUMP_MODELS) {
      expect(model.source.length).toBeGreaterThan(20);
      expect(model.unverified).toContain('propellant');
      expect(Object.keys(model)).toEqual(expect.arrayContaining([...model.unverified]));
      expect(model.labelFlowsMlPerDay.every((flow) => flow > 0 && flow < model.capacityMl)).toBe(true);
      expect(model.name.endsWith(String(model.capacityMl)) || model.name === 'intera-3000').toBe(true);
    }
    expect(() => pumpModel('intera')).toThrow(/known are intera-3000, codman/);
  });
});
