import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RefillState, StreamEvents } from '../../../src/web/api-types.ts';
import { type EventSink, EventStream, MAX_BUFFERED_BYTES, MAX_CLIENTS } from '../../../src/web/stream.ts';
import { SteppedClock } from './stepped-clock.ts';

type Said = { [K in keyof StreamEvents]: { event: K; data: StreamEvents[K] } }[keyof StreamEvents];

/** A client that can be made to take nothing. */
class TestSink implements EventSink {
  text = '';
  buffered = 0;
  isCut = false;
  taking = true;

  write(text: string): void {
    this.text += text;
    if (!this.taking) this.buffered += text.length;
  }
  bufferedBytes(): number {
    return this.buffered;
  }
  cut(): void {
    this.isCut = true;
  }
  /** Everything said since the last call. */
  said(): Said[] {
    const events = this.text.split('\n\n').filter((block) => block.startsWith('event: '));
    this.text = '';
    return events.map((block) => {
      const [first = '', second = ''] = block.split('\n');
      return { event: first.slice(7), data: JSON.parse(second.slice(6)) } as Said;
    });
  }
  names(): string[] {
    return this.said().map((s) => s.event);
  }
}

function setUp() {
  const clock = new SteppedClock();
  const values = new Map<string, number>();
  let lookedUp = 0;
  let padding = '';
  let alarm: string | null = null;
  const refills = new Map<string, RefillState>();
  const view = (key: string) => ({ key, station: key, reason: padding }) as unknown as StreamEvents['station'];
  const stream = new EventStream(
    {
      hello: () => ({ runId: 'run' }) as StreamEvents['hello'],
      fleet: () => [...values.keys()].map(view),
      station: (key) => (values.has(key) ? view(key) : null),
      latest: (station) => {
        lookedUp += 1;
        const value = values.get(station);
        return value === undefined
          ? null
          : ({ ageMs: 0, values: [value] } as unknown as StreamEvents['readings'][string]);
      },
      elsewhere: () => null,
      stationsWithRefill: () => [...refills.keys()],
      refill: (station) => refills.get(station) ?? null,
      alarms: () => ({ highest: alarm }) as unknown as StreamEvents['alarms'],
      firmware: () => null,
    },
    clock,
  );
  stream.start();
  const say = (station: string, value: number) => {
    values.set(station, value);
    stream.readingArrived(station);
  };
  const join = (station: string | null = null) => {
    const sink = new TestSink();
    const place = stream.join(sink, station);
    if (place === null) throw new Error('turned away');
    return { sink, ...place };
  };
  const refill = (station: string, fills: number | null) => {
    if (fills === null) refills.delete(station);
    else {
      const pump = { fills: Array.from({ length: fills }, (_, atMs) => ({ atMs })) };
      refills.set(station, { station, refill: 'r', pump } as unknown as RefillState);
    }
    stream.refillChanged(station);
  };
  const alarms = (highest: string | null) => {
    alarm = highest;
    stream.alarmsChanged();
  };
  return {
    clock,
    stream,
    say,
    join,
    refill,
    alarms,
    values,
    lookups: () => lookedUp,
    pad: (text: string) => (padding = text),
  };
}

describe('greeting', () => {
  it('says how soon to come back, then hello, then the fleet', () => {
    const { join, values } = setUp();
    values.set('S1', 1);
    const { sink } = join();
    expect(sink.text).toMatch(/^retry: 1000\n\nevent: hello\n/);
    expect(sink.said()).toEqual([
      { event: 'hello', data: { runId: 'run' } },
      { event: 'fleet', data: [expect.objectContaining({ key: 'S1' })] },
      { event: 'alarms', data: { highest: null } },
    ]);
  });

  it('says every open refill between fleet and alarms, or to a listener of one station that it has none', () => {
    const { join, refill, alarms } = setUp();
    refill('S1', 1);
    refill('S2', 30);
    alarms('high');
    const all = join().sink.said();
    expect(all.map((s) => s.event)).toEqual(['hello', 'fleet', 'refill', 'refill', 'alarms']);
    expect(all.slice(2)).toMatchObject([
      { data: { station: 'S1' } },
      { data: { station: 'S2' } },
      { data: { highest: 'high' } },
    ]);
    expect(join('S2').sink.said().slice(2, 3)).toMatchObject([{ data: { station: 'S2', refill: 'r' } }]);
    expect(join('S3').sink.said().slice(2, 3)).toEqual([{ event: 'refill', data: { station: 'S3', refill: null } }]);
  });

  it('beats every second, with nothing else to say', () => {
    const { clock, join } = setUp();
    const { sink } = join();
    sink.said();
    clock.step(3000);
    expect(sink.said().map((s) => s.data)).toEqual(
      [1, 2, 3].map((s) => ({ serverUtcMs: Date.UTC(2026, 0, 31, 12, 0, s) })),
    );
  });
});

