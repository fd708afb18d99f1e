import { describe, expect, it } from 'vitest';
import type { HoldPoint, NurseAction } from '../../../src/refill/model.ts';
import type { Refill } from '../../../src/refill/refill.ts';
import { advisory, Bedside, DAY_MS, hold, ORDER, PUMP, T0 } from './bedside.ts';

const PUMP_CARD = '010952123454321321P0042';
const DRUG = '010952123456789917291231';
const ordered = { order: { ...ORDER, expectedPumpUdi: PUMP_CARD, expectedDrugCode: '(01)09521234567899' } };
const over = (name: HoldPoint, reason = 'seen by two'): NurseAction => ({ do: 'override', hold: name, reason });
const filledBefore = (days: number, filledMl = 30) => ({
  pump: { ...PUMP, fills: [{ atMs: T0 - days * DAY_MS, filledMl, residualMl: null, actualFlow: null }] },
});

describe('H1 identity', () => {
  const scan = (...data: string[]) => {
    const bed = new Bedside(ordered).show(1);
    for (const one of data) bed.event('scan', 'gs1-datamatrix', one).show(1);
    return bed.play();
  };

  it('passes when pump and drug have both been scanned, in any order', () => {
    expect(hold(scan(PUMP_CARD), 'identity')).toBe('pending');
    expect(hold(scan(PUMP_CARD, DRUG), 'identity')).toBe('passed');
    expect(hold(scan(DRUG, PUMP_CARD), 'identity')).toBe('passed');
  });

  it('holds at anything else, until all is right', () => {
    const other = scan('010952123454321321P0043', DRUG);
    expect(hold(other, 'identity')).toBe('held');
    expect(advisory(other, 'wrongPumpOrDrug')).toMatchObject({ present: true, evidence: { strange: 1 } });
    const right = scan('010952123454321321P0043', DRUG, PUMP_CARD);
    expect(hold(right, 'identity')).toBe('passed');
    expect(hold(scan(PUMP_CARD, DRUG, '010952765432109710X'), 'identity')).toBe('held');
  });

  it('is held when the needle goes in and not all was scanned; what is scanned then still counts', () => {
    const late = (...data: string[]) => {
      const bed = new Bedside(ordered).show(1).event('scan', 'gs1-datamatrix', PUMP_CARD).show(1);
      bed.event('needle', 'in').show(1);
      for (const one of data) bed.event('scan', 'gs1-datamatrix', one).show(1);
      return bed.play();
    };
    expect(hold(late(), 'identity')).toBe('held');
    expect(advisory(late(), 'wrongPumpOrDrug')?.present ?? false).toBe(false);
    expect(hold(late(PUMP_CARD), 'identity')).toBe('held');
    expect(hold(late(DRUG), 'identity')).toBe('passed');
  });

  it('then held is passed by name when nothing wrong was scanned, and a right scan does not take that back', () => {
    const unscanned = new Bedside(ordered).show(1).event('needle', 'in').show(1);
    unscanned.nurse({ do: 'pass', hold: 'identity' }).event('scan', 'gs1-datamatrix', PUMP_CARD).show(1);
    expect(unscanned.play().state.holds[0]).toMatchObject({ hold: 'identity', state: 'passed', by: 'nurse A' });
    unscanned.event('scan', 'gs1-datamatrix', '010952123454321321P0043').event('scan', 'qr', 'another').show(1);
    expect(hold(unscanned.play(), 'identity')).toBe('held');
    expect(hold(unscanned.nurse({ do: 'pass', hold: 'identity' }).play(), 'identity')).toBe('held');
  });

  it('is passed by whoever goes on where nothing is to be scanned, and by no reading', () => {
    const bed = new Bedside().show(1).event('needle', 'in').show(1);
    expect(hold(bed.play(), 'identity')).toBe('pending');
    const gone = new Bedside().show(1).nurse({ do: 'phase', phase: 'zero' }).play();
    expect(gone.state.holds[0]).toMatchObject({ hold: 'identity', state: 'passed', by: 'nurse A' });
    const byScan = new Bedside(ordered).show(1).nurse({ do: 'phase', phase: 'zero' });
    expect(hold(byScan.play(), 'identity')).toBe('pending');
  });

  it('is for the nurse when nothing is to be scanned', () => {
    const bed = new Bedside().show(1);
    expect(hold(bed.play(), 'identity')).toBe('pending');
    expect(hold(bed.nurse({ do: 'pass', hold: 'identity' }).play(), 'identity')).toBe('passed');
    expect(bed.play().state.holds[0]?.by).toBe('nurse A');
  });
});

