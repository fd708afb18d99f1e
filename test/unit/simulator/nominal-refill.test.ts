/** The nominal scenario against its table: what a perfect observer and a noise-free station see. */
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../simulator/random.ts';
import { fastPump } from '../../../simulator/scenarios/complications.ts';
import { nominalRefill } from '../../../simulator/scenarios/refills.ts';
import { Scene } from '../../../simulator/scene.ts';
import type { Scenario } from '../../../simulator/script.ts';

interface Moment {
  readonly volume: number;
  readonly kpa: number;
  readonly flow: number;
  readonly massG: number;
  readonly estimate: number | null;
  readonly seenMassG: number;
  readonly state: string;
}

function play(scenario: Scenario, untilS: number): { at: (s: number) => Moment; events: string[] } {
  const events: string[] = [];
  let nowS = 0;
  const scene = new Scene(scenario.cast(0, seededRandom(1)), seededRandom(1), {
    happened: (source, state) => events.push(`${nowS} ${source} ${state}`),
    silence: () => {},
    reboot: () => {},
  });
  const moments: Moment[] = [];
  for (nowS = 1; nowS <= untilS; nowS++) {
    scene.advance(1);
    const { truth, pump } = scene.bay;
    moments.push({
      volume: pump?.volumeMl ?? Number.NaN,
      kpa: truth.lineKpa,
      flow: truth.flowMlPerMin,
      massG: truth.massG,
      estimate: scene.estimate.volumeMl,
      seenMassG: scene.seen.mass,
      state: scene.report().state,
    });
  }
  const at = (s: number) => {
    const moment = moments[s - 1];
    if (moment === undefined) throw new Error(`no moment ${s}`);
    return moment;
  };
  return { at, events };
}

describe('nominal refill', () => {
  let at: (s: number) => Moment;
  let events: string[];
  beforeAll(() => {
    ({ at, events } = play(nominalRefill, 700));
  });

  it('shows nothing in the line before the needle', () => {
    expect(at(200)).toMatchObject({ state: 'ready', estimate: 11.8 });
    expect(at(200).flow).toBeCloseTo(0, 4);
    expect(at(200).kpa).toBeCloseTo(0, 4);
  });

  it('steps to 57 kPa within a second of the needle', () => {
    expect(events).toContain('222 needle in');
    expect(at(221).kpa).toBeLessThan(0.1);
    expect(at(223).kpa).toBeCloseTo(57.5, 0);
    expect(at(223).state).toBe('measuring');
  });

  it('drains at about -25 mL/min with about 5 kPa left in the line, decaying to nothing', () => {
    expect(at(232).flow).toBeCloseTo(-25, -1);
    expect(Math.abs(at(232).flow + 25)).toBeLessThan(1);
    expect(Math.abs(at(232).kpa - 5)).toBeLessThan(1);
    expect(Math.abs(at(279).flow)).toBeLessThan(0.05);
    expect(Math.abs(at(279).kpa)).toBeLessThan(0.1);
  });

  it('collects 11.86 g, and the station finds the reservoir empty before EMPTY is over', () => {
    expect(at(285).massG - at(225).massG).toBeCloseTo(11.86, 1);
    expect(Math.abs(at(285).massG - at(225).massG - 11.86)).toBeLessThan(0.02);
    expect(Math.abs(at(285).seenMassG - 11.86)).toBeLessThan(0.1);
    expect(at(279).volume).toBeLessThan(0.01);
    expect(Math.abs(at(279).estimate ?? 99)).toBeLessThan(0.02);
  });

  it('rests at about 44 kPa after 5 mL of cold drug, 9 kPa more while it is pushed, and gives it back', () => {
    expect(at(372).volume).toBeCloseTo(5, 1);
    expect(Math.abs(at(372).kpa - 44)).toBeLessThan(2);
    expect(at(369).flow).toBeCloseTo(10, 1);
    // 9.1 kPa at 0.9 mPa s; water at 22 Cel has 0.95.
    expect(Math.abs(at(369).kpa - at(371).kpa - 9.65)).toBeLessThan(0.6);
    expect(at(396).volume).toBeLessThan(0.1);
    expect(at(396).seenMassG).toBeCloseTo(0, 0);
  });

  it('takes 30 mL in (30.15 g off the scale) while the resting pressure falls towards 18 kPa', () => {
    expect(at(535).volume).toBeCloseTo(30, 1);
    expect(at(535).seenMassG).toBeCloseTo(-30.15, 0);
    expect(Math.abs((at(535).estimate ?? 0) - 30)).toBeLessThan(0.2);
    expect(at(535).kpa).toBeGreaterThan(15);
    expect(at(535).kpa).toBeLessThan(22);
    const rests = [419, 442, 464, 487, 509, 535].map((s) => at(s).kpa);
    expect(rests.every((kpa, i) => i === 0 || kpa < (rests[i - 1] ?? 0))).toBe(true);
  });

  it('shows an empty line within a second of the needle coming out, then a free bay', () => {
    expect(events).toContain('540 needle out');
    expect(Math.abs(at(541).kpa)).toBeLessThan(0.1);
    expect(at(541).estimate).toBeCloseTo(30, 0);
    expect(at(650)).toMatchObject({ estimate: null, state: 'idle' });
  });

  it('starts again with the next patient', () => {
    expect(at(690).estimate).toBeCloseTo(11.8, 6);
  });
});

describe('fast pump', () => {
  it('gives 8.2 mL where 11.8 were expected: the station says so only when nothing more comes', () => {
    const { at } = play(fastPump, 300);
    expect((at(285).massG - at(225).massG) / 1.005).toBeCloseTo(8.16, 1);
    expect(at(200).estimate).toBeCloseTo(11.8, 6);
    expect(Math.abs(at(285).estimate ?? 99)).toBeLessThan(0.02);
  });
});
