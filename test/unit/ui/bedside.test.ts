import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PHASES } from '../../../src/refill/model.ts';
import { alarmsOf, pauseOf, prioritySounding } from '../../../src/web/ui/model/alarms-of.ts';
import { evidenceText } from '../../../src/web/ui/model/evidence.ts';
import { nextStep, STEPS, toFill } from '../../../src/web/ui/model/next-step.ts';
import { entryOf, parseNumber } from '../../../src/web/ui/model/number-entry.ts';
import { findPumps } from '../../../src/web/ui/model/pump-search.ts';
import { RefillStore } from '../../../src/web/ui/model/refill-store.ts';
import { expectedResidual, residualScale, verdictWord } from '../../../src/web/ui/model/residual.ts';
import { stopwatchText } from '../../../src/web/ui/time-text.ts';
import { alarmOf, boardOf, pumpAt, reconciliationOf, refillIn } from '../../support/refill-states.ts';

const NOW = 1_800_000_000_000;

describe('next step', () => {
  it('follows needle, clamp and mass within a phase', () => {
    const step = (phase: (typeof PHASES)[number], over = {}) => nextStep(refillIn(phase, NOW, over));
    expect(step('access', { needle: 'out' })).toBe('accessInsert');
    expect(step('access', { needle: 'in' })).toBe('accessCheck');
    expect(step('empty', { clamp: 'closed' })).toBe('emptyOpen');
    expect(step('empty', { clamp: 'open' })).toBe('emptyRun');
    expect(step('measure', { clamp: 'open' })).toBe('measureClose');
    expect(step('measure', { clamp: 'closed', reconciliation: null })).toBe('measureStable');
    expect(step('measure', { clamp: 'closed' })).toBe('measureDecide');
    expect(step('deaccess', { needle: 'in' })).toBe('deaccessWithdraw');
    expect(step('deaccess', { needle: 'out' })).toBe('deaccessDress');
  });

  it('asks for scans only where a scan can answer', () => {
    const state = refillIn('identify', NOW);
    expect(nextStep(state)).toBe('identifyCheck');
    const byScan = { ...state, order: { ...state.order, expectedPumpUdi: '2120175' } };
    expect(nextStep(byScan)).toBe('identifyScan');
    const holds = state.holds.map((h) => (h.hold === 'identity' ? { ...h, state: 'passed' as const } : h));
    expect(nextStep({ ...byScan, holds })).toBe('identifyCheck');
  });

  it('stops filling when the order is in, and never asks for less than nothing', () => {
    const filling = (value: number) => refillIn('fill', NOW, { filled: { value, u95: 0.2 } });
    expect([toFill(filling(0)), toFill(filling(18.4)), toFill(filling(31))]).toEqual([30, expect.closeTo(11.6), 0]);
    expect(nextStep(filling(29.4))).toBe('fill');
    expect(nextStep(filling(29.8))).toBe('fillDone');
  });

  it('knows a step for every phase', () => {
    for (const phase of PHASES) expect(STEPS).toContain(nextStep(refillIn(phase, NOW)));
  });
});

describe('residual', () => {
  it('is expected from what the level started from, until it is reckoned up', () => {
    const emptying = refillIn('empty', NOW);
    expect(expectedResidual(emptying)?.value).toBeCloseTo(6.2 + 5.6);
    expect(expectedResidual({ ...emptying, level: null })).toBeNull();
    expect(expectedResidual(refillIn('fill', NOW))).toEqual({ value: 11.8, u95: 0.4 });
  });

  it('has the band where pumps at its edges leave their residuals (30 mL, 1.3 mL/d, 14 d, 15 %)', () => {
    const scale = residualScale(reconciliationOf(11.8), 1.3);
    expect(scale.band[0]).toBeCloseTo(9.07, 2);
    expect(scale.band[1]).toBeCloseTo(14.53, 2);
    expect(scale.place(9.07)).toBeGreaterThan(0.1);
    expect(scale.place(14.53)).toBeLessThan(0.9);
    expect(scale.place(9.07)).toBeLessThan(scale.place(11.8));
  });

  it('keeps everything on the scale, whatever was measured', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 40, noNaN: true }),
        fc.double({ min: 0.01, max: 5, noNaN: true }),
        (ml, u95) => {
          const scale = residualScale(reconciliationOf(ml, u95), 1.3);
          expect(scale.fromMl).toBeGreaterThanOrEqual(0);
          expect(ml).toBeGreaterThanOrEqual(scale.fromMl);
          expect(ml + u95).toBeLessThanOrEqual(scale.toMl);
        },
      ),
    );
  });

  it('is called fast when little is left, slow when much is', () => {
    const word = (ml: number) => {
      const { verdict, deviationPercent } = reconciliationOf(ml);
      return verdictWord(verdict, deviationPercent.value);
    };
    expect(word(11.8)).toBe('within');
    expect(word(7)).toBe('outsideFast');
    expect(word(17)).toBe('outsideSlow');
    expect(word(9.1)).toBe('indeterminate');
  });
});

