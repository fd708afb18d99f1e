/** What holds for the alarm system whatever is reported, acknowledged and paused, in any order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALARM_CONDITIONS, type AlarmCondition } from '../../../src/alarms/catalogue.ts';
import { AlarmMachine, type Moment } from '../../../src/alarms/machine.ts';
import { boardOf } from '../../../src/alarms/make-board.ts';
import { type AlarmSettings, definitionOf } from '../../../src/alarms/settings.ts';

const SETTINGS: AlarmSettings = { conditions: {}, audioPauseS: 120, longestAudioPauseS: 300 };
/** Few, so that the same condition comes, ends and comes back within a run; of each kind: latching or not, delay or not. */
const SOURCES = ['HRS-0042', 'HRS-0043'];
const CONDITIONS: AlarmCondition[] = ['needleDislodged', 'leak', 'lineOccluded', 'stationQuiet'];
const RUNS = { numRuns: 150 };

type Input =
  | { do: 'report'; source: string; condition: AlarmCondition; present: boolean; detail: string }
  | { do: 'acknowledge'; source: string; condition: AlarmCondition }
  | { do: 'pause' | 'resume'; source: string | null; seconds: number }
  | { do: 'time' };
type Timed = Input & { afterMs: number };

const source = fc.constantFrom(...SOURCES);
const condition = fc.constantFrom(...CONDITIONS);
const scope = fc.constantFrom(null, ...SOURCES);
const afterMs = fc.oneof(fc.integer({ min: 0, max: 1500 }), fc.integer({ min: 0, max: 200_000 }));
const input: fc.Arbitrary<Timed> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('report' as const),
      source,
      condition,
      present: fc.boolean(),
      detail: fc.constantFrom('this', 'that'),
      afterMs,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('acknowledge' as const), source, condition, afterMs }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('pause' as const, 'resume' as const),
      source: scope,
      seconds: fc.integer({ min: 1, max: 1000 }),
      afterMs,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('time' as const), afterMs }) },
);
const inputs = fc.array(input, { minLength: 1, maxLength: 50, size: 'max' });

const moment = (steadyMs: number): Moment => ({ steadyMs, utcMs: 1_700_000_000_000 + steadyMs });

function apply(machine: AlarmMachine, timed: Timed, now: Moment): void {
  if (timed.do === 'report') machine.report(timed, now);
  else if (timed.do === 'acknowledge') machine.acknowledge('A', timed.source, timed.condition, now);
  else if (timed.do === 'pause') machine.pause('B', timed.source, timed.seconds, now);
  else if (timed.do === 'resume') machine.resume('B', timed.source, now);
  else machine.time(now);
}

/** Runs all inputs; time stands at its due moments in between, as the daemon's clock does. */
function run(list: readonly Timed[], after?: (machine: AlarmMachine, timed: Timed, now: Moment) => void): AlarmMachine {
  const machine = new AlarmMachine(SETTINGS);
  let nowMs = 0;
  for (const timed of list) {
    const untilMs = nowMs + timed.afterMs;
    for (let due = machine.dueMs; due !== null && due <= untilMs; due = machine.dueMs) machine.time(moment(due));
    nowMs = untilMs;
    apply(machine, timed, moment(nowMs));
    after?.(machine, timed, moment(nowMs));
  }
  return machine;
}

