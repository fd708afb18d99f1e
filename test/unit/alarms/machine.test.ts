/** The alarm system's words, one by one. `machine-properties.test.ts` says what holds for any sequence of them. */
import { describe, expect, it } from 'vitest';
import type { AlarmCondition } from '../../../src/alarms/catalogue.ts';
import { AlarmMachine, ENDED_SHOWN_MS, type Moment } from '../../../src/alarms/machine.ts';
import { boardOf } from '../../../src/alarms/make-board.ts';
import type { AlarmSettings } from '../../../src/alarms/settings.ts';
import { settingsInWords } from '../../../src/alarms/settings.ts';

const BAY = 'HRS-0042';
const DEFAULTS: AlarmSettings = { conditions: {}, audioPauseS: 120, longestAudioPauseS: 600 };
/** UTC in steps of its own, so that a stamp is never mistaken for a duration. */
const at = (seconds: number): Moment => ({ steadyMs: seconds * 1000, utcMs: 1_700_000_000_000 + seconds * 1000 });

function alarms(settings: Partial<AlarmSettings> = {}) {
  const machine = new AlarmMachine({ ...DEFAULTS, ...settings });
  const say =
    (present: boolean) =>
    (condition: AlarmCondition, s: number, source = BAY) =>
      machine.report({ source, condition, present, detail: `${condition} of ${source}` }, at(s));
  const entry = (condition: AlarmCondition, source = BAY) =>
    machine.entries().find((e) => e.condition === condition && e.source === source) ?? null;
  const events = () => machine.takeLog().map(({ event, condition }) => `${event} ${condition ?? ''}`.trim());
  return { machine, begins: say(true), ends: say(false), entry, events };
}

describe('condition', () => {
  it('is present at once without a delay, and after its delay with one', () => {
    const { machine, begins, entry } = alarms();
    begins('needleDislodged', 0);
    begins('lineOccluded', 0);
    expect(entry('needleDislodged')).toMatchObject({ presence: 'present', priority: 'high', sinceUtcMs: at(0).utcMs });
    machine.time(at(2.999));
    expect(entry('lineOccluded')).toBeNull();
    expect(machine.dueMs).toBe(3000);
    machine.time(at(3));
    expect(entry('lineOccluded')).toMatchObject({ presence: 'present', sinceUtcMs: at(3).utcMs });
  });

  it('that ends within its delay never was', () => {
    const { machine, begins, ends, entry, events } = alarms();
    begins('lineOccluded', 0);
    ends('lineOccluded', 2.9);
    machine.time(at(10));
    expect(entry('lineOccluded')).toBeNull();
    expect(events()).toEqual([]);
  });

  it('said twice begins once, and its delay runs from the first time', () => {
    const { machine, begins, events } = alarms();
    begins('lineOccluded', 0);
    begins('lineOccluded', 2);
    machine.time(at(3));
    begins('lineOccluded', 4);
    expect(events()).toEqual(['began lineOccluded']);
  });

  it('that comes and goes is one: it ends when it has been gone for as long as it must', () => {
    const { machine, begins, ends, entry, events } = alarms();
    begins('stationQuietInRefill', 0);
    ends('stationQuietInRefill', 0.9);
    begins('stationQuietInRefill', 10);
    machine.time(at(11));
    machine.pause('A. Jansen', BAY, 120, at(11));
    // A link that stutters every three seconds.
    for (let s = 12; s < 40; s += 3) {
      ends('stationQuietInRefill', s);
      begins('stationQuietInRefill', s + 2);
    }
    expect(entry('stationQuietInRefill')).toMatchObject({ presence: 'present', signal: 'audio-paused' });
    ends('stationQuietInRefill', 42);
    machine.time(at(46.999));
    expect(entry('stationQuietInRefill')?.presence).toBe('present');
    expect(machine.dueMs).toBe(47_000);
    machine.time(at(47));
    expect(entry('stationQuietInRefill')).toMatchObject({ presence: 'ended', endedUtcMs: at(47).utcMs });
    expect(events()).toEqual(['began stationQuietInRefill', 'audio-paused', 'ended stationQuietInRefill']);
  });

  it('that was gone when the daemon stopped ends after the restart, though nobody says so again', () => {
    const first = alarms();
    first.begins('stationQuiet', 0);
    first.machine.time(at(1));
    first.ends('stationQuiet', 5);
    const second = alarms();
    second.machine.restore(JSON.parse(JSON.stringify(first.machine.snapshot())), at(1000));
    expect(second.entry('stationQuiet')?.presence).toBe('present');
    second.machine.time(at(1005));
    expect(second.entry('stationQuiet')?.presence).toBe('ended');
  });

  it('is latched when it ends unacknowledged, for as long as nobody acknowledges it', () => {
    const { machine, begins, ends, entry, events } = alarms();
    begins('needleDislodged', 0);
    ends('needleDislodged', 5);
    machine.time(at(86_400));
    expect(entry('needleDislodged')).toMatchObject({ presence: 'latched', signal: 'on', endedUtcMs: at(5).utcMs });
    expect(machine.acknowledge('An Example', BAY, 'needleDislodged', at(86_401))).toBe('acknowledged');
    expect(entry('needleDislodged')).toMatchObject({ presence: 'ended', signal: 'off', by: 'An Example' });
    expect(events()).toEqual(['began needleDislodged', 'latched needleDislodged', 'acknowledged needleDislodged']);
  });

  it('that does not latch, or was acknowledged before, ends at once and leaves the board a minute later', () => {
    const { machine, begins, ends, entry } = alarms();
    begins('stationRefused', 0);
    begins('needleDislodged', 0);
    machine.acknowledge('An Example', BAY, 'needleDislodged', at(1));
    ends('stationRefused', 2);
    ends('needleDislodged', 2);
    expect(entry('stationRefused')).toMatchObject({ presence: 'ended', signal: 'off' });
    expect(entry('needleDislodged')).toMatchObject({ presence: 'ended', signal: 'off' });
    machine.time(at(2 + ENDED_SHOWN_MS / 1000 - 0.001));
    expect(machine.entries()).toHaveLength(2);
    machine.time(at(2 + ENDED_SHOWN_MS / 1000));
    expect(machine.entries()).toHaveLength(0);
    expect(machine.dueMs).toBeNull();
  });

  it('that comes back is a new one: no longer acknowledged', () => {
    const { machine, begins, ends, entry } = alarms();
    begins('needleDislodged', 0);
    machine.acknowledge('An Example', BAY, 'needleDislodged', at(1));
    expect(entry('needleDislodged')).toMatchObject({ presence: 'present', signal: 'acknowledged' });
    ends('needleDislodged', 2);
    begins('needleDislodged', 3);
    expect(entry('needleDislodged')).toMatchObject({ presence: 'present', signal: 'on', by: null, endedUtcMs: null });
  });
});

