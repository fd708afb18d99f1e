/** Each advisory in a sequence written by hand: that it comes, how soon, with which numbers, and that its neighbours stay silent. */
import { describe, expect, it } from 'vitest';
import { FLAG } from '../../../protocols/reading.ts';
import { fillOf } from '../../../src/desk/summary.ts';
import { advisory, Bedside, DAY_MS, MODEL, ORDER, PUMP, T0 } from './bedside.ts';

const kinds = (bed: Bedside) => [...new Set(bed.play().state.advisories.map((a) => a.advisory))];
/** Seconds from `fromMs` until it first came; `null` = never. */
const secondsTo = (bed: Bedside, kind: string, fromMs: number): number | null => {
  const since = bed.play().state.advisories.find((a) => a.advisory === kind)?.sinceMs;
  return since === undefined ? null : (since - fromMs) / 1000;
};
const filling = () => new Bedside().prepared().emptied(11.8).tested().tare().move(5, 15, 45, 34).show(3);

describe('needleNotInReservoir', () => {
  it('comes eight seconds after access without a sign of the reservoir, before anything went in', () => {
    const bed = new Bedside().prepared(1.5);
    const accessMs = bed.now - 4000;
    bed.event('clamp', 'open').show(12);
    expect(secondsTo(bed, 'needleNotInReservoir', accessMs)).toBeCloseTo(8, 0);
    expect(advisory(bed.play(), 'needleNotInReservoir')?.evidence).toMatchObject({
      seenKpa: 1.5,
      injectedMl: 0,
      returnedMl: 0,
    });
  });

  it('comes with the first quarter of a millilitre that is put in blindly', () => {
    const bed = new Bedside().event('clamp', 'closed').show(3).tare().event('needle', 'in').show(1, { kpa: 1 });
    const fromMs = bed.event('clamp', 'open').now;
    bed.show(6, { flow: 10, kpa: 9 });
    // 0.25 mL at 10 mL/min are 1.5 s.
    expect(secondsTo(bed, 'needleNotInReservoir', fromMs)).toBeLessThan(2.2);
    expect(bed.play().state.level?.value).toBeCloseTo(11.8, 0);
    expect(bed.play().state.level?.u95).toBeGreaterThan(3.5);
  });

  it('does not take a pulse of the artery for the reservoir, nor a trickle out of it', () => {
    const bed = new Bedside().prepared(12.5).event('clamp', 'open').show(240, { flow: -0.2, kpa: 12 });
    expect(kinds(bed)).toContain('needleNotInReservoir');
    expect(bed.play().state.levelFrom).toBe('expected');
  });

  it('does not come when the propellant is felt, or fluid returns', () => {
    expect(kinds(new Bedside().prepared(57).show(60))).toEqual([]);
    const open = new Bedside()
      .event('clamp', 'open')
      .show(2)
      .tare()
      .event('needle', 'in')
      .show(3, { flow: -24, kpa: 8 });
    expect(kinds(open.show(5))).toEqual([]);
  });

  it('ends when the test volume comes back: the pump was dry, and the needle in it', () => {
    const bed = new Bedside().prepared(0).event('clamp', 'open').show(10).tested();
    expect(advisory(bed.play(), 'needleNotInReservoir')?.present).toBe(false);
  });
});

