import { describe, expect, it } from 'vitest';
import { FLUIDS, waterViscosityMpas } from '../../../simulator/physics/fluids.ts';
import { vapourPressureKpa as anyVapourPressureKpa } from '../../../simulator/physics/propellant.ts';
import {
  flowFactor as anyFlowFactor,
  catheterFlowMlPerDay,
  LABEL_CONDITIONS,
  type PumpState,
  type PumpUnit,
  reservoirGaugeKpa,
  stepPump,
  volumeAfter,
} from '../../../simulator/physics/pump.ts';
import { type PumpModel, pumpModel } from '../../../simulator/physics/pump-models.ts';

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