describe('whatever happens', () => {
  it('shows every condition that is reported for longer than its delay, acknowledged, paused or not', () => {
    fc.assert(
      fc.property(inputs, (list) => {
        const reportedSince = new Map<string, number>();
        const goneSince = new Map<string, number>();
        run(list, (machine, timed, now) => {
          const delays = (what: AlarmCondition) => {
            const { delayMs, endDelayMs } = definitionOf(what, SETTINGS) ?? { delayMs: 0, endDelayMs: 0 };
            return { delayMs, endDelayMs };
          };
          for (const [key, since] of goneSince) {
            const { endDelayMs } = delays(key.split(' ')[1] as AlarmCondition);
            if (now.steadyMs < since + endDelayMs) continue;
            goneSince.delete(key);
            reportedSince.delete(key);
          }
          if (timed.do === 'report') {
            const key = `${timed.source} ${timed.condition}`;
            const { delayMs, endDelayMs } = delays(timed.condition);
            const since = reportedSince.get(key);
            if (timed.present) {
              goneSince.delete(key);
              if (since === undefined) reportedSince.set(key, now.steadyMs);
            } else if (since !== undefined && endDelayMs > 0 && now.steadyMs >= since + delayMs) {
              if (!goneSince.has(key)) goneSince.set(key, now.steadyMs);
            } else reportedSince.delete(key);
          }
          const shown = new Map(boardOf(machine, now).entries.map((e) => [`${e.source} ${e.condition}`, e]));
          for (const where of SOURCES) {
            for (const what of CONDITIONS) {
              const key = `${where} ${what}`;
              const since = reportedSince.get(key);
              const { delayMs } = delays(what);
              const due = since !== undefined && now.steadyMs >= since + delayMs;
              expect(shown.get(key)?.presence === 'present', key).toBe(due);
            }
          }
        });
      }),
      RUNS,
    );
  });

  it('sounds a condition that has just begun, pause or no pause', () => {
    fc.assert(
      fc.property(inputs, (list) => {
        run(list, (machine, _, now) => {
          for (const row of machine.takeLog()) {
            if (row.event !== 'began' || row.atUtcMs !== now.utcMs) continue;
            const entry = machine.entries().find((e) => e.source === row.source && e.condition === row.condition);
            expect(entry?.signal).toBe('on');
          }
        });
      }),
      RUNS,
    );
  });

  it('lets a latching condition go only when somebody has acknowledged it', () => {
    fc.assert(
      fc.property(inputs, fc.integer({ min: 0, max: 10_000_000 }), (list, laterMs) => {
        const log: ReturnType<AlarmMachine['takeLog']>[number][] = [];
        let lastMs = 0;
        const machine = run(list, (m, _, now) => {
          log.push(...m.takeLog());
          lastMs = now.steadyMs;
        });
        machine.time(moment(lastMs + laterMs));
        log.push(...machine.takeLog());
        for (const where of SOURCES) {
          for (const what of CONDITIONS.filter((name) => ALARM_CONDITIONS[name].latching)) {
            const its = log.filter((row) => row.source === where && row.condition === what).map((row) => row.event);
            const begun = its.lastIndexOf('began');
            const unseen = begun >= 0 && !its.slice(begun).includes('acknowledged');
            const entry = machine.entries().find((e) => e.source === where && e.condition === what);
            if (unseen) expect(['present', 'latched']).toContain(entry?.presence);
            else expect(entry?.presence).not.toBe('latched');
          }
        }
      }),
      RUNS,
    );
  });

  it('ends every pause within the longest allowed, and an acknowledgement with its condition', () => {
    fc.assert(
      fc.property(inputs, (list) => {
        let lastMs = 0;
        const machine = run(list, (_, __, now) => {
          lastMs = now.steadyMs;
        });
        const end = moment(lastMs + SETTINGS.longestAudioPauseS * 1000);
        machine.time(end);
        expect(machine.pauses(end)).toEqual([]);
        for (const entry of machine.entries()) {
          if (entry.presence !== 'ended') expect(entry.signal).toBe(entry.by === null ? 'on' : 'acknowledged');
        }
      }),
      RUNS,
    );
  });

  it('comes to the same result again, and to the same after a restart at any point', () => {
    fc.assert(
      fc.property(inputs, fc.nat(50), (list, cut) => {
        const first = run(list);
        const again = run(list);
        expect(again.snapshot()).toEqual(first.snapshot());
        expect(again.takeLog()).toEqual(first.takeLog());

        const before = run(list.slice(0, cut));
        const atMs = list.slice(0, cut).reduce((sum, timed) => sum + timed.afterMs, 0);
        const restarted = new AlarmMachine(SETTINGS);
        restarted.restore(JSON.parse(JSON.stringify(before.snapshot())), moment(atMs));
        const shown = boardOf(restarted, moment(atMs));
        const was = boardOf(before, moment(atMs));
        expect(shown.entries).toEqual(was.entries);
        expect(shown.pauses).toEqual(was.pauses);
        expect(shown.sounding).toBe(was.sounding);
      }),
      RUNS,
    );
  });
});
