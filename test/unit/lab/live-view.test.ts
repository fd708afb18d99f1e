import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/hil/recording.ts';
import { scenarioSchema } from '../../../src/hil/scenario/schema.ts';
import { type Step, stepSchema } from '../../../src/hil/scenario/steps.ts';
import type { RecordedByStand } from '../../../src/hil/stand/stand.ts';
import type { Told } from '../../../src/hil/stand/stepped-stations.ts';
import { LiveView } from '../../../src/lab/live-view.ts';
import { after, atStart } from '../../../src/lab/switches.ts';

const say = (s: number, topic: string, payload: unknown): Message => ({
  ...{ atMs: s * 1000, topic: `hai/v1/hil/${topic}`, payload },
});
const live = (s: number, values: object) => say(s, 'SIM-1/live', { values });
const truth = (s: number, reservoirMl: number): Told => ({
  ...{ s: 'SIM-1', atMs: s * 1000, ev: 'truth', reservoirMl, phase: 'fill' },
});
const alarm = (s: number, source: string, presence: boolean) =>
  say(s, `${source}/alarm/stationQuiet`, { priority: 'low', condition: { presence } });
const setup = (more: object = {}) =>
  scenarioSchema.parse({ scenario: 'x', about: 'x', setup: { stations: [more] }, expect: [{}] }).setup;
const recorded = (endS: number, messages: readonly Message[], told: readonly Told[] = []) =>
  ({ endMs: endS * 1000, bridge: 'hil-bridge', stations: ['SIM-1'], messages, told }) as unknown as RecordedByStand;

describe('what is seen of a run', () => {
  it('puts beside every value what was true at its time, and missing stays missing', () => {
    const view = new LiveView();
    const messages = [live(1, { collectorMass: 4, lineFlow: null, linePressure: 20 }), live(2, { collectorMass: 5 })];
    const told = [truth(1, 10), truth(2, 11), truth(9, 18)];
    view.take(recorded(3, messages, told));
    expect(view.more().samples).toEqual([
      [1, 1000, 4, null, 20, null, 10],
      [1, 2000, 5, null, null, null, 11],
    ]);
    expect(view.stations(atStart(setup()))[0]?.truthMl).toBe(11);
    view.take(recorded(9, messages, told));
    expect(view.stations(atStart(setup()))[0]?.truthMl).toBe(18);
    expect(view.more().samples).toEqual([]);
  });

  it('says what the product says, and forgets a level that is not said any more', () => {
    const view = new LiveView();
    const level = { value: 12, u95: 0.2 };
    const messages = [
      say(1, 'SIM-1/status', { state: 'live' }),
      say(2, 'SIM-1/refill', { refill: 'r', phase: 'fill', level, levelFrom: 'measured' }),
    ];
    view.take(recorded(2, messages));
    const [now] = view.stations(atStart(setup()));
    expect(now).toMatchObject({ name: 'SIM-1', state: 'live', phase: 'fill', level, levelFrom: 'measured' });
    view.take(recorded(3, [...messages, say(3, 'SIM-1/refill', { refill: null, phase: null })]));
    expect(view.stations(atStart(setup()))[0]).toMatchObject({ phase: null, level: null, levelFrom: null });
  });

  it('keeps alarms of stations and of the bridge apart, and notes when they begin and end, once', () => {
    const view = new LiveView();
    const messages = [alarm(1, 'SIM-1', true), alarm(2, 'SIM-1', true), alarm(3, 'hil-bridge', true)];
    view.take(recorded(3, [...messages, alarm(4, 'SIM-1', false)]));
    expect(view.alarmsOf('SIM-1')).toEqual([]);
    expect(view.alarmsOf('hil-bridge')).toEqual([{ condition: 'stationQuiet', priority: 'low', latched: false }]);
    expect(view.more().log.map(({ atMs, text }) => `${atMs} ${text}`)).toEqual([
      '1000 stationQuiet at SIM-1 begins, low priority',
      '3000 stationQuiet begins, low priority',
      '4000 stationQuiet at SIM-1 ends',
    ]);
  });
});

describe('a latched alarm', () => {
  it('is shown as over and latched, until somebody acknowledges it', () => {
    const view = new LiveView();
    const latching = (s: number, state: string) =>
      say(s, 'SIM-1/alarm/overfill', { priority: 'high', state, condition: { presence: state === 'active' } });
    const messages = [latching(1, 'active'), latching(2, 'latched')];
    view.take(recorded(2, messages));
    expect(view.alarmsOf('SIM-1')).toEqual([{ condition: 'overfill', priority: 'high', latched: true }]);
    view.take(recorded(3, [...messages, latching(3, 'inactive')]));
    expect(view.alarmsOf('SIM-1')).toEqual([]);
    expect(view.more().log.map(({ text }) => text)).toEqual([
      'overfill at SIM-1 begins, high priority',
      'overfill at SIM-1 is over, and latched',
      'overfill at SIM-1 ends',
    ]);
  });
});

describe('what is switched', () => {
  const step = (act: object): Step => stepSchema.parse(act);
  const all = (...acts: object[]) =>
    acts.map(step).reduce(after, atStart(setup({ faults: { stall: '1 %' } }))[0] as ReturnType<typeof after>);

  it('begins as the scenario does, and goes on with every act, whoever does it', () => {
    expect(all().faults).toEqual({ stall: 1 });
    expect(all({ fault: { 'bit-flip': '20 %' } }).faults).toEqual({ stall: 1, 'bit-flip': 20 });
    expect(all({ fault: { stall: '0 %' } }).faults).toEqual({});
    const sensor = { sensor: { channel: 'mass', fault: 'stuck' } };
    expect(all(sensor).sensors).toEqual({ mass: 'stuck' });
    expect(all(sensor, { heal: 'mass' }).sensors).toEqual({});
    expect(all({ station: 'unplug' })).toMatchObject({ plugged: false, quiet: false });
    expect(all({ station: 'quiet' }, { station: 'reboot' })).toMatchObject({ plugged: true, quiet: false });
    expect(all({ bay: 'door-open' }, { bay: 'battery' })).toMatchObject({ door: 'open', power: 'battery' });
    expect(all({ nurse: 'pause' })).toEqual(all());
  });
});