describe('acknowledging', () => {
  it('says when there is nothing to acknowledge, and keeps the first who did', () => {
    const { machine, begins, entry } = alarms();
    expect(machine.acknowledge('A', BAY, 'leak', at(0))).toBe('nothing-there');
    begins('needleDislodged', 1);
    expect(machine.acknowledge('A', BAY, 'needleDislodged', at(2))).toBe('acknowledged');
    expect(machine.acknowledge('B', BAY, 'needleDislodged', at(3))).toBe('already');
    expect(entry('needleDislodged')).toMatchObject({ by: 'A', atUtcMs: at(2).utcMs });
  });
});

describe('audio pause', () => {
  it('silences for its time only, and hides nothing', () => {
    const { machine, begins } = alarms();
    begins('needleDislodged', 0);
    machine.pause('A', null, 120, at(1));
    const paused = boardOf(machine, at(31));
    expect(paused).toMatchObject({ highest: 'high', sounding: null });
    expect(paused.entries).toMatchObject([{ presence: 'present', signal: 'audio-paused' }]);
    expect(paused.pauses).toEqual([{ source: null, by: 'A', untilUtcMs: at(121).utcMs, remainingMs: 90_000 }]);
    machine.time(at(120.999));
    expect(boardOf(machine, at(120.999)).sounding).toBeNull();
    machine.time(at(121));
    expect(boardOf(machine, at(121))).toMatchObject({ sounding: 'high', pauses: [] });
  });

  it('is broken by a new condition of what it covers, not by one of another source', () => {
    const { machine, begins, entry, events } = alarms();
    begins('needleDislodged', 0);
    machine.pause('A', BAY, 120, at(1));
    begins('leak', 2, 'HRS-0043');
    machine.time(at(4));
    expect(entry('leak', 'HRS-0043')?.signal).toBe('on');
    expect(entry('needleDislodged')?.signal).toBe('audio-paused');
    events();
    begins('coldFill', 5);
    expect(entry('coldFill')?.signal).toBe('on');
    expect(entry('needleDislodged')?.signal).toBe('on');
    expect(events()).toEqual(['began coldFill', 'audio-pause-broken']);
  });

  it('never lasts longer than the site allows, nor shorter than one that is already there', () => {
    const { machine } = alarms({ longestAudioPauseS: 300 });
    machine.pause('A', null, 99_999, at(0));
    machine.pause('B', null, 10, at(1));
    expect(machine.pauses(at(1))).toMatchObject([{ by: 'A', remainingMs: 299_000 }]);
  });

  it('can be ended before its time', () => {
    const { machine, begins, entry } = alarms();
    begins('needleDislodged', 0);
    machine.pause('A', null, 120, at(1));
    expect(machine.resume('B', BAY, at(2))).toBe(false);
    expect(machine.resume('B', null, at(2))).toBe(true);
    expect(entry('needleDislodged')?.signal).toBe('on');
    expect(machine.takeLog().at(-1)).toMatchObject({ event: 'audio-resumed', by: 'B' });
  });
});