describe('refills and alarms', () => {
  it('are said when they change, the last state of each, to those whom it concerns', () => {
    const { clock, join, refill, alarms } = setUp();
    const [all, one] = [join().sink, join('S1').sink];
    clock.step(500);
    all.said();
    one.said();
    refill('S1', 1);
    refill('S2', 1);
    refill('S1', null);
    alarms('low');
    alarms('medium');
    clock.step(1);
    const refillOf = (station: string, id: string | null) => ({ event: 'refill', data: { station, refill: id } });
    const alarmsNow = { event: 'alarms', data: { highest: 'medium' } };
    expect(all.said()).toMatchObject([refillOf('S1', null), refillOf('S2', 'r'), alarmsNow]);
    expect(one.said()).toMatchObject([refillOf('S1', null), alarmsNow]);
    clock.step(900);
    expect(all.said().filter(({ event }) => event !== 'beat')).toEqual([]);
  });

  it('bring the last fills of a pump only', () => {
    const { join, refill } = setUp();
    refill('S1', 30);
    const state = join('S1').sink.said()[2]?.data as RefillState;
    expect(state.pump.fills.map(({ atMs }) => atMs)).toEqual([18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
  });
});

describe('readings', () => {
  it('leave at once when it was quiet', () => {
    const { clock, say, join } = setUp();
    const { sink } = join();
    clock.step(500);
    sink.said();
    say('S1', 7);
    clock.step(1);
    expect(sink.said()).toEqual([{ event: 'readings', data: { S1: { ageMs: 0, values: [7] } } }]);
  });

  it('are coalesced: the latest of each station, 20 times a second', () => {
    const { clock, say, join } = setUp();
    const { sink } = join();
    clock.step(100);
    sink.said();
    for (let ms = 0; ms < 999; ms++) {
      say('S1', ms);
      say('S2', -ms);
      clock.step(1);
    }
    const readings = sink.said().filter((s) => s.event === 'readings');
    expect(readings.length).toBeGreaterThanOrEqual(19);
    expect(readings.length).toBeLessThanOrEqual(20);
    clock.step(50);
    expect(sink.said().at(-1)?.data).toMatchObject({ S1: { values: [998] }, S2: { values: [-998] } });
  });

  it('never exceed 20 events in any second and always end with the latest, however they arrive', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 1, maxLength: 200 }), (gaps) => {
        const { clock, say, join } = setUp();
        const { sink } = join();
        const sentAt: number[] = [];
        let last: unknown;
        const look = () => {
          for (const { event, data } of sink.said()) {
            if (event !== 'readings') continue;
            sentAt.push(clock.monotonicMs());
            last = data;
          }
        };
        for (const [i, gap] of gaps.entries()) {
          say('S1', i);
          for (let ms = 0; ms < gap; ms++) {
            clock.step(1);
            look();
          }
        }
        clock.step(50);
        look();
        expect(last).toMatchObject({ S1: { values: [gaps.length - 1] } });
        for (const [i, at] of sentAt.entries())
          expect((sentAt[i + 20] ?? Number.POSITIVE_INFINITY) - at).toBeGreaterThanOrEqual(1000);
      }),
      { numRuns: 30 },
    );
  });

  it('are looked up once per tick, not once per client', () => {
    const { clock, say, join, lookups } = setUp();
    const sinks = Array.from({ length: 50 }, () => join().sink);
    say('S1', 1);
    clock.step(50);
    expect(sinks.every((sink) => sink.names().includes('readings'))).toBe(true);
    expect(lookups()).toBe(1);
  });

  it('cost nothing when nobody listens', () => {
    const { clock, say, join, lookups } = setUp();
    join().leave();
    say('S1', 1);
    clock.step(1000);
    expect(lookups()).toBe(0);
  });
});

describe('a listener of one station', () => {
  it('hears only that one', () => {
    const { clock, stream, say, join, values } = setUp();
    values.set('S1', 1).set('S2', 2);
    const { sink } = join('S2');
    expect(sink.said()[1]).toEqual({ event: 'fleet', data: [expect.objectContaining({ key: 'S2' })] });
    say('S1', 10);
    stream.stationChanged('S1');
    clock.step(50);
    expect(sink.said()).toEqual([]);
    say('S1', 11);
    say('S2', 12);
    stream.stationChanged('S2');
    clock.step(50);
    expect(sink.said()).toEqual([
      { event: 'station', data: expect.objectContaining({ key: 'S2' }) },
      { event: 'readings', data: { S2: { ageMs: 0, values: [12] } } },
    ]);
  });
});

