/** Against the textbook's tables (calculated from the Antoine equation of R-11; unverified for any real pump). */
import { describe, expect, it } from 'vitest';
import {
  airKpaAt,
  flowFactor,
  mixedCel,
  propellantKpa,
  reservoirGaugeKpa,
  SEA_LEVEL_KPA,
  viscosityMpas,
} from '../../../src/refill/propellant.ts';

describe('pressure', () => {
  it('is 158.8 kPa at 37 Cel, 57.5 over sea level and about 75 over Denver', () => {
    expect(propellantKpa(37, null)).toBeCloseTo(158.8, 1);
    expect(reservoirGaugeKpa(37, SEA_LEVEL_KPA, null)).toBeCloseTo(57.5, 1);
    expect(reservoirGaugeKpa(37, 83.4, null)).toBeCloseTo(75.4, 1);
  });

  it('is scaled to what a model states, and never pulls', () => {
    expect(reservoirGaugeKpa(37, SEA_LEVEL_KPA, 80)).toBeCloseTo(80, 9);
    expect(reservoirGaugeKpa(10, SEA_LEVEL_KPA, null)).toBe(0);
  });

  it('falls with cold fluid: 28 Cel gives 18 kPa', () => {
    expect(mixedCel(37, 0, 30, 22, 94)).toBeCloseTo(28.4, 1);
    expect(reservoirGaugeKpa(28, SEA_LEVEL_KPA, null)).toBeCloseTo(16.6, 0);
    expect(mixedCel(37, 10, 0, 22, 94)).toBe(37);
  });

  it('of air follows the standard atmosphere', () => {
    expect(airKpaAt(0)).toBe(SEA_LEVEL_KPA);
    expect(airKpaAt(500)).toBeCloseTo(95.46, 2);
    expect(airKpaAt(2438.4)).toBeCloseTo(75.26, 1);
  });
});

describe('flow over label flow', () => {
  it.each([
    [34, 0.64],
    [35, 0.75],
    [36, 0.87],
    [37, 1],
    [38, 1.14],
    [39, 1.28],
    [40, 1.43],
  ])('%i Cel: %f', (cel, factor) => {
    expect(flowFactor(cel, SEA_LEVEL_KPA, null)).toBeCloseTo(factor, 2);
  });

  it.each([
    [95.5, 1.13],
    [89.9, 1.25],
    [83.4, 1.39],
    [75.3, 1.57],
  ])('%f kPa of air: %f', (kpa, factor) => {
    expect(flowFactor(37, kpa, null)).toBeCloseTo(factor, 2);
  });

  it('never runs backwards', () => {
    expect(flowFactor(20, SEA_LEVEL_KPA, null)).toBe(0);
  });

  it('has the viscosity of water at 20 and 37 Cel', () => {
    expect(viscosityMpas(20)).toBeCloseTo(1.002, 2);
    expect(viscosityMpas(37)).toBeCloseTo(0.69, 2);
  });
});