describe('typed numbers', () => {
  it('come with a point or a comma', () => {
    expect(['11.8', '11,8', ' 0,5 ', '-3', '\u22123', '7.'].map(parseNumber)).toEqual([11.8, 11.8, 0.5, -3, -3, 7]);
  });

  it('are nothing else: no guess is made', () => {
    for (const bad of ['', '3o', '1.000,5', '1 000', '1e3', '0x10', '.', ',', '--1', 'Infinity', '11.8 mL']) {
      expect(parseNumber(bad), bad).toBeNull();
    }
  });

  it('say why they cannot be used', () => {
    expect(entryOf('31', { min: 0, max: 30 })).toEqual({ ok: false, why: 'out-of-range' });
    expect(entryOf('x', { min: 0, max: 30 })).toEqual({ ok: false, why: 'no-number' });
    expect(entryOf('30', { min: 0, max: 30 })).toEqual({ ok: true, value: 30 });
  });
});

describe('finding a pump', () => {
  const one = pumpAt(NOW);
  const other = { ...one, pump: 'P-0008', serial: 'CF30-20001', udi: '(01)00850014110147(21)20001', patientRef: null };
  const serials = (text: string) => findPumps([one, other], text).pumps.map((p) => p.serial);

  it('takes a scan as it comes from the scanner, with symbology and separators', () => {
    expect(findPumps([one, other], ']d20100850014110147\u001d2120175')).toMatchObject({ scanned: true, pumps: [one] });
  });

  it('takes parts of what is known of it, all of the words', () => {
    expect(serials('20001')).toEqual(['CF30-20001']);
    expect(serials('r-5512')).toEqual(['CF30-20175']);
    expect(serials('cf 201')).toEqual(['CF30-20175']);
    expect(serials('')).toHaveLength(2);
    expect(serials('nothing')).toEqual([]);
  });
});

describe('alarms of one bedside', () => {
  const stations = new Map([
    ['HRS-1001', {}],
    ['HRS-1002', {}],
  ]);
  const entries = [
    alarmOf('overfill', NOW, { source: 'HRS-1002' }),
    alarmOf('airInLine', NOW),
    alarmOf('storeUnreachable', NOW, { source: 'bridge-1' }),
  ];

  it('are those of its station and of the bridge', () => {
    expect(alarmsOf(entries, 'HRS-1001', stations).map((e) => e.condition)).toEqual(['airInLine', 'storeUnreachable']);
  });

  it('sound by the most urgent that is on, not by what is acknowledged, paused or next door', () => {
    expect(prioritySounding(entries, 'HRS-1001', stations)).toBe('medium');
    expect(prioritySounding(entries, 'HRS-1002', stations)).toBe('high');
    const answered = entries.map((e) => ({ ...e, signal: 'acknowledged' as const }));
    expect(prioritySounding(answered, 'HRS-1001', stations)).toBeNull();
  });

  it('count a pause down by this screen’s own clock', () => {
    const pause = { source: null, by: 'A', untilUtcMs: NOW + 90_000, remainingMs: 90_000 };
    const board = boardOf(NOW, entries, [pause, { ...pause, source: 'HRS-1002', remainingMs: 200_000 }]);
    expect(pauseOf(board, 'HRS-1001', 30_000)?.leftMs).toBe(60_000);
    expect(pauseOf(board, 'HRS-1002', 30_000)?.leftMs).toBe(170_000);
    expect(pauseOf(board, 'HRS-1001', 90_000)).toBeNull();
  });
});

describe('evidence', () => {
  it('says what it has words for, with the unit its name ends in', () => {
    const words = { seenKpa: 'seen', lostMlPerMin: 'losing', seconds: 'for', actualFlowMlPerDay: 'flow' };
    const text = evidenceText(
      { seenKpa: 4.23, lostMlPerMin: 0.7, seconds: 12.4, actualFlowMlPerDay: 1.3, secret: 3 },
      words,
      ',',
      (ucum) => (ucum === 'mL/d' ? 'mL/dag' : ucum),
    );
    expect(text).toBe('seen 4,2 kPa · losing 0,7 mL/min · for 12 s · flow 1,30 mL/dag');
  });
});

describe('refills on the stream', () => {
  const station = 'HRS-1001';
  const state = (over = {}) => refillIn('fill', NOW, over);

  it('are known once the board has come, and open ones not said again are gone', () => {
    const store = new RefillStore();
    store.refill(state(), 10, 0);
    expect(store.known.value).toBe(false);
    store.alarms(boardOf(NOW, []), 11, 0);
    expect([store.known.value, store.open.value.has(station)]).toEqual([true, true]);
    store.opened();
    expect(store.known.value).toBe(false);
    expect(store.open.value.has(station)).toBe(true);
    store.alarms(boardOf(NOW, []), 20, 0);
    expect(store.open.value.has(station)).toBe(false);
  });

  it('keep the one that ended in sight until the next begins or it is put away', () => {
    const store = new RefillStore();
    store.refill(state(), 10, 0);
    store.refill(state({ outcome: 'completed' }), 11, 0);
    store.refill({ station, refill: null }, 12, 0);
    expect(store.open.value.has(station)).toBe(false);
    expect(store.ended.value.get(station)?.state.outcome).toBe('completed');
    store.refill(state({ refill: 'next' }), 13, 0);
    expect(store.ended.value.has(station)).toBe(false);
    store.refill(state({ outcome: 'stopped' }), 14, 0);
    store.putAway(station);
    expect(store.ended.value.has(station)).toBe(false);
  });
});

describe('a stopwatch', () => {
  it('counts minutes and seconds, then hours', () => {
    expect([-5, 0, 7400, 760_000, 3_723_000].map(stopwatchText)).toEqual(['0:00', '0:00', '0:07', '12:40', '1:02:03']);
  });
});
