import { describe, expect, it } from 'vitest';
import { REFILL_VALID_MS, RefillLane } from '../../../src/mqtt/refill-lane.ts';
import { refillPayload, reportPayload } from '../../../src/mqtt/topics.ts';
import type { RefillRecord } from '../../../src/records/model.ts';
import type { RefillState } from '../../../src/refill/model.ts';
import { Refill } from '../../../src/refill/refill.ts';
import { BEGIN, pumpAt } from '../desk/bay.ts';
import { FakeClock } from '../journal/support.ts';
import { FakeConnection } from './fake-connection.ts';

const STATION = 'RS-0042';

function lane() {
  const connection = new FakeConnection();
  const clock = new FakeClock();
  const reported: string[] = [];
  const refills = new RefillLane({
    connection,
    site: 'ward-3',
    bridge: 'bay-a',
    clock,
    onReported: (refill) => reported.push(refill),
  });
  refills.start();
  const { order, context } = BEGIN;
  const refill = Refill.begin({
    kind: 'begin',
    atMs: clock.utcMs(),
    refill: 'R1',
    station: STATION,
    by: 'An Example',
    pump: pumpAt(clock.utcMs()),
    order,
    context,
    simulated: true,
  });
  /** What went out since the last call, checked against what `topics.ts` promises. */
  const told = () =>
    connection.sent.splice(0).map(({ topic, payload, qos, retain }) => {
      expect([topic, qos, retain]).toEqual(['hai/v1/ward-3/RS-0042/refill', 1, true]);
      return refillPayload.parse(JSON.parse(payload));
    });
  return { connection, clock, refills, refill, told, reported };
}

describe('an open refill over MQTT', () => {
  it('is said at once when something turns, once a second while numbers change, and no person is in it', () => {
    const { clock, refills, refill, connection, told } = lane();
    refills.refill(refill.state);
    expect(connection.sent[0]?.payload).not.toMatch(/Example|pt-7/);
    expect(told()).toMatchObject([
      {
        refill: 'R1',
        phase: 'identify',
        outcome: 'in-progress',
        pump: 'P0042',
        simulated: true,
        validForMs: REFILL_VALID_MS,
      },
    ]);
    for (let ms = 0; ms < 3000; ms += 100) {
      clock.pass(100);
      refills.refill({ ...refill.state, level: { value: ms / 1000, u95: 0.1 } });
    }
    expect(told().map(({ level }) => level?.value)).toEqual([0.9, 1.9, 2.9]);
    refill.apply({ atMs: clock.utcMs(), kind: 'nurse', by: 'A', action: { do: 'phase', phase: 'prep' } });
    refills.refill(refill.state);
    refills.refill(refill.state);
    expect(told()).toMatchObject([{ phase: 'prep' }]);
  });

  it('is said again within its validity, and at a reconnect', () => {
    const { clock, refills, refill, told } = lane();
    refills.refill(refill.state);
    told();
    clock.pass(REFILL_VALID_MS);
    expect(told().length).toBeGreaterThanOrEqual(2);
    refills.connected();
    expect(told()).toHaveLength(1);
    refills.refill({ station: STATION, refill: null });
    expect(told()).toMatchObject([{ refill: null, outcome: null, level: null, holds: {} }]);
    clock.pass(REFILL_VALID_MS);
    expect(told()).toEqual([]);
  });
});

describe('the record of a closed refill', () => {
  const record = (refill: string): RefillRecord =>
    ({
      summary: { refill, station: STATION, outcome: 'completed' },
      state: {} as RefillState,
      inputsSha256: 'a',
      inputs: 1,
    }) as RefillRecord;

  it('goes out until the broker has acknowledged it', () => {
    const { connection, refills, reported } = lane();
    const acknowledge: ((ok: boolean) => void)[] = [];
    connection.publish = (topic, payload, options, done?: (acknowledged: boolean) => void) => {
      if (!connection.connected) return false;
      connection.sent.push({ topic, payload, ...options });
      if (done) acknowledge.push(done);
      return true;
    };
    connection.connected = false;
    refills.record(record('R1'));
    expect(connection.sent).toEqual([]);
    connection.connected = true;
    refills.connected();
    acknowledge.shift()?.(false);
    expect(reported).toEqual([]);
    refills.connected();
    acknowledge.shift()?.(true);
    expect(reported).toEqual(['R1']);
    refills.connected();
    expect(connection.sent.map(({ topic, qos, retain }) => [topic, qos, retain])).toEqual([
      ['hai/v1/ward-3/RS-0042/refill/report', 1, true],
      ['hai/v1/ward-3/RS-0042/refill/report', 1, true],
    ]);
    expect(reportPayload.safeParse(JSON.parse(connection.sent[0]?.payload ?? '')).success).toBe(true);
  });
});
