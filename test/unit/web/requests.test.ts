import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANNEL_NAMES } from '../../../protocols/reading.ts';
import { ApiProblem } from '../../../src/web/problems.ts';
import { historyRange } from '../../../src/web/requests.ts';

const NOW = Date.UTC(2026, 0, 31, 12);
const range = (query: object) => historyRange('S1', query, NOW);
const problem = (run: () => unknown): ApiProblem => {
  try {
    run();
  } catch (error) {
    if (error instanceof ApiProblem) return error;
    throw error;
  }
  throw new Error('was accepted');
};

describe('a history request', () => {
  it('asks for the last 10 minutes, 600 points, all channels when it says nothing', () => {
    expect(range({})).toEqual({
      station: 'S1',
      fromMs: NOW - 600_000,
      toMs: NOW,
      channels: CHANNEL_NAMES,
      buckets: 600,
    });
  });

  it('takes ms and RFC 3339, with an offset too', () => {
    expect(range({ from: '1000', to: '1970-01-01T00:00:02.5Z' })).toMatchObject({ fromMs: 1000, toMs: 2500 });
    expect(range({ from: '2026-01-31T12:00:00+02:00', to: '2026-01-31T11:00:00Z' })).toMatchObject({
      fromMs: NOW - 2 * 3_600_000,
    });
  });

  it('takes a list of channels once each', () => {
    expect(range({ channels: 'lineFlow,reservoirVolume,lineFlow' }).channels).toEqual(['lineFlow', 'reservoirVolume']);
  });

  it.each([
    [{ points: '0' }, /points: .*1 to 2000/],
    [{ points: '2001' }, /points: .*1 to 2000/],
    [{ points: '99999999999999999999' }, /points/],
    [{ points: '-1' }, /points/],
    [{ points: '1e3' }, /points/],
    [{ points: '' }, /points/],
    [{ points: ' 5' }, /points/],
    [{ points: ['1', '2'] }, /points/],
    [{ from: 'yesterday' }, /from: .*RFC 3339/],
    [{ from: '1.5' }, /from/],
    [{ from: '-1' }, /from/],
    [{ from: 'NaN' }, /from/],
    [{ from: '2026-13-45T99:00:00Z' }, /from/],
    [{ to: '99999999999999' }, /to/],
    [{ to: '2300-01-01T00:00:00Z' }, /to/],
    [{ from: '2000', to: '1000' }, /not before/],
    [{ from: '1000', to: '1000' }, /not before/],
    [{ channels: 'lineFlow,pulse' }, /channels: .*reservoirVolume/],
    [{ channels: '' }, /channels/],
    [{ limit: '5' }, /limit/],
  ])('refuses %j and says why and what to do', (query, message) => {
    const refused = problem(() => range(query));
    expect(refused.status).toBe(400);
    expect(refused.message).toMatch(message);
    expect(refused.remedy).not.toBe('');
  });

  it('refuses a list without an end', () => {
    expect(problem(() => range({ channels: 'lineFlow,'.repeat(500) })).message).toMatch(/channels/);
  });

  it.each([
    '',
    '.',
    '..',
    '../../etc/passwd',
    "S1' OR '1'='1",
    'S1"; DROP DATABASE hai; --',
    'S1\nS2',
    'S1,region=x',
    'S1\u0000',
    'Ünïcode',
    '-S1',
    'x'.repeat(65),
    ['S1'],
    { toString: 'S1' },
    undefined,
  ])('refuses the station %j', (station) => {
    expect(problem(() => historyRange(station, {}, NOW)).message).toMatch(/^station: /);
  });

  it('answers anything with a bounded range or a bounded 400', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.integer().map(String), fc.date().map(String));
    const query = fc.record({ from: text, to: text, points: text, channels: text }, { requiredKeys: [] });
    fc.assert(
      fc.property(query, text, (q, station) => {
        try {
          const found = historyRange(station, q, NOW);
          expect(found.fromMs).toBeLessThan(found.toMs);
          expect(found.buckets).toBeLessThanOrEqual(2000);
          expect(found.channels.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(ApiProblem);
          expect((error as ApiProblem).message.length).toBeLessThanOrEqual(500);
        }
      }),
    );
  });
});
