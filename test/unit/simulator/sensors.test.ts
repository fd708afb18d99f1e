/** Instruments: their errors, their failures, and what of it reaches a line. */
import { describe, expect, it } from 'vitest';
import { FLAG } from '../../../protocols/reading.ts';
import { changed, NOMINAL } from '../../../simulator/batch.ts';
import type { Truth } from '../../../simulator/physics/bay.ts';
import { type SensorFault, TRUE_INSTRUMENTS } from '../../../simulator/physics/sensor-faults.ts';
import { Sensors } from '../../../simulator/physics/sensors.ts';
import { seededRandom } from '../../../simulator/random.ts';
import { playCase } from './play.ts';

const REST = { airPasses: false, onBattery: false, needleIn: false, sinceS: 0 };
const truth = (parts: Partial<Truth> = {}): Truth => ({
  ...{ flowMlPerMin: 0, lineKpa: 0, fluidCel: 22, massG: 0, ambientKpa: 101.325 },
  ...parts,
});

describe('instruments', () => {
  it('keep their gain when tared and zeroed, and lose their offset', () => {
    const sensors = new Sensors(seededRandom(3));
    sensors.equip({ ...TRUE_INSTRUMENTS, massGain: 1.01, flowGain: 0.95, pressureGain: 1.02 }, []);
    sensors.look(truth({ massG: 50, lineKpa: 10 }), 0, 0, REST);
    sensors.tare();
    sensors.zero();
    sensors.look(truth({ massG: 60, lineKpa: 60, flowMlPerMin: 10 }), 0, 0, REST);
    expect(sensors.seen.mass).toBeCloseTo(10 * 1.01, 6);
    expect(sensors.seen.pressure).toBeCloseTo(50 * 1.02, 6);
    expect(sensors.seen.flow).toBeCloseTo(10 * 0.95, 6);
  });

  it('that stand 10 cm below the pump feel 0.98 kPa more once the needle is in', () => {
    const sensors = new Sensors(seededRandom(3));
    sensors.equip({ ...TRUE_INSTRUMENTS, pumpHigherCm: 10 }, []);
    sensors.look(truth(), 0, 0, REST);
    sensors.zero();
    sensors.look(truth({ lineKpa: 50 }), 0, 0, { ...REST, needleIn: true });
    expect(sensors.seen.pressure).toBeCloseTo(50.98, 6);
    sensors.look(truth(), 0, 0, REST);
    expect(sensors.seen.pressure).toBeCloseTo(0, 6);
  });

  it('see little of a flow of air, and say that it is air', () => {
    const sensors = new Sensors(seededRandom(3));
    sensors.look(truth(), 0, 0, REST);
    sensors.zero();
    sensors.look(truth({ flowMlPerMin: 20 }), 0, 0, { ...REST, airPasses: true });
    expect(sensors.seen.flow).toBeLessThan(5);
    expect(sensors.seen.flags & FLAG.airInLine).not.toBe(0);
  });

  it('end at their range: 40 mL/min, 200 kPa, 300 g', () => {
    const sensors = new Sensors(seededRandom(3));
    sensors.look(truth({ flowMlPerMin: -55, lineKpa: 260, massG: -400 }), 0, 0, REST);
    expect(sensors.seen).toMatchObject({ flow: -40, pressure: 200, mass: -300 });
    expect(sensors.seen.flags & (FLAG.highFlow | FLAG.overload)).toBe(FLAG.highFlow | FLAG.overload);
  });

  it('feel a hand on the scale for a second, and say that it is not still', () => {
    const sensors = new Sensors(seededRandom(3));
    sensors.touch(0.5);
    sensors.look(truth(), 0.1, 0, REST);
    expect(Math.abs(sensors.seen.mass)).toBeGreaterThan(0.3);
    expect(sensors.seen.flags & FLAG.scaleUnstable).not.toBe(0);
    sensors.look(truth(), 2, 0, REST);
    expect(Math.abs(sensors.seen.mass)).toBeLessThan(0.01);
    expect(sensors.seen.flags & FLAG.scaleUnstable).toBe(0);
  });
});

