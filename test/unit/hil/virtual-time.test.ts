import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SteppedClock } from '../../../simulator/stepped-clock.ts';
import { VirtualClock } from '../../../src/hil/time/virtual-clock.ts';

const nothing = async () => {};

describe("the daemon's clock", () => {
  it('runs timers in the order of their times, each at its time, and settles in between', async () => {
    const clock = new VirtualClock(1_000_000);
    const seen: string[] = [];
    clock.after(200, () => seen.push(`b ${clock.monotonicMs()}`));
    clock.after(100, () => {
      seen.push(`a ${clock.monotonicMs()}`);
      clock.after(50, () => seen.push(`a2 ${clock.monotonicMs()}`));
    });
    const cancel = clock.after(120, () => seen.push('cancelled'));
    cancel();
    await clock.advanceTo(300, async () => void seen.push('settled'));
    expect(seen).toEqual(['a 100', 'settled', 'a2 150', 'settled', 'b 200', 'settled']);
    expect([clock.monotonicMs(), clock.utcMs()]).toEqual([300, 1_000_300]);
  });

  it('a step moves UTC alone, a leap both, and what was due in a leap comes late', async () => {
    const clock = new VirtualClock(0);
    let at = 0;
    clock.after(1000, () => {
      at = clock.monotonicMs();
    });
    clock.step(-500);
    expect([clock.monotonicMs(), clock.utcMs()]).toEqual([0, -500]);
    clock.leap(5000);
    await clock.advanceTo(5000, nothing);
    expect(at).toBe(5000);
  });

  it('asks before it goes on, and does what somebody asked for meanwhile at its own time', async () => {
    const asked: number[] = [];
    const seen: string[] = [];
    const clock: VirtualClock = new VirtualClock(0, async (toMs) => {
      if (asked.push(toMs) === 1) clock.after(40, () => seen.push(`asked meanwhile ${clock.monotonicMs()}`));
    });
    clock.after(100, () => seen.push(`timer ${clock.monotonicMs()}`));
    await clock.advanceTo(200, nothing);
    expect(seen).toEqual(['asked meanwhile 40', 'timer 100']);
    expect(asked).toEqual([100, 40, 100, 200]);
  });

  it('a timer that another one cancels at the same moment does not run', async () => {
    const clock = new VirtualClock(0);
    const seen: string[] = [];
    let cancel = () => {};
    clock.after(10, () => {
      seen.push('first');
      cancel();
    });
    cancel = clock.after(10, () => seen.push('second'));
    await clock.advanceTo(20, nothing);
    expect(seen).toEqual(['first']);
    expect(clock.nextMs).toBe(Number.POSITIVE_INFINITY);
  });

  it('always knows which timer is next, whatever was set, cancelled and run', async () => {
    const act = fc.oneof(
      fc.record({ set: fc.nat(50) }),
      fc.record({ cancel: fc.nat(20) }),
      fc.record({ pass: fc.nat(30) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 60 }), async (acts) => {
        const clock = new VirtualClock(0);
        const pending = new Map<() => void, number>();
        const ran: { readonly dueMs: number; readonly atMs: number }[] = [];
        for (const one of acts) {
          if ('set' in one) {
            const dueMs = clock.monotonicMs() + one.set;
            const cancel = clock.after(one.set, () => {
              pending.delete(cancel);
              ran.push({ dueMs, atMs: clock.monotonicMs() });
            });
            pending.set(cancel, dueMs);
          } else if ('cancel' in one) {
            const cancel = [...pending.keys()][one.cancel];
            cancel?.();
            if (cancel !== undefined) pending.delete(cancel);
          } else {
            await clock.advanceTo(clock.monotonicMs() + one.pass, nothing);
          }
          expect(clock.nextMs).toBe(Math.min(Number.POSITIVE_INFINITY, ...pending.values()));
        }
        for (const { dueMs, atMs } of ran) expect(atMs).toBe(dueMs);
        for (const dueMs of pending.values()) expect(dueMs).toBeGreaterThan(clock.monotonicMs() - 1);
      }),
    );
  });

  it('a timer that sets itself again at once does not hang the run', async () => {
    const clock = new VirtualClock(0);
    let runs = 0;
    const again = () => {
      runs++;
      clock.after(0, again);
    };
    clock.after(0, again);
    await clock.advanceTo(10, nothing);
    expect(clock.monotonicMs()).toBe(10);
    expect(runs).toBe(100_000);
  });
});

describe("the simulator's clock by order", () => {
  it('beats at its times up to the ordered one, and never goes back', async () => {
    const clock = new SteppedClock();
    const beats: number[] = [];
    const end = clock.every(10, () => beats.push(clock.nowMs()));
    await clock.advanceTo(35);
    expect(beats).toEqual([10, 20, 30]);
    end();
    await clock.advanceTo(100);
    expect(beats).toHaveLength(3);
    await expect(clock.advanceTo(50)).rejects.toThrow(/does not go back/);
  });
});