describe('changes', () => {
  it('are told before the readings of the same tick; a new fleet replaces single rows', () => {
    const { clock, stream, say, join } = setUp();
    const { sink } = join();
    sink.said();
    say('S1', 1);
    stream.stationChanged('S1');
    stream.helloChanged();
    clock.step(50);
    expect(sink.names()).toEqual(['hello', 'station', 'readings']);
    stream.stationChanged('S1');
    stream.fleetChanged();
    clock.step(50);
    expect(sink.names()).toEqual(['fleet']);
  });
});

describe('a slow listener', () => {
  it('gets the latest value per station when it takes again, not what it missed', () => {
    const { clock, stream, say, join } = setUp();
    const { sink, drained } = join();
    sink.said();
    sink.taking = false;
    sink.buffered = 70_000;
    for (let i = 0; i < 200; i++) {
      say('S1', i);
      say('S2', i * 2);
      stream.stationChanged('S1');
      clock.step(50);
    }
    expect(sink.names().filter((name) => name !== 'beat')).toEqual([]);
    sink.taking = true;
    sink.buffered = 0;
    drained();
    expect(sink.said()).toEqual([
      { event: 'station', data: expect.objectContaining({ key: 'S1' }) },
      { event: 'readings', data: { S1: { ageMs: 0, values: [199] }, S2: { ageMs: 0, values: [398] } } },
    ]);
  });

  it('gets what it missed with the next tick even if nobody says that it has drained', () => {
    const { clock, say, join } = setUp();
    const { sink } = join();
    sink.said();
    sink.buffered = 70_000;
    say('S1', 1);
    clock.step(50);
    sink.buffered = 0;
    say('S2', 2);
    clock.step(50);
    expect(sink.said().at(-1)?.data).toMatchObject({ S1: { values: [1] }, S2: { values: [2] } });
  });

  it('is cut off beyond 1 MB waiting, and the others are not', () => {
    const { clock, stream, join, values, pad } = setUp();
    for (let i = 0; i < 30; i++) values.set(`S${i}`, i);
    const slow = join();
    const healthy = join();
    slow.sink.taking = false;
    pad('x'.repeat(60_000));
    for (const key of values.keys()) stream.stationChanged(key);
    clock.step(50);
    expect(slow.sink.buffered).toBeGreaterThan(MAX_BUFFERED_BYTES);
    expect(slow.sink.isCut).toBe(true);
    expect(healthy.sink.isCut).toBe(false);
    expect(stream.counters).toMatchObject({ clients: 1, cutOff: 1 });
  });

  it('is not cut off for the size of the first fleet alone', () => {
    const { stream, values, pad, clock } = setUp();
    for (let i = 0; i < 40; i++) values.set(`S${i}`, i);
    pad('x'.repeat(60_000));
    const sink = new TestSink();
    sink.taking = false;
    stream.join(sink, null);
    clock.step(1000);
    expect(sink.buffered).toBeGreaterThan(MAX_BUFFERED_BYTES);
    expect(sink.isCut).toBe(false);
  });

  it('is cut off after 30 s in which it took nothing', () => {
    const { clock, say, join } = setUp();
    const { sink } = join();
    sink.taking = false;
    sink.buffered = 70_000;
    say('S1', 1);
    clock.step(29_000);
    expect(sink.isCut).toBe(false);
    clock.step(3000);
    expect(sink.isCut).toBe(true);
  });
});

describe('bounds', () => {
  it('turns away the listener after the last place, and has it back when one leaves', () => {
    const { stream, join } = setUp();
    const first = join();
    for (let i = 1; i < MAX_CLIENTS; i++) join();
    expect(stream.full).toBe(true);
    const sink = new TestSink();
    expect(stream.join(sink, null)).toBeNull();
    expect(sink.text).toBe('');
    expect(stream.counters).toMatchObject({ clients: MAX_CLIENTS, turnedAway: 1 });
    first.leave();
    expect(stream.join(sink, null)).not.toBeNull();
  });

  it('ends all connections when it stops, and is silent after', () => {
    const { clock, stream, say, join } = setUp();
    const { sink } = join();
    say('S1', 1);
    sink.said();
    stream.stop();
    clock.step(5000);
    expect(sink.isCut).toBe(true);
    expect(sink.said()).toEqual([]);
  });
});