describe('H2 passive return', () => {
  it('is held a minute after access, at that moment, and passes when it comes after all', () => {
    const bed = new Bedside().prepared(0);
    const accessMs = bed.now - 4000;
    bed.event('clamp', 'open').show(40).silence(30);
    expect(hold(bed.play(), 'passiveReturn')).toBe('pending');
    bed.show(1);
    const held = bed.play().state.holds.find((h) => h.hold === 'passiveReturn');
    expect(held).toMatchObject({ state: 'held', atMs: accessMs + 60_000 });
    bed.show(0, { flow: -24 }).show(3, { kpa: 8 });
    expect(hold(bed.play(), 'passiveReturn')).toBe('passed');
  });
});

describe('H3 residual verdict, H7 drained volume', () => {
  const drained = (ml: number, since: object = {}) => new Bedside(since).prepared().emptied(ml);

  it('passes within the band, holds beyond it and where it cannot be said', () => {
    expect(hold(drained(11.8).play(), 'residualVerdict')).toBe('passed');
    expect(hold(drained(8).play(), 'residualVerdict')).toBe('held');
    expect(hold(drained(9.1).play(), 'residualVerdict')).toBe('held');
    expect(drained(9.1).play().state.reconciliation?.verdict).toBe('indeterminate');
    expect(advisory(drained(8).play(), 'residualOutsideBand')?.present).toBe(true);
    expect(advisory(drained(9.1).play(), 'residualOutsideBand')).toBeUndefined();
  });

  it('passes at a first fill: there is nothing to compare with', () => {
    const first = drained(3, { pump: { ...PUMP, fills: [] } }).play();
    expect(hold(first, 'residualVerdict')).toBe('passed');
    expect(first.state.reconciliation).toBeNull();
  });

  it('is judged again when the nurse corrects the residual, with her reason on record', () => {
    const bed = drained(8).nurse({ do: 'residual', ml: 11.6, reason: 'some was spilled' });
    const { state } = bed.play();
    expect(hold(bed.play(), 'residualVerdict')).toBe('passed');
    expect(state.residual).toEqual({ value: 11.6, u95: expect.closeTo(0.464, 3) });
    expect(state.corrections).toEqual([
      { atMs: bed.now, by: 'nurse A', what: 'residual', ml: 11.6, reason: 'some was spilled' },
    ]);
  });

  it('holds at more than was ever filled', () => {
    expect(hold(drained(11.8).play(), 'drainedVolume')).toBe('passed');
    expect(hold(drained(11.8, filledBefore(14, 10)).play(), 'drainedVolume')).toBe('held');
    expect(hold(drained(11.8).nurse({ do: 'residual', ml: -3, reason: 'typed' }).play(), 'drainedVolume')).toBe('held');
  });

  it('knows less when the clamp is closed with pressure left', () => {
    const bed = new Bedside().prepared().event('clamp', 'open').move(-8, 24, 8, 57).event('clamp', 'closed').show(4);
    const { state } = bed.play();
    expect(state.phase).toBe('measure');
    expect(state.residual?.value).toBeCloseTo(8, 1);
    expect(state.residual?.u95).toBeGreaterThan(3);
    expect(state.levelFrom).toBe('expected');
  });
});

describe('H4 test volume', () => {
  const ready = () => new Bedside().prepared().emptied(11.8).tare().event('clamp', 'open');

  it('passes when 4.5 of 5 mL come back', () => {
    const bed = ready().move(5, 10, 53, 44).show(3).move(-3.8, 20, 10).diesAway(0.8, 20, 10).show(8);
    expect(hold(bed.play(), 'testVolume')).toBe('passed');
  });

  it('is held when less comes back and no more is on its way', () => {
    const bed = ready().move(5, 10, 53, 44).show(3).move(-2, 20, 30, 30).show(5);
    expect(hold(bed.play(), 'testVolume')).toBe('pending');
    expect(hold(bed.show(8).play(), 'testVolume')).toBe('held');
  });

  it('is held when the fill goes on without it', () => {
    const bed = ready().move(7, 10, 53, 44).show(3);
    expect(hold(bed.play(), 'testVolume')).toBe('held');
    expect(bed.play().state.phase).toBe('fill');
  });
});

