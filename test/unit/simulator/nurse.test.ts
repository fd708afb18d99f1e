/** The nurse: keeps the textbook's times, looks before she goes on, and does what she is told. */
import { describe, expect, it } from 'vitest';
import { changed, NOMINAL, sampleCase } from '../../../simulator/batch.ts';
import { type Played, playCase, playScenario } from './play.ts';

const acts = (played: Played) => played.events.map((e) => `${Math.round(e.tickMs / 100) / 10} ${e.what}`);
const lasted = (played: Played, phase: Parameters<Played['in']>[0]) => {
  const samples = played.in(phase);
  return (samples.at(-1)?.atS ?? 0) - (samples[0]?.atS ?? 0);
};

describe('a textbook nurse', () => {
  it('keeps the times of the textbook', () => {
    const played = playCase(NOMINAL);
    expect(acts(played)).toEqual([
      '20 scan gs1-datamatrix',
      '45 scan gs1-datamatrix',
      '80 clamp open',
      '90 clamp closed',
      '100 scale tared',
      '101 sensor zeroed',
      '222 needle in',
      '230 clamp open',
      '280 clamp closed',
      '340 scale tared',
      '340 clamp open',
      '397.5 scale tared',
      '534 clamp closed',
      '540 needle out',
    ]);
    expect(played.end.atS).toBeCloseTo(620, 0);
    const began = (
      ['identify', 'zero', 'prep', 'access', 'empty', 'measure', 'confirm', 'fill', 'deaccess', 'record'] as const
    ).map((phase) => Math.round(played.in(phase)[0]?.atS ?? -1));
    expect(began).toEqual([0, 80, 120, 200, 230, 280, 340, 398, 532, 560]);
  });

  it('waits until nothing comes any more, through a thin needle too', () => {
    const thin = playScenario('slow-fill');
    expect(lasted(thin, 'empty')).toBeGreaterThan(55);
    expect(thin.in('measure')[0]?.reservoirMl).toBeLessThan(0.3);
    const half = playCase(changed(NOMINAL, { since: { trueFillMl: 24 } }));
    expect(Math.abs(lasted(half, 'empty') - 49.5)).toBeLessThan(1);
  });

  it('waits for a minute for what does not come', () => {
    expect(lasted(playScenario('pocket-fill'), 'empty')).toBeGreaterThanOrEqual(59);
  });
});

describe('a watchful nurse', () => {
  it('fills nothing when the test volume does not come back', () => {
    const moved = changed(NOMINAL, {
      mishaps: [{ what: 'needle-moves', to: 'tissue', when: { phase: 'measure' } }],
    });
    const played = playCase(moved);
    expect(played.end.outcome).toBe('stopped');
    expect(played.in('fill')).toEqual([]);
    expect(played.end.tissueMl).toBeLessThan(5.1);
    expect(playCase(changed(moved, { nurse: { heed: 'unaware' } })).end.tissueMl).toBeGreaterThan(30);
  });
});

describe('a nurse whose first needle is beside the pump', () => {
  it('sees that nothing comes, draws it, and does better', () => {
    const played = playScenario('second-attempt');
    expect(acts(played).filter((act) => act.includes('needle'))).toEqual([
      '222 needle in',
      '240 needle out',
      '265 needle in',
      expect.stringMatching(/needle out$/),
    ]);
    expect(played.end.outcome).toBe('completed');
    expect(played.end.residualMl).toBeCloseTo(11.8, 1);
    expect(Math.abs(played.end.tissueMl)).toBeLessThan(0.05);
  });
});

describe('people', () => {
  it('differ: in their times, and in their pushing, which no two seconds are the same', () => {
    const ends = [1, 2, 3, 4].map((seed) => Math.round(playCase(sampleCase('good', seed)).end.atS));
    expect(new Set(ends).size).toBe(4);
    const unsteady = playCase(changed(NOMINAL, { nurse: { waver: 0.2 } }));
    const flows = unsteady
      .in('fill')
      .map((t) => t.lineMlPerMin)
      .filter((flow) => flow > 5);
    expect(new Set(flows.map((flow) => flow.toFixed(1))).size).toBeGreaterThan(30);
    const mean = flows.reduce((a, b) => a + b, 0) / flows.length;
    expect(Math.abs(mean - 15)).toBeLessThan(2.5);
    expect(unsteady.end.reservoirMl).toBeCloseTo(30, 1);
  });

  it('are twice as quick at twice the pace, but fluid is not', () => {
    const quick = playCase(changed(NOMINAL, { nurse: { pace: 2 } }));
    expect(quick.in('zero')[0]?.atS).toBeCloseTo(40, 0);
    expect(quick.end.airMl).toBe(0);
    expect(lasted(quick, 'fill')).toBeGreaterThan(6 * 20);
    expect(quick.end.reservoirMl).toBeCloseTo(30, 1);
  });

  it('touch the scale', () => {
    const touched = playCase(changed(NOMINAL, { nurse: { touchG: 1 } }), { keepTelemetry: true });
    const still = playCase(NOMINAL, { keepTelemetry: true });
    const at = (played: Played, ms: number) => played.telemetry.find((t) => t.tickMs > ms)?.values[4] ?? 0;
    expect(Math.abs(at(touched, 280_050) - at(still, 280_050))).toBeGreaterThan(0.3);
    expect(Math.abs(at(touched, 284_000) - at(still, 284_000))).toBeLessThan(0.05);
  });

  it('who draw at the end get the last drops, and who have no strength take longer', () => {
    const draws = playCase(changed(NOMINAL, { nurse: { aspirates: true } }));
    expect(Math.min(...draws.in('empty').map((t) => t.lineKpa))).toBeLessThan(-5);
    const weak = playCase(changed(NOMINAL, { nurse: { forceN: 12.5 } }));
    expect(lasted(weak, 'fill')).toBeGreaterThan(1.01 * lasted(playCase(NOMINAL), 'fill'));
  });
});