describe('restart', () => {
  it('keeps what is latched, acknowledged and paused', () => {
    const before = alarms();
    before.begins('needleDislodged', 0);
    before.machine.acknowledge('A', BAY, 'needleDislodged', at(1));
    before.begins('needleNotInReservoir', 2);
    before.ends('needleNotInReservoir', 3);
    before.machine.pause('B', null, 120, at(4));
    const stored = JSON.parse(JSON.stringify(before.machine.snapshot()));

    const after = alarms();
    // Another run: its steady clock begins anew; 30 s have passed.
    after.machine.restore(stored, { steadyMs: 7, utcMs: at(34).utcMs });
    expect(after.entry('needleDislodged')).toMatchObject({ presence: 'present', signal: 'acknowledged', by: 'A' });
    expect(after.entry('needleNotInReservoir')).toMatchObject({ presence: 'latched', signal: 'audio-paused' });
    expect(after.machine.pauses({ steadyMs: 7, utcMs: at(34).utcMs })).toMatchObject([
      { by: 'B', remainingMs: 90_000 },
    ]);
  });

  it('does not lengthen a pause when the clock was set back, and ends one whose time is over', () => {
    const { machine } = alarms();
    machine.pause('A', null, 120, at(10_000));
    const stored = machine.snapshot();
    const back = alarms().machine;
    back.restore(stored, { steadyMs: 0, utcMs: at(0).utcMs });
    expect(back.pauses({ steadyMs: 0, utcMs: at(0).utcMs })).toMatchObject([{ remainingMs: 120_000 }]);
    const late = alarms().machine;
    late.restore(stored, { steadyMs: 0, utcMs: at(20_000).utcMs });
    expect(late.pauses(at(0))).toEqual([]);
  });
});

describe('settings of the responsible organisation', () => {
  it('change priority, latching and delay', () => {
    const { begins, ends, entry } = alarms({ conditions: { leak: { priority: 'high', latching: false, delayMs: 0 } } });
    begins('leak', 0);
    expect(entry('leak')).toMatchObject({ presence: 'present', priority: 'high', latching: false });
    ends('leak', 1);
    expect(entry('leak')?.presence).toBe('ended');
  });

  it('switch advisories off, but nothing that tells of the equipment', () => {
    const one = alarms({ conditions: { leak: { off: true }, stationQuiet: { off: true } } });
    one.begins('leak', 0);
    one.begins('needleDislodged', 0);
    one.begins('stationQuiet', 0);
    one.machine.time(at(10));
    expect(one.entry('leak')).toBeNull();
    expect(one.entry('needleDislodged')).not.toBeNull();
    expect(one.entry('stationQuiet')).not.toBeNull();
  });

  it('are said in words for the log', () => {
    const conditions = { leak: { priority: 'high', delayMs: 0 } } as const;
    expect(settingsInWords({ ...DEFAULTS, conditions })).toBe('leak: priority high, delayMs 0; audio pause 120 s');
  });
});

describe('board', () => {
  it('puts the most urgent first and what has ended last', () => {
    const { machine, begins, ends } = alarms();
    begins('stationQuiet', 0);
    begins('residualOutsideBand', 1);
    begins('needleNotInReservoir', 2);
    ends('needleNotInReservoir', 3);
    begins('needleDislodged', 4);
    begins('stationRefused', 5);
    ends('stationRefused', 6);
    const board = boardOf(machine, at(6));
    expect(board.entries.map((e) => e.condition)).toEqual([
      'needleDislodged',
      'needleNotInReservoir',
      'residualOutsideBand',
      'stationQuiet',
      'stationRefused',
    ]);
    expect(board).toMatchObject({ highest: 'high', sounding: 'high', atUtcMs: at(6).utcMs });
  });
});
