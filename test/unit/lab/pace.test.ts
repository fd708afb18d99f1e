import { describe, expect, it } from 'vitest';
import { Pace } from '../../../src/lab/pace.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** Lets everything happen that does not wait for the clock. */
const settle = () => new Promise<void>((done) => setImmediate(done));

async function waits(clock: VirtualClock, waiting: Promise<void>): Promise<number> {
  let over = false;
  void waiting.then(() => {
    over = true;
  });
  for (await settle(); !over; await settle()) clock.runNext();
  return clock.nowMs;
}

describe('pace', () => {
  it('keeps the run to its speed, from the first moment that it is asked about', async () => {
    const clock = new VirtualClock();
    const pace = new Pace(clock, 10);
    pace.go();
    expect(await waits(clock, pace.until(5000))).toBe(0);
    expect(await waits(clock, pace.until(6000))).toBe(100);
    expect(await waits(clock, pace.until(8000))).toBe(300);
  });

  it('takes a new speed at once, also for a wait that is under way', async () => {
    const clock = new VirtualClock();
    const pace = new Pace(clock, 1);
    pace.go();
    await pace.until(0);
    const waiting = pace.until(10_000);
    await settle();
    clock.nowMs = 1000;
    pace.set(100);
    expect(await waits(clock, waiting)).toBe(1090);
  });

  it('does not rush after what it could not keep up with', async () => {
    const clock = new VirtualClock();
    const pace = new Pace(clock, 10);
    pace.go();
    await pace.until(0);
    clock.nowMs = 5000;
    expect(await waits(clock, pace.until(1000))).toBe(5000);
    expect(await waits(clock, pace.until(2000))).toBe(5100);
  });

  it('lets go of everybody when it is released, and begins anew after that', async () => {
    const clock = new VirtualClock();
    const pace = new Pace(clock, 1);
    pace.go();
    await pace.until(0);
    const waiting = pace.until(60_000);
    await settle();
    pace.release();
    await waiting;
    await pace.until(120_000);
    expect(clock.nowMs).toBe(0);
    pace.go();
    await pace.until(120_000);
    expect(await waits(clock, pace.until(121_000))).toBe(1000);
  });

  it('takes 1 to 100', () => {
    const pace = new Pace(new VirtualClock(), 1);
    for (const wrong of [0, -1, 0.5, 101, Number.NaN]) expect(() => pace.set(wrong)).toThrow(RangeError);
  });
});