describe('orders', () => {
  it('pause: the fluid stands, continue: the rest goes in, and everything is later by as much', () => {
    const played = playCase(NOMINAL, {
      orders: [
        { atS: 410, order: 'pause' },
        { atS: 440, order: 'continue' },
      ],
    });
    expect(played.at(411).reservoirMl).toBeCloseTo(played.at(439).reservoirMl, 2);
    expect(played.at(415).lineMlPerMin).toBeCloseTo(0, 1);
    expect(played.end.reservoirMl).toBeCloseTo(30, 1);
    expect(played.end.atS).toBeCloseTo(650, 0);
  });

  it('continue, while she measures: she goes on at once instead of after a minute', () => {
    const played = playCase(NOMINAL, { orders: [{ atS: 290, order: 'continue' }] });
    expect(played.in('confirm')[0]?.atS).toBeCloseTo(290, 0);
    const early = playCase(NOMINAL, { orders: [{ atS: 240, order: 'continue' }] });
    expect(early.in('confirm')[0]?.atS).toBeCloseTo(340, 0);
  });

  it('hold: she reads the pump and waits until told to continue', () => {
    const played = playCase(NOMINAL, {
      orders: [
        { atS: 100, order: 'hold' },
        { atS: 500, order: 'continue' },
      ],
    });
    expect(lasted(played, 'measure')).toBeCloseTo(220, 0);
    expect(played.in('confirm')[0]?.atS).toBeCloseTo(500, 0);
    expect(played.end.outcome).toBe('completed');
  });

  it('abort: clamp shut, needle out, no drop more', () => {
    const played = playCase(NOMINAL, { orders: [{ atS: 450, order: 'abort' }] });
    expect(acts(played).slice(-2)).toEqual(['454 clamp closed', '460 needle out']);
    expect(played.end.outcome).toBe('stopped');
    expect(played.end.reservoirMl).toBeCloseTo(played.at(451).reservoirMl, 1);
    const late = playCase(NOMINAL, { orders: [{ atS: 570, order: 'abort' }] });
    expect(late.end.outcome).toBe('completed');
  });

  it('abort ends a pause as well', () => {
    const orders = [
      { atS: 410, order: 'pause' },
      { atS: 430, order: 'abort' },
    ] as const;
    expect(playCase(NOMINAL, { orders }).end.outcome).toBe('stopped');
  });

  it('faster and harder: more flow, more force', () => {
    const faster = playCase(NOMINAL, { orders: [{ atS: 390, order: 'faster' }] });
    expect(faster.at(415).lineMlPerMin).toBeCloseTo(22.5, 0);
    const shut = changed(NOMINAL, {
      mishaps: [{ what: 'occlusion', how: 'shut', when: { phase: 'fill', afterMl: 2 } }],
    });
    const most = (played: Played) => Math.max(...played.truths.map((t) => t.lineKpa));
    expect(most(playCase(shut, { orders: [{ atS: 390, order: 'harder' }] }))).toBeGreaterThan(
      1.4 * most(playCase(shut)),
    );
  });

  it('reposition: the needle goes where it belongs', () => {
    const moved = changed(NOMINAL, {
      mishaps: [{ what: 'needle-moves', to: 'tissue', when: { phase: 'fill', afterMl: 2 } }],
      nurse: { heed: 'unaware' },
    });
    const put = playCase(moved, { orders: [{ atS: 430, order: 'reposition' }] });
    expect(put.end.needle).toBe('out');
    expect(put.at(431).needle).toBe('reservoir');
    expect(put.end.tissueMl).toBeLessThan(playCase(moved).end.tissueMl - 10);
  });
});
