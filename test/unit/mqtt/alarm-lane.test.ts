import { describe, expect, it } from 'vitest';
import { AlarmMachine } from '../../../src/alarms/machine.ts';
import { boardOf } from '../../../src/alarms/make-board.ts';
import { AlarmLane } from '../../../src/mqtt/alarm-lane.ts';
import { type AlarmPayload, alarmPayload, parseTopic } from '../../../src/mqtt/topics.ts';
import { FakeClock } from '../journal/support.ts';
import { FakeConnection } from './fake-connection.ts';

function lane() {
  const connection = new FakeConnection();
  const clock = new FakeClock();
  const machine = new AlarmMachine({ conditions: {}, audioPauseS: 120, longestAudioPauseS: 600 });
  const alarms = new AlarmLane({ connection, site: 'ward-3', bridge: 'bay-a', clock });
  const now = () => ({ utcMs: clock.utcMs(), steadyMs: clock.monotonicMs() });
  const say = (present: boolean, condition: 'needleDislodged' | 'brokerUnreachable' = 'needleDislodged') =>
    machine.report(
      { source: condition === 'needleDislodged' ? 'RS-0042' : 'bay-a', condition, present, detail: 'why' },
      now(),
    );
  /** What went out since the last call, checked against what `topics.ts` promises. */
  const told = (): (AlarmPayload | null)[] => {
    machine.time(now());
    alarms.board(boardOf(machine, now()));
    return connection.sent.splice(0).map(({ topic, payload, qos, retain }) => {
      expect({ qos, retain }).toEqual({ qos: 1, retain: true });
      expect(topic).toBe('hai/v1/ward-3/RS-0042/alarm/needleDislodged');
      return payload === '' ? null : alarmPayload.parse(JSON.parse(payload));
    });
  };
  return { connection, clock, machine, alarms, say, told, now };
}

const TOPIC = 'hai/v1/ward-3/RS-0042/alarm/needleDislodged';

describe('alarms over MQTT', () => {
  it('follow a condition from its begin to a minute after its end, each change once', () => {
    const { machine, clock, say, told, now } = lane();
    say(true);
    expect(told()).toMatchObject([
      {
        status: 'in-progress',
        priority: 'high',
        type: 'physiological',
        state: 'active',
        inactivation: 'enabled',
        condition: { code: 'needleDislodged', presence: true, acknowledged: false, timing: { end: null } },
        signal: { activationState: 'on', presence: 'on' },
      },
    ]);
    clock.pass(1000);
    expect(told()).toEqual([]);
    machine.pause('A', null, 60, now());
    expect(told()).toMatchObject([
      { inactivation: 'audio-paused', signal: { activationState: 'paused', presence: 'on' } },
    ]);
    clock.pass(60_000);
    expect(told()).toMatchObject([{ inactivation: 'enabled' }]);
    say(false);
    expect(told()).toMatchObject([
      { state: 'latched', condition: { presence: false }, signal: { activationState: 'on', presence: 'latched' } },
    ]);
    machine.acknowledge('An Example', 'RS-0042', 'needleDislodged', now());
    expect(told()).toMatchObject([
      {
        status: 'completed',
        state: 'inactive',
        condition: { acknowledged: true, acknowledgedBy: 'An Example' },
        signal: { activationState: 'off', presence: 'off' },
      },
    ]);
    clock.pass(60_000);
    expect(told()).toEqual([null]);
    expect(told()).toEqual([]);
  });

  it('say an acknowledged present condition as such', () => {
    const { machine, say, told, now } = lane();
    say(true);
    machine.acknowledge('A', 'RS-0042', 'needleDislodged', now());
    expect(told()).toMatchObject([
      { state: 'active', inactivation: 'alert-acknowledged', signal: { presence: 'ack' } },
    ]);
  });

  it('are said again at a reconnect, with what ended meanwhile emptied', () => {
    const { connection, machine, clock, alarms, say, told, now } = lane();
    say(true);
    told();
    alarms.connected();
    expect(connection.sent.splice(0).map(({ topic }) => topic)).toEqual([TOPIC]);
    connection.connected = false;
    machine.acknowledge('A', 'RS-0042', 'needleDislodged', now());
    say(false);
    clock.pass(60_000);
    expect(told()).toEqual([]);
    connection.sent = [];
    connection.connected = true;
    alarms.connected();
    expect(connection.sent).toMatchObject([{ topic: TOPIC, payload: '', retain: true }]);
    connection.sent = [];
    alarms.connected();
    expect(connection.sent).toEqual([]);
  });

  it('that were not taken are said when they can be', () => {
    const { connection, alarms, say, told } = lane();
    connection.connected = false;
    say(true);
    expect(told()).toEqual([]);
    connection.connected = true;
    expect(told()).toHaveLength(1);
    alarms.connected();
    expect(connection.of('needleDislodged')).toHaveLength(1);
  });
});

it('topics with a part behind their name are taken apart, others are not ours', () => {
  expect(parseTopic(TOPIC)).toEqual({ site: 'ward-3', station: 'RS-0042', topic: 'alarm/needleDislodged' });
  expect(parseTopic('hai/v1/ward-3/RS-0042/refill/report')?.topic).toBe('refill/report');
  for (const strange of ['live/x', 'refill/x', 'alarm/', 'alarm/a/b', 'alarm/ü', 'telemetry/report']) {
    expect(parseTopic(`hai/v1/ward-3/RS-0042/${strange}`), strange).toBeNull();
  }
});
