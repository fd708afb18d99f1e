/** At which station a refill is expected: where the newest fill of the pump was made, as the records say it. */
import { describe, expect, it } from 'vitest';
import { Bus } from '../../../src/bus.ts';
import { ExpectedRefills } from '../../../src/desk/expected-refills.ts';
import { silentLogger } from '../../../src/logger.ts';
import type { RefillQuery, RefillRecord, RefillSummary } from '../../../src/records/model.ts';
import type { Pump } from '../../../src/refill/model.ts';
import { FakeClock } from '../station/fake-clock.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;

interface Made {
  readonly pump: string;
  readonly station: string;
  readonly fillAtMs: number | null;
}

async function setUp(register: Record<string, readonly number[]>, made: readonly Made[], broken = false) {
  const clock = new FakeClock();
  const bus = new Bus((error) => {
    throw error;
  });
  const fills = new Map(Object.entries(register));
  const asked: RefillQuery[] = [];
  const expected = new ExpectedRefills({
    bus,
    clock,
    logger: silentLogger,
    records: {
      refills: async (query) => {
        asked.push(query);
        if (broken) throw new Error('the disk is gone');
        const from = query.before ?? 0;
        const next = from + 2 < made.length ? from + 2 : null;
        return { refills: made.slice(from, from + 2) as unknown as RefillSummary[], next };
      },
    },
    register: {
      get: (id) => {
        const list = fills.get(id);
        return list === undefined ? null : ({ fills: list.map((atMs) => ({ atMs })) } as unknown as Pump);
      },
    },
  });
  await expected.start();
  const fill = (pump: string, station: string, fillAtMs: number) => {
    fills.set(pump, [...(fills.get(pump) ?? []), fillAtMs]);
    bus.emit('record', { summary: { pump, station, fillAtMs } } as unknown as RefillRecord);
  };
  return { clock, expected, asked, fills, fill, now: clock.utcMs() };
}

describe('expected refills', () => {
  const NOW = new FakeClock().utcMs();
  const last = NOW - 14 * DAY + HOUR;
  const rhythm = [last - 28 * DAY, last - 14 * DAY, last];

  it('are expected where the newest fill was made, on all pages of the records', async () => {
    const { expected, asked } = await setUp({ P: rhythm, Q: rhythm }, [
      { pump: 'Q', station: 'B', fillAtMs: last },
      { pump: 'X', station: 'B', fillAtMs: null },
      { pump: 'P', station: 'A', fillAtMs: last },
      { pump: 'P', station: 'B', fillAtMs: last - 14 * DAY },
    ]);
    expect(asked.map(({ before, fromMs }) => [before, fromMs])).toEqual([
      [null, NOW - 60 * DAY],
      [2, NOW - 60 * DAY],
    ]);
    expect(expected.near('A', HOUR)).toEqual({ pump: 'P', atMs: NOW + HOUR, everyDays: 14, from: 'rhythm' });
    expect(expected.near('A', HOUR - 1)).toBeNull();
    expect(expected.near('B', HOUR)?.pump).toBe('Q');
    expect(expected.near('C', HOUR)).toBeNull();
  });

  it('are near for as long after as before, and of two the nearer counts', async () => {
    const { clock, expected } = await setUp({ P: rhythm, Q: rhythm.map((atMs) => atMs + HOUR) }, [
      { pump: 'P', station: 'A', fillAtMs: last },
      { pump: 'Q', station: 'A', fillAtMs: last + HOUR },
    ]);
    clock.advance(1.6 * HOUR);
    expect(expected.near('A', HOUR)?.pump).toBe('Q');
    clock.advance(1.3 * HOUR);
    expect(expected.near('A', HOUR)?.pump).toBe('Q');
    clock.advance(0.2 * HOUR);
    expect(expected.near('A', HOUR)).toBeNull();
  });

  it('end with the refill, and move with the pump to another station', async () => {
    const { clock, expected, fill, now } = await setUp({ P: rhythm }, [{ pump: 'P', station: 'A', fillAtMs: last }]);
    expect(expected.near('A', HOUR)?.pump).toBe('P');
    fill('P', 'B', now);
    expect(expected.near('A', HOUR)).toBeNull();
    clock.advance(14 * DAY);
    expect([expected.near('A', 12 * HOUR), expected.near('B', 12 * HOUR)?.pump]).toEqual([null, 'P']);
    expected.stop();
    fill('P', 'A', now + 14 * DAY);
    expect(expected.near('A', HOUR)).toBeNull();
  });

  it('are nowhere for a pump that was filled since by hand, or is in the register no more', async () => {
    const made = [{ pump: 'P', station: 'A', fillAtMs: last }];
    const { expected, fills } = await setUp({ P: rhythm }, made);
    fills.set('P', [...rhythm, last + DAY]);
    expect(expected.near('A', 30 * DAY)).toBeNull();
    fills.delete('P');
    expect(expected.near('A', 30 * DAY)).toBeNull();
  });

  it('begin with the next refill when the records cannot be read', async () => {
    const { clock, expected, fill, now } = await setUp({}, [], true);
    fill('P', 'A', now);
    clock.advance(14 * DAY - HOUR);
    expect(expected.near('A', HOUR)).toMatchObject({ pump: 'P', from: 'usual' });
  });
});
