import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HeldRow } from '../../../src/drill/judge.ts';
import type { LedgerLine } from '../../../src/drill/ledger.ts';
import { type ClockStep, timeProblem } from '../../../src/drill/times.ts';

const START = 1_000_000;
const problem = (tick: number, timeMs: number, steps: ClockStep[] = []) =>
  timeProblem({ timeNs: BigInt(Math.round(timeMs)) * 1_000_000n } as HeldRow, { tick } as LedgerLine, START, steps);

describe('the time of a row', () => {
  it('without steps is that of the line, a little late', () => {
    expect(problem(5000, START + 5000)).toBeNull();
    expect(problem(5000, START + 19_000)).toBeNull();
    expect(problem(5000, START + 3900)).toBe('its time is -1100 ms off, -1000 to 15000 are right');
    expect(problem(5000, START + 20_100)).toMatch(/15100 ms off/);
  });

  it('follows the clock forwards, and goes on more slowly after a step back until the clock has caught up', () => {
    const steps = [
      { atMs: START + 20_000, offsetMs: 60_000 },
      { atMs: START + 40_000, offsetMs: 0 },
    ];
    expect(problem(30_000, START + 90_000, steps)).toBeNull();
    // Ten seconds after the step back: the clock says 50 s, the last time given before it was 100 s.
    expect(problem(50_000, START + 100_000 + 8_750, steps)).toBeNull();
    expect(problem(50_000, START + 100_000 + 10_000 + 15_000, steps)).toMatch(/off/);
    expect(problem(70_000, START + 100_000, steps)).toBeNull();
    expect(problem(4000, START + 64_000, steps)).toMatch(/off/);
    // 60 s ahead, an eighth of the time passed is caught up: after 480 s it is the clock's again.
    expect(problem(515_000, START + 535_000, steps)).toMatch(/off/);
  });

  it('is right for a journal that never lets times go back, at whatever pace it goes on, and wrong when it ignores a step', () => {
    const anySteps = fc
      .array(
        fc.record({ gap: fc.integer({ min: 1, max: 60_000 }), offsetMs: fc.integer({ min: -90_000, max: 90_000 }) }),
        {
          maxLength: 5,
        },
      )
      .map((list) => {
        let atMs = START;
        return list.map(({ gap, offsetMs }) => {
          atMs += gap;
          return { atMs, offsetMs };
        });
      });
    fc.assert(
      fc.property(
        anySteps,
        fc.integer({ min: 0, max: 14_000 }),
        fc.double({ min: 0, max: 7 / 8, noNaN: true }),
        (...of) => {
          const [steps, latencyMs, pace] = of;
          const offsetAt = (ms: number) => steps.filter((s) => s.atMs <= ms).at(-1)?.offsetMs ?? 0;
          let last = 0;
          for (let tick = 0; tick < 300_000; tick += 500) {
            const received = START + tick + latencyMs;
            last = Math.max(last + 500 * pace, received + offsetAt(received));
            expect(problem(tick, last, steps)).toBeNull();
          }
        },
      ),
      { numRuns: 100 },
    );
    expect(problem(50_000, START + 50_000, [{ atMs: START + 20_000, offsetMs: 40_000 }])).toMatch(/-?0? ?ms off/);
  });
});