describe('needleDislodged', () => {
  it('comes within a second when the back pressure is lost during a push', () => {
    const bed = filling().show(4, { flow: 15, kpa: 44 });
    const lostMs = bed.now;
    bed.show(4, { kpa: 13 });
    expect(secondsTo(bed, 'needleDislodged', lostMs)).toBeLessThan(1.2);
    const { level } = bed.play().state;
    // What went in since is not counted in, and is in doubt.
    expect(level?.value).toBeLessThan(6.1);
    expect((level?.value ?? 0) + (level?.u95 ?? 0)).toBeGreaterThan(7);
  });

  it('comes when the line goes slack at rest', () => {
    const bed = filling();
    const lostMs = bed.now;
    bed.show(3, { kpa: 2 });
    expect(secondsTo(bed, 'needleDislodged', lostMs)).toBeLessThan(1.5);
  });

  it('comes when the drain breaks off, not when it dies away', () => {
    const bed = new Bedside().prepared().event('clamp', 'open').move(-5, 24, 8, 2).show(3);
    expect(kinds(bed)).toEqual(['needleDislodged']);
    expect(bed.play().state.levelFrom).toBe('expected');
    expect(kinds(new Bedside().prepared().emptied(11.8))).toEqual([]);
  });

  it('comes when the needle slips out while fluid is on its way, not when it is withdrawn', () => {
    const slipped = filling().show(2, { flow: 15, kpa: 44 }).event('needle', 'out').show(1, { kpa: 9 });
    expect(kinds(slipped)).toContain('needleDislodged');
    const withdrawn = filling().event('clamp', 'closed').show(3).event('needle', 'out').show(3, { kpa: 0 });
    expect(kinds(withdrawn)).toEqual([]);
  });

  it('is seen in a pump so cold that tissue would do, because its pressure was felt just before', () => {
    // 22 Cel into a small pump: by worst assumptions nothing would be left of the pressure, but 19 kPa were there.
    const small = { ...MODEL, capacityMl: 16 };
    const bed = new Bedside({ pump: { ...PUMP, model: small, fills: [] } })
      .prepared()
      .emptied(8)
      .show(10)
      .tested()
      .tare();
    for (const kpa of [30, 19])
      bed
        .show(0, { cel: 18 })
        .move(6, 7, kpa + 6, kpa)
        .show(4);
    expect(kinds(bed)).toEqual([]);
    const lostMs = bed.now;
    bed.show(3, { flow: 7, kpa: 6.6 });
    expect(secondsTo(bed, 'needleDislodged', lostMs)).toBeLessThan(2);
  });

  it('does not take cold fluid for a lost needle: the pressure falls with the temperature', () => {
    const bed = new Bedside().prepared().emptied(11.8).tare().event('clamp', 'open');
    // 8 Cel: 5 mL by 5 mL from 57 down to 8 kPa.
    const static_ = [44, 33, 24, 17, 12, 8];
    for (const kpa of static_)
      bed
        .show(0, { cel: 8 })
        .move(5, 15, kpa + 11.3, kpa)
        .show(3);
    expect(kinds(bed)).toEqual(['coldFill']);
  });
});

const overdue = {
  pump: { ...PUMP, fills: [{ atMs: T0 - 30 * DAY_MS, filledMl: 30, residualMl: null, actualFlow: null }] },
};

describe('reservoirEmpty', () => {
  it('is said where the last fill may be used up', () => {
    const bed = new Bedside(overdue).prepared(0.2).event('clamp', 'open').show(10);
    expect(kinds(bed)).toEqual(['needleNotInReservoir', 'reservoirEmpty']);
  });

  it('is not said where it cannot be: then the needle is not in it', () => {
    const bed = new Bedside().prepared(0.2).event('clamp', 'open').show(10);
    expect(kinds(bed)).toEqual(['needleNotInReservoir']);
  });

  it('is said when next to nothing was drained', () => {
    const bed = new Bedside(overdue).prepared(25).event('clamp', 'open').diesAway(0.4, 8, 3).show(8);
    expect(kinds(bed)).toContain('reservoirEmpty');
    expect(bed.play().state.residual?.value).toBeCloseTo(0.4, 1);
  });
});

describe('a needle that was never known to be in the reservoir', () => {
  it('gives no residual, no verdict and no fill for the register', () => {
    const bed = new Bedside().prepared(0.6).event('clamp', 'open').show(30).event('clamp', 'closed').show(3);
    bed.event('clamp', 'open').move(9, 15, 5, 3).show(5).event('clamp', 'closed').show(2);
    const { state } = bed.event('needle', 'out').show(40, { kpa: 0 }).play();
    expect([state.residual, state.reconciliation]).toEqual([null, null]);
    expect(state.advisories.map((a) => a.advisory)).not.toContain('residualOutsideBand');
    expect(fillOf({ ...state, outcome: 'completed' })).toBeNull();
  });

  it('but was, as the test volume shows: then the pump was dry, and its level is known', () => {
    const bed = new Bedside(overdue).prepared(0.2).event('clamp', 'open').show(20);
    const { state } = bed.move(5, 10, 53, 44).show(3).move(-5, 20, 10, 5).show(2).move(10, 15, 45, 34).show(3).play();
    expect(state.residual?.value).toBe(0);
    expect(state.levelFrom).toBe('measured');
    expect(state.level?.value).toBeCloseTo(10, 1);
    expect(state.level?.u95).toBeLessThan(0.3);
  });
});