describe('a failing pressure sensor, on the wire', () => {
  /** Pressures of the lines between two seconds of the nominal refill; the fault begins at 240 s, in the drain. */
  const pressures = (fault: SensorFault['fault'], size: number, fromS = 241, toS = 270) => {
    const sensorFaults: SensorFault[] = [{ channel: 'pressure', fault, fromS: 240, size }];
    const { telemetry } = playCase(changed(NOMINAL, { sensorFaults }), { keepTelemetry: true });
    return telemetry.filter((t) => t.tickMs > fromS * 1000 && t.tickMs < toS * 1000).map((t) => t.values[2] ?? null);
  };
  const numbers = (list: readonly (number | null)[]) => list.map((v) => v ?? Number.NaN);
  // Lines at 242 to 244 s show 5 kPa in truth.
  const mean = (list: readonly (number | null)[]) => numbers(list).reduce((a, b) => a + b, 0) / list.length;
  const spread = (list: readonly (number | null)[]) => {
    const m = mean(list);
    return Math.sqrt(numbers(list).reduce((sum, v) => sum + (v - m) ** 2, 0) / list.length);
  };

  it('stuck: one value, without noise, from then on', () => {
    const shown = new Set(pressures('stuck', 0, 241, 500));
    expect(shown.size).toBe(1);
    expect(Math.abs([...shown][0] ?? 99)).toBeLessThan(8);
    expect(new Set(pressures('stuck', 0, 100, 239)).size).toBeGreaterThan(20);
  });

  it('drifting by 6 kPa a minute: 12 kPa after two', () => {
    expect(mean(pressures('drift', 6, 358, 362)) - mean(pressures('bias', 0, 358, 362))).toBeCloseTo(12, 0);
  });

  it('biased by 15 kPa: at once', () => {
    expect(mean(pressures('bias', 15, 242, 244)) - mean(pressures('bias', 0, 242, 244))).toBeCloseTo(15, 1);
  });

  it('saturated: the end of its range, and a flag', () => {
    expect(new Set(pressures('saturated', 0))).toEqual(new Set([200]));
  });

  it('silent: nothing, while the other channels go on', () => {
    expect(new Set(pressures('missing', 0))).toEqual(new Set([null]));
    expect(pressures('missing', 0, 200, 239)).not.toContain(null);
  });

  it('noisy: 20 times the usual 0.1 kPa', () => {
    expect(spread(pressures('noisy', 20, 282, 338))).toBeGreaterThan(1.7);
    expect(spread(pressures('noisy', 20, 282, 338))).toBeLessThan(2.3);
    expect(spread(pressures('noisy', 20, 120, 200))).toBeLessThan(0.15);
  });
});

describe('a failing scale', () => {
  const masses = (fault: SensorFault['fault'], size: number) => {
    const sensorFaults: SensorFault[] = [{ channel: 'mass', fault, fromS: 240, size }];
    const { telemetry } = playCase(changed(NOMINAL, { sensorFaults }), { keepTelemetry: true });
    return (atS: number) => telemetry.find((t) => t.tickMs > atS * 1000) ?? { values: [], flags: 0 };
  };
  const mass = (line: { readonly values: readonly (number | null)[] }) => line.values[4] ?? Number.NaN;

  it('biased by 3 g is right again after the next tare', () => {
    const [good, biased] = [masses('bias', 0), masses('bias', 3)];
    expect(mass(biased(300)) - mass(good(300))).toBeCloseTo(3, 1);
    expect(mass(biased(341)) - mass(good(341))).toBeCloseTo(0, 1);
  });

  it('stuck shows 0 after the next tare, and takes itself for still', () => {
    const stuck = masses('stuck', 0);
    expect(mass(stuck(300))).toBe(mass(stuck(241)));
    expect(mass(stuck(360))).toBe(0);
    expect(stuck(360).flags & FLAG.scaleUnstable).toBe(0);
    expect(masses('bias', 0)(360).flags & FLAG.scaleUnstable).not.toBe(0);
  });

  it('at its end stays there, tared or not', () => {
    const full = masses('saturated', 0);
    expect([mass(full(300)), mass(full(360))]).toEqual([300, 300]);
    expect(full(360).flags & FLAG.overload).not.toBe(0);
  });
});

describe('a scale without a value', () => {
  it('leaves no reservoir volume either: it is reckoned from it', () => {
    const sensorFaults: SensorFault[] = [{ channel: 'mass', fault: 'missing', fromS: 240, size: 0 }];
    const { telemetry } = playCase(changed(NOMINAL, { sensorFaults }), { keepTelemetry: true });
    const later = telemetry.filter((t) => t.tickMs > 241_000 && t.tickMs < 500_000);
    expect(later.every((t) => t.values[4] === null && t.values[0] === null)).toBe(true);
    expect(later.every((t) => t.values[1] !== null)).toBe(true);
  });
});