describe('H5 line pressure', () => {
  const pushed = (kpa: number) =>
    new Bedside().prepared().emptied(11.8).tested().tare().move(5, 15, 45, 34).show(3).show(2, { flow: 5, kpa });

  it('is held over the limit, and the nurse passes it when it is over', () => {
    const bed = pushed(125);
    expect(hold(bed.play(), 'linePressure')).toBe('held');
    expect(bed.play().refusal({ do: 'pass', hold: 'linePressure' })).toMatch(/override it/);
    bed.show(5, { flow: 0, kpa: 34 });
    expect(bed.play().refusal({ do: 'pass', hold: 'linePressure' })).toBeNull();
    expect(hold(bed.nurse({ do: 'pass', hold: 'linePressure' }).play(), 'linePressure')).toBe('passed');
  });

  it('passes with the needle out when nothing was', () => {
    const bed = pushed(45).event('clamp', 'closed').show(2, { flow: 0, kpa: 34 }).event('needle', 'out').show(1);
    expect(hold(bed.play(), 'linePressure')).toBe('passed');
  });
});

describe('H6 capacity', () => {
  const order = (fillMl: number) => ({ order: { ...ORDER, fillMl } });

  it('holds when the fill is more than the label says, and when it is on top of what was left', () => {
    expect(hold(new Bedside(order(30)).prepared().emptied(11.8).play(), 'capacity')).toBe('passed');
    expect(hold(new Bedside(order(31)).prepared().emptied(11.8).play(), 'capacity')).toBe('held');
    const half = (fillMl: number) =>
      new Bedside(order(fillMl)).prepared().event('clamp', 'open').move(-5, 24, 8, 57).event('clamp', 'closed').show(4);
    expect(hold(half(30).play(), 'capacity')).toBe('held');
    expect(hold(half(20).play(), 'capacity')).toBe('passed');
  });

  it('is judged again when the order changes', () => {
    const bed = new Bedside(order(31)).prepared().emptied(11.8);
    expect(hold(bed.nurse({ do: 'order', order: ORDER }).play(), 'capacity')).toBe('passed');
  });
});

describe('overrides and refusals', () => {
  const refused = (refill: Refill, action: NurseAction) => refill.refusal(action);

  it('a held point stops the phases behind it until it is overridden with a reason', () => {
    const bed = new Bedside().prepared().emptied(8);
    expect(refused(bed.play(), { do: 'phase', phase: 'fill' })).toMatch(/held at residualVerdict/);
    expect(refused(bed.play(), { do: 'finish' })).toMatch(/override it with a reason, or abort/);
    expect(refused(bed.play(), over('residualVerdict', ' '))).toMatch(/needs a reason/);
    expect(bed.nurse({ do: 'phase', phase: 'fill' }).play().state.phase).toBe('measure');
    bed.nurse(over('residualVerdict')).nurse({ do: 'phase', phase: 'fill' });
    const { state } = bed.play();
    expect(state.phase).toBe('fill');
    expect(state.holds.find((h) => h.hold === 'residualVerdict')).toMatchObject({
      state: 'overridden',
      by: 'nurse A',
      reason: 'seen by two',
      atMs: bed.now,
    });
  });

  it('an override stands whatever is measured afterwards', () => {
    const bed = new Bedside().prepared().nurse(over('residualVerdict')).emptied(8);
    expect(hold(bed.play(), 'residualVerdict')).toBe('overridden');
  });

  it('abort and resume', () => {
    const bed = new Bedside().prepared().nurse({ do: 'abort', reason: 'patient unwell' });
    expect(bed.play().state).toMatchObject({ outcome: 'stopped', stoppedReason: 'patient unwell' });
    expect(refused(bed.play(), { do: 'finish' })).toMatch(/resume it first/);
    expect(refused(bed.play(), { do: 'resume', reason: '' })).toMatch(/needs a reason/);
    // Fluid that moves meanwhile is counted; the phase stands.
    bed.event('clamp', 'open').show(5, { flow: -24, kpa: 8 });
    expect(bed.play().state.phase).toBe('access');
    bed.nurse({ do: 'resume', reason: 'better' }).show(2);
    expect(bed.play().state).toMatchObject({ outcome: 'in-progress', stoppedReason: null, phase: 'empty' });
    expect(bed.play().state.drained?.value).toBeCloseTo(2.8, 1);
  });

  it('a station without a needle sensor: the nurse says when', () => {
    const bed = new Bedside().event('clamp', 'closed').show(3).nurse({ do: 'phase', phase: 'access' });
    bed.show(4, { kpa: 57 }).event('clamp', 'open').show(5, { flow: -24, kpa: 8 });
    const { state } = bed.play();
    expect(state.needle).toBe('unknown');
    expect(state.phase).toBe('empty');
    expect(state.drained?.value).toBeCloseTo(2, 1);
  });
});