describe('the line', () => {
  it('linePressureHigh: over the limit, and at a rise at constant push', () => {
    const over = filling().show(1, { flow: 15, kpa: 125 });
    expect(advisory(over.play(), 'linePressureHigh')?.evidence).toMatchObject({ limitKpa: expect.closeTo(117.5, 0) });
    const rising = filling().show(2, { flow: 15, kpa: 45 });
    for (let kpa = 45; kpa < 75; kpa += 0.4) rising.show(0.1, { kpa });
    expect(kinds(rising)).toContain('linePressureHigh');
  });

  it('overfill: the bellows at its stop, and more than the capacity', () => {
    const bed = new Bedside().prepared().emptied(11.8).tested().tare();
    for (let i = 0; i < 6; i++) bed.move(5, 15, 45, 34).show(3);
    expect(kinds(bed)).toEqual([]);
    const fullMs = bed.now;
    // 40 kPa/mL at 15 mL/min: 1 kPa each tenth of a second.
    for (let kpa = 45; kpa < 90; kpa++) bed.show(0.1, { flow: 15, kpa });
    expect(kinds(bed)).toContain('overfill');
    expect(secondsTo(bed, 'overfill', fullMs)).toBeLessThan(3);
  });

  it('lineOccluded: nothing comes although the propellant pushes; nothing goes in although the hand does', () => {
    const drain = new Bedside().prepared().event('clamp', 'open').show(5);
    expect(kinds(drain)).toEqual(['lineOccluded']);
    const push = filling().show(5, { flow: 0, kpa: 150 });
    expect(kinds(push)).toContain('lineOccluded');
    // The plunger held between two portions is no occlusion.
    expect(kinds(filling().show(30))).toEqual([]);
  });

  it('airInLine: with the needle in, not while the line is primed', () => {
    const primed = new Bedside()
      .event('clamp', 'open')
      .show(3, { flow: 10, flags: FLAG.airInLine })
      .show(0, { flow: 0, flags: 0 });
    expect(kinds(primed)).toEqual([]);
    const air = filling().show(1, { flow: 15, kpa: 44, flags: FLAG.airInLine }).show(1, { flags: 0 });
    expect(kinds(air)).toEqual(['airInLine']);
  });

  it('leak: fluid comes back out of the needle and reaches no scale', () => {
    const bed = filling().show(4, { flow: -0.5, kpa: 34, massShown: () => -5 });
    expect(advisory(bed.play(), 'leak')?.evidence.lostMlPerMin).toBeGreaterThan(0.1);
    expect(secondsTo(bed, 'leak', bed.now - 4000)).toBeLessThan(3);
  });

  it('leak: the reservoir is empty again before the test volume is back', () => {
    const bed = new Bedside().prepared().emptied(11.8).tare().event('clamp', 'open').move(5, 10, 53, 44).show(3);
    bed.move(-3, 20, 10).diesAway(1, 20, 10).show(8);
    expect(advisory(bed.play(), 'leak')?.evidence.lostMl).toBeCloseTo(1, 1);
    expect(bed.play().state.level?.value).toBeCloseTo(0, 1);
  });

  it('leak: so fast that hardly anything comes back, although the reservoir itself was felt before', () => {
    const bed = new Bedside().prepared().emptied(11.8).tare().event('clamp', 'open').move(5, 10, 53, 44).show(3);
    bed.diesAway(0.8, 20, 10).show(8);
    expect(advisory(bed.play(), 'leak')?.evidence.lostMl).toBeCloseTo(4.2, 1);
    expect(kinds(bed)).not.toContain('needleDislodged');
  });
});

describe('coldFill', () => {
  it('for fluid from the refrigerator, not for fluid from the room', () => {
    expect(kinds(filling().show(4, { flow: 15, kpa: 44, cel: 6 }))).toEqual(['coldFill']);
    expect(kinds(filling().show(4, { flow: 15, kpa: 44, cel: 21 }))).toEqual([]);
  });

  it('for a pump that is colder than the body', () => {
    const bed = new Bedside().prepared(40).show(3);
    expect(advisory(bed.play(), 'coldFill')?.evidence).toMatchObject({ staticKpa: expect.closeTo(40, 0) });
  });
});

