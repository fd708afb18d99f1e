/** What must hold whatever the inputs: they may come in any order of kinds, late, twice, with gaps, at any rate. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANNELS } from '../../../protocols/reading.ts';
import { HOLD_POINTS, type NurseAction, PHASES, type RefillInput } from '../../../src/refill/model.ts';
import { Refill, replay } from '../../../src/refill/refill.ts';
import { begin, CONTEXT, ORDER, T0 } from './bedside.ts';

const value = (min: number, max: number) =>
  fc.option(fc.oneof(fc.constantFrom(0, min, max), fc.double({ min, max, noNaN: true })), { freq: 12 });
const reading = fc.record({
  stepMs: fc.constantFrom(0, 20, 100, 100, 100, 1000, 30_000, -500, 2 ** 31),
  values: fc.tuple(...CHANNELS.map((c) => value(c.min, c.max))),
  flags: fc.integer({ min: 0, max: 0xffff }),
  bootId: fc.constantFrom('A0000001', 'A0000001', 'A0000001', 'B0000002'),
});
const station = fc.constantFrom<string[]>(
  ['needle', 'in'],
  ['needle', 'out'],
  ['needle', 'unknown'],
  ['clamp', 'open'],
  ['clamp', 'closed'],
  ['scale', 'tared'],
  ['sensor', 'zeroed'],
  ['scan', 'gs1-datamatrix'],
  ['power', 'battery'],
  ['needle', 'sideways'],
);
const action: fc.Arbitrary<NurseAction> = fc.oneof(
  fc.record({ do: fc.constant('phase' as const), phase: fc.constantFrom(...PHASES) }),
  fc.record({ do: fc.constant('pass' as const), hold: fc.constantFrom(...HOLD_POINTS) }),
  fc.record({
    do: fc.constant('override' as const),
    hold: fc.constantFrom(...HOLD_POINTS),
    reason: fc.constantFrom('', 'seen'),
  }),
  fc.record({
    do: fc.constant('residual' as const),
    ml: fc.constantFrom(0, 11.8, -1, Number.NaN),
    reason: fc.constant('read off'),
  }),
  fc.constant({ do: 'context' as const, context: { ...CONTEXT, homeAltitudeM: 800 } }),
  fc.constant({ do: 'order' as const, order: { ...ORDER, fillMl: 20 } }),
  fc.record({ do: fc.constantFrom('abort' as const, 'resume' as const), reason: fc.constant('because') }),
);
const step = fc.oneof(
  { weight: 12, arbitrary: fc.array(reading, { minLength: 1, maxLength: 25 }) },
  { weight: 3, arbitrary: station },
  { weight: 2, arbitrary: action },
  { weight: 1, arbitrary: fc.constantFrom('live' as const, 'silent' as const) },
);

/** A stretch of inputs at host times that only go forward; ticks do what they like. */
const inputs = fc.array(step, { maxLength: 30 }).map((steps) => {
  const list: RefillInput[] = [];
  let atMs = T0;
  let tick = 4_294_960_000;
  for (const one of steps) {
    atMs += 40;
    if (typeof one === 'string') list.push({ kind: 'link', atMs, state: one });
    else if ('do' in one) list.push({ kind: 'nurse', atMs, by: 'nurse A', action: one });
    else if (typeof one[0] === 'string') {
      const [source, state] = one as string[];
      list.push({ kind: 'station', atMs, source: source ?? '', state: state ?? '', data: 'P0042' });
    } else {
      for (const { stepMs, values, flags, bootId } of one as {
        stepMs: number;
        values: (number | null)[];
        flags: number;
        bootId: string;
      }[]) {
        atMs += Math.min(60_000, Math.max(1, stepMs));
        tick = (tick + stepMs) >>> 0;
        list.push({ kind: 'reading', atMs, reading: { values, flags, deviceTickMs: tick, bootId } });
      }
    }
  }
  return list;
});

const run = (list: readonly RefillInput[]) => replay([begin(), ...list]);
/** Without the time of the last input, and what that alone decides. */
const timeless = (refill: Refill) => {
  const { atMs, level, drained, filled, ...rest } = refill.state;
  return rest;
};

describe('any inputs', () => {
  it('give the same state every time, and from any snapshot on', () => {
    fc.assert(
      fc.property(inputs, fc.nat(), (list, cut) => {
        const whole = run(list);
        expect(run(list).state).toEqual(whole.state);
        const at = list.length === 0 ? 0 : cut % list.length;
        const again = Refill.restore(JSON.parse(JSON.stringify(run(list.slice(0, at)).snapshot())));
        for (const input of list.slice(at)) again.apply(input);
        expect(again.state).toEqual(whole.state);
      }),
      { numRuns: 60 },
    );
  });

  it('are not changed by time that passes in between', () => {
    fc.assert(
      fc.property(inputs, fc.array(fc.nat({ max: 40 }), { maxLength: 20 }), (list, places) => {
        const more = [...list];
        for (const place of places) {
          const i = Math.min(place, more.length);
          const [before, after] = [more[i - 1]?.atMs ?? T0, more[i]?.atMs ?? (more[i - 1]?.atMs ?? T0) + 5];
          more.splice(i, 0, { kind: 'time', atMs: Math.floor((before + after) / 2) });
        }
        const end: RefillInput = { kind: 'time', atMs: (list.at(-1)?.atMs ?? T0) + 120_000 };
        expect(run([...more, end]).state).toEqual(run([...list, end]).state);
      }),
      { numRuns: 60 },
    );
  });

  it('count a reading once: again, and behind its time, it changes nothing', () => {
    fc.assert(
      fc.property(inputs, fc.nat(), (list, at) => {
        const readings = list.flatMap((input, i) => (input.kind === 'reading' ? [i] : []));
        if (readings.length === 0) return;
        const i = readings[at % readings.length] as number;
        const again = list[i] as RefillInput;
        // Up to a change of boot: the same tick of another boot is another reading.
        const twice = [...list.slice(0, i + 1), again, ...list.slice(i + 1)];
        expect(timeless(run(twice))).toEqual(timeless(run(list)));
      }),
      { numRuns: 60 },
    );
  });

  it('never make a number that is none, a level below nothing, or an uncertainty that is negative', () => {
    fc.assert(
      fc.property(inputs, (list) => {
        const refill = Refill.begin(begin());
        for (const input of list) {
          refill.apply(input);
          const { level, residual, drained, filled } = refill.state;
          for (const e of [level, residual, drained, filled]) {
            if (e === null) continue;
            expect(Number.isFinite(e.value) && Number.isFinite(e.u95) && e.u95 >= 0).toBe(true);
          }
          if (level !== null) expect(level.value).toBeGreaterThanOrEqual(0);
        }
        const { state } = refill;
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
        expect(state.advisories.filter((a) => a.present).length).toBe(
          new Set(state.advisories.filter((a) => a.present).map((a) => a.advisory)).size,
        );
        for (const hold of state.holds) if (hold.state === 'overridden') expect(hold.reason).toBe('seen');
      }),
      { numRuns: 60 },
    );
  });
});
