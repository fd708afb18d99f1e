/** When a station may be touched, and when not: a refill is open, may be, seems to begin, or is expected. */
import { describe, expect, it } from 'vitest';
import { Bus } from '../../../src/bus.ts';
import { type ExpectedAt, RefillWatch } from '../../../src/firmware/refill-port.ts';
import { FakeClock } from '../station/fake-clock.ts';

const MINUTE_MS = 60_000;

function setUp(expected: (station: string) => ExpectedAt | null = () => null) {
  const clock = new FakeClock();
  const bus = new Bus((error) => {
    throw error;
  });
  const watch = new RefillWatch({ clock, expected });
  const untie = watch.watch(bus);
  const received = { utcMs: 0, monotonicMs: 0 };
  return {
    clock,
    untie,
    say: (source: 'needle' | 'state' | 'scan', state: string) =>
      bus.emit('event', { station: 'S', bootId: 'b', lineSeq: 1, deviceTickMs: 0, received, source, state, data: '' }),
    open: () => bus.emit('refill', { station: 'S', refill: 'r', outcome: 'in-progress', phase: 'prep' } as never),
    close: () => bus.emit('refill', { station: 'S', refill: null }),
    use: (station = 'S') => watch.refillState(station),
  };
}

describe('whether a station may be touched', () => {
  it('follows needle, state and open refills', () => {
    const { say, open, close, use, untie } = setUp();
    expect(use()).toEqual({ use: 'free', reason: null });
    say('needle', 'in');
    expect(use()).toEqual({ use: 'open', reason: 'the needle is in a pump' });
    expect(use('T').use).toBe('free');
    say('needle', 'out');
    say('state', 'measuring');
    expect(use().reason).toBe('the station is measuring');
    say('state', 'idle');
    expect(use().use).toBe('free');
    open();
    expect(use().reason).toBe('a refill is open, in phase "prep"');
    close();
    expect(use().use).toBe('free');
    untie();
    say('needle', 'in');
    expect(use().use).toBe('free');
  });

  it('takes a scan for the sign that somebody begins, for ten minutes or until that refill has ended', () => {
    const { clock, say, open, close, use } = setUp();
    say('scan', 'ok');
    clock.advance(4 * MINUTE_MS);
    expect(use()).toEqual({ use: 'due', reason: 'a refill seems to begin: something was scanned 4 min ago' });
    expect(use('T').use).toBe('free');
    clock.advance(6 * MINUTE_MS);
    expect(use().use).toBe('free');
    say('scan', 'ok');
    open();
    expect(use().use).toBe('open');
    close();
    expect(use().use).toBe('free');
  });

  it('says whose refill is expected and when, also when the patient is late; what is open goes first', () => {
    let atMs = 0;
    const { clock, say, use } = setUp((station) => (station === 'S' ? { pump: 'P-1', atMs, everyDays: 14 } : null));
    atMs = clock.utcMs() + 25 * MINUTE_MS;
    expect(use()).toEqual({
      use: 'due',
      reason: 'the refill of pump P-1 is expected here in 25 min (every 14 days)',
    });
    expect(use('T').use).toBe('free');
    clock.advance(35 * MINUTE_MS);
    expect(use().reason).toBe('the refill of pump P-1 is expected here since 10 min (every 14 days)');
    say('needle', 'in');
    expect(use()).toEqual({ use: 'open', reason: 'the needle is in a pump' });
  });
});