describe('scale and flow sensor', () => {
  const drain = (bed: Bedside) => bed.event('clamp', 'open').show(25, { flow: -24, kpa: 8 });

  it('agree: nothing is said, whatever the load on the scale', () => {
    const bed = new Bedside().load(80).prepared();
    expect(kinds(drain(bed))).toEqual([]);
    expect(bed.play().state.drained?.value).toBeCloseTo(10, 1);
  });

  it('an announced tare, one that nobody announced, and a hand on the scale change no volume', () => {
    const half = (bed: Bedside) => bed.event('clamp', 'open').move(-5, 24, 8, 57).show(3);
    for (const meddle of [
      (bed: Bedside) => bed.tare(),
      (bed: Bedside) => bed.tare(false),
      (bed: Bedside) => bed.load(25),
      (bed: Bedside) => bed.load(-2).show(0.4).load(2),
    ]) {
      const bed = meddle(half(new Bedside().prepared())).show(3);
      bed.move(-5, 24, 8, 57).show(3);
      expect(bed.play().state.drained?.value).toBeCloseTo(10, 1);
      expect(kinds(bed).filter((k) => k !== 'lineOccluded')).toEqual([]);
    }
  });

  it('a touch in the middle of a push changes no volume either', () => {
    const bed = filling().show(4, { flow: 15, kpa: 44 }).load(-3).show(2).load(3).show(6);
    expect(bed.play().state.filled?.value).toBeCloseTo(5 + 3, 0);
    expect(kinds(bed)).toEqual([]);
  });

  it('disagree by 10 %: said, and the scale is believed', () => {
    const bed = new Bedside().prepared().show(0, { flowShown: (q) => q * 1.1 });
    drain(bed).show(6, { flow: 0, kpa: 57 });
    expect(advisory(bed.play(), 'sensorMismatch')?.evidence.flowGainPercent).toBeGreaterThan(9);
    expect(bed.play().state.drained?.value).toBeCloseTo(10, 0);
  });

  it('a flow sensor that hangs: said, the scale leads, and the level is less certain', () => {
    const bed = new Bedside().prepared().show(0, { flowShown: () => 0 });
    drain(bed);
    expect(kinds(bed)).toContain('sensorMismatch');
    const { drained } = bed.play().state;
    expect(Math.abs((drained?.value ?? 0) - 10)).toBeLessThan(0.3);
  });

  it('a scale that hangs: said, and the flow leads', () => {
    const bed = new Bedside().prepared().show(0, { massShown: () => 0.01 });
    drain(bed);
    expect(kinds(bed)).toContain('sensorMismatch');
    expect(bed.play().state.drained?.value).toBeCloseTo(10, 0);
    expect(bed.play().state.level?.u95).toBeGreaterThan(3);
  });

  it('a scale that does not show 0 after a tare, and a channel that says nothing', () => {
    const tared = new Bedside()
      .show(2)
      .tare()
      .show(12, { massShown: (g) => g + 4 });
    expect(kinds(tared)).toEqual(['sensorMismatch']);
    const missing = new Bedside().prepared().show(7, { massShown: () => null });
    expect(advisory(missing.play(), 'sensorMismatch')?.evidence.missing).toBe(1);
  });

  it('a hand that still lies on the scale when it is tared is no bad tare', () => {
    let handG = 1.4;
    const fade = () => {
      handG *= 0.72;
      return handG;
    };
    const bed = filling()
      .tare()
      .show(4, { massShown: (g) => g + fade() });
    expect(kinds(bed)).toEqual([]);
  });

  it('a scale at its end says nothing, whatever number it shows', () => {
    const bed = filling().show(7, { massShown: () => 300, flags: FLAG.overload });
    expect(advisory(bed.play(), 'sensorMismatch')?.evidence.missing).toBe(1);
  });

  it('a flow sensor whose zero creeps away is a bad sensor, and no leak', () => {
    let zeroMlPerMin = 0;
    const creep = () => {
      zeroMlPerMin -= 0.001;
      return zeroMlPerMin;
    };
    const bed = new Bedside().event('needle', 'out').event('clamp', 'closed').tare().event('sensor', 'zeroed');
    bed
      .show(60, { flowShown: (q) => q + creep() })
      .event('needle', 'in')
      .show(8, { kpa: 57 });
    expect(kinds(bed)).toEqual(['sensorMismatch']);
  });

  it('a flow beyond the sensor’s end: the scale leads, nothing is said', () => {
    const bed = new Bedside().prepared().event('clamp', 'open');
    bed.show(12, { flow: -48, kpa: 8, flowShown: () => -40, flags: FLAG.highFlow });
    expect(bed.play().state.drained?.value).toBeCloseTo(9.6, 1);
    expect(kinds(bed)).toEqual([]);
  });
});

describe('density', () => {
  it('is that of what was filled last while it drains, and of what is ordered while it fills', () => {
    const fills = [{ atMs: T0 - 14 * DAY_MS, filledMl: 30, residualMl: null, actualFlow: null, densityGPerMl: 1.1 }];
    const bed = new Bedside({ pump: { ...PUMP, fills }, order: { ...ORDER, densityGPerMl: 1 } }).show(0, {
      massShown: (g) => (g > 0 ? g * 1.1 : g),
    });
    bed.prepared().emptied(11.8);
    // With the density of the order it would be 13.
    expect(Math.abs((bed.play().state.residual?.value ?? 0) - 11.8)).toBeLessThan(0.1);
  });
});
