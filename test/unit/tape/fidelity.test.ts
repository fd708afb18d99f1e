import { describe, expect, it } from 'vitest';
import { encodeLine } from '../../../protocols/hrsp/codec.ts';
import { CHANNELS } from '../../../protocols/reading.ts';
import { FIDELITY_LIMITS, fidelity } from '../../../src/tape/fidelity.ts';
import type { CaptureRecord } from '../../../src/tape/format.ts';
import { type Series, seriesOf } from '../../../src/tape/series.ts';
import { refillCapture } from './refill-capture.ts';

/** 60 s at 10 Hz of one channel alone; the others are missing. */
function made(channel: string, value: (s: number) => number | null, seconds = 60): Series {
  const times = Array.from({ length: seconds * 10 }, (_, i) => i / 10);
  const values = CHANNELS.map(({ name }) => times.map((s) => (name === channel ? value(s) : null)));
  return { station: 'X', times, values };
}
const of = (found: ReturnType<typeof fidelity>, name: string) => found.channels.find(({ channel }) => channel === name);

describe('how far two runs diverge', () => {
  const step = (at: number, to: number) => (s: number) => (s < at ? 0 : to);

  it('is root mean square and largest difference, in the unit of the channel', () => {
    const found = fidelity(
      made('collectorMass', () => 10),
      made('collectorMass', (s) => (s < 30 ? 10.2 : 9.9)),
    );
    // Half of the time 0.2 g, half 0.1 g: the root of (0.04 + 0.01) / 2.
    expect(of(found, 'collectorMass')?.rms).toBeCloseTo(Math.sqrt(0.025), 3);
    expect(of(found, 'collectorMass')).toMatchObject({ unit: 'g', beyond: [] });
    expect(of(found, 'linePressure')).toMatchObject({ rms: null, max: null, lag: null, beyond: [] });
  });

  it('does not count when they were not started together, and says by how much', () => {
    const [a, b] = [made('linePressure', step(20, 50)), made('linePressure', step(31.5, 50))];
    expect(fidelity(a, b)).toMatchObject({ shiftS: expect.closeTo(11.5, 1), good: true });
    expect(fidelity(b, a).shiftS).toBeCloseTo(-11.5, 1);
    expect(fidelity(a, b, FIDELITY_LIMITS, 5).good).toBe(false);
  });

  it('is a lag when one channel is late and the others are not', () => {
    const pressure = made('linePressure', (s) => 20 * Math.sin(s / 3));
    const late = (by: number): Series => ({
      ...pressure,
      values: pressure.values.map((channel, i) =>
        CHANNELS[i]?.name === 'lineFlow' ? pressure.times.map((s) => 10 * Math.sin((s - by) / 3)) : channel,
      ),
    });
    const found = fidelity(late(0), late(2));
    expect(Math.abs((of(found, 'lineFlow')?.lag ?? 0) - (of(found, 'linePressure')?.lag ?? 0))).toBeCloseTo(2, 1);
    expect(found.channels.flatMap(({ beyond }) => beyond)).toContain('lag');
  });

  it('is a difference when one has no value', () => {
    const found = fidelity(
      made('lineFlow', () => 1),
      made('lineFlow', (s) => (s > 50 ? null : 1)),
    );
    expect(of(found, 'lineFlow')?.beyond).toEqual(['missing']);
  });

  it('cannot be said of nothing', () => {
    const nothing = { station: 'X', times: [], values: CHANNELS.map(() => []) };
    expect(() =>
      fidelity(
        made('lineFlow', () => 1),
        nothing,
      ),
    ).toThrow(/no reading in the second/);
  });
});

describe('the channels of a capture', () => {
  it('have a line once that came twice or late, at the time of its own clock', () => {
    const line = (seq: number) => {
      const values = CHANNELS.map((_, i) => (i === 0 ? seq : null));
      return encodeLine({ bootId: 'A1B2C3D4', seq, tick: seq * 100 }, { type: 'TEL', values, flags: 0 });
    };
    const came = [1, 2, 2, 3, 1, 4].map(line);
    const records: CaptureRecord[] = [
      { k: 'capture', version: 1, program: 'x', made: '2026-03-14T09:00:00.000Z' },
      { k: 'link', l: 0, name: 'a' },
      { k: 'open', l: 0, m: 0, u: 0 },
      ...came.map((text, i): CaptureRecord => ({ k: 'in', l: 0, m: 500 + i * 7, u: i, b: text })),
    ];
    const { times, values } = seriesOf(records, 0);
    expect(times.map((s) => Number(s.toFixed(3)))).toEqual([0, 0.1, 0.2, 0.3]);
    expect(values[0]).toEqual([1, 2, 3, 4]);
  });
});

describe('the simulator against itself', () => {
  const first = seriesOf(refillCapture(1), 0);

  it('with another seed, and recorded from earlier on, agrees within the limits', () => {
    const found = fidelity(first, seriesOf(refillCapture(2, {}, 20_000), 0));
    expect(found.shiftS).toBeCloseTo(20, 0);
    expect(found.channels.flatMap(({ channel, beyond }) => beyond.map((what) => `${channel} ${what}`))).toEqual([]);
  });

  it('with a pump that is 8 degrees colder does not, and the pressure says so', () => {
    const found = fidelity(first, seriesOf(refillCapture(1, { pumpCel: 29 }), 0));
    expect(found.good).toBe(false);
    expect(of(found, 'linePressure')?.beyond).toContain('rms');
  });
});
