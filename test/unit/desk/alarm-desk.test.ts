/** The alarm system at work: one state for every screen, kept over restarts, whatever the disk does. */
import { describe, expect, it } from 'vitest';
import type { AlarmBoard } from '../../../src/alarms/board.ts';
import type { AlarmCondition } from '../../../src/alarms/catalogue.ts';
import { Bus } from '../../../src/bus.ts';
import { configSchema } from '../../../src/config.ts';
import { AlarmDesk } from '../../../src/desk/alarm-desk.ts';
import { collectingLogger, FakeClock, settled } from '../journal/support.ts';
import { MemoryRecords } from './memory-records.ts';

const settings = configSchema.parse({}).alarms;

function desk(records = new MemoryRecords(), clock = new FakeClock()) {
  const bus = new Bus((error) => {
    throw error;
  });
  const boards: AlarmBoard[] = [];
  bus.on('alarms', (board) => boards.push(board));
  const lastAlarmId = Math.max(0, ...records.log.map(({ id }) => id));
  const kept = { alarmState: records.alarmState, lastAlarmId };
  const logger = collectingLogger();
  const alarms = new AlarmDesk({ bus, clock, logger, records, settings, version: '9.9.9', kept });
  alarms.start();
  const say =
    (present: boolean) =>
    (condition: AlarmCondition, source = 'HRS-0042') =>
      bus.emit('condition', { source, condition, present, detail: 'because' });
  return { alarms, bus, boards, records, clock, logger, begins: say(true), ends: say(false) };
}

describe('the alarm desk', () => {
  it('tells every screen at once what a report changed, and many of them as one board', async () => {
    const { boards, clock, begins } = desk();
    await clock.passing(100);
    boards.length = 0;
    begins('needleDislodged');
    begins('stationRefused');
    await clock.passing(20);
    expect(boards).toHaveLength(1);
    expect(boards[0]?.entries.map((e) => e.condition)).toEqual(['needleDislodged', 'stationRefused']);
    expect(boards[0]).toMatchObject({ highest: 'high', sounding: 'high' });
  });

  it('lets delays and pauses fall due by its own clock', async () => {
    const { alarms, boards, clock, begins } = desk();
    begins('lineOccluded');
    await clock.passing(2999);
    expect(alarms.board().entries).toEqual([]);
    await clock.passing(25);
    expect(boards.at(-1)?.entries).toMatchObject([{ condition: 'lineOccluded', presence: 'present' }]);
    await alarms.pause('A', null, null);
    await clock.passing(119_000);
    expect(alarms.board().sounding).toBeNull();
    await clock.passing(1100);
    expect(boards.at(-1)).toMatchObject({ sounding: 'medium', pauses: [] });
  });

  it('logs every high alarm with identity, time and who, in the order in which it happened', async () => {
    const { alarms, records, clock, begins, ends } = desk();
    begins('needleDislodged');
    await clock.passing(1000);
    await alarms.acknowledge('An Example', 'HRS-0042', 'needleDislodged');
    await alarms.pause('An Example', 'HRS-0042', 60);
    await clock.passing(1000);
    begins('overfill');
    await clock.passing(1000);
    ends('needleDislodged');
    await clock.passing(1000);
    expect(records.log.map(({ id, event, condition, by }) => [id, event, condition, by])).toEqual([
      [1, 'started', null, null],
      [2, 'began', 'needleDislodged', null],
      [3, 'acknowledged', 'needleDislodged', 'An Example'],
      [4, 'audio-paused', null, 'An Example'],
      [5, 'began', 'overfill', null],
      [6, 'audio-pause-broken', null, null],
      [7, 'ended', 'needleDislodged', null],
    ]);
    expect(records.log[1]).toMatchObject({ source: 'HRS-0042', priority: 'high', detail: 'because' });
    expect(records.log[0]?.detail).toBe('hai-bridge 9.9.9; audio pause 120 s');
  });

  it('goes on after a restart: latched, acknowledged, paused; log numbers go on too', async () => {
    const first = desk();
    first.begins('needleNotInReservoir');
    await first.clock.passing(10);
    first.ends('needleNotInReservoir');
    first.begins('needleDislodged');
    await first.alarms.acknowledge('A', 'HRS-0042', 'needleDislodged');
    await first.alarms.pause('B', null, 100);
    await first.clock.passing(30_000);
    await first.alarms.stop();

    const second = desk(first.records, first.clock);
    expect(second.alarms.board().entries).toMatchObject([
      { condition: 'needleDislodged', presence: 'present', signal: 'acknowledged', by: 'A' },
      { condition: 'needleNotInReservoir', presence: 'latched', signal: 'audio-paused' },
    ]);
    expect(second.alarms.board().pauses).toMatchObject([{ by: 'B', source: null }]);
    expect(second.alarms.board().pauses[0]?.remainingMs).toBeLessThanOrEqual(70_000);
    await second.clock.passing(100);
    const ids = first.records.log.map(({ id }) => id);
    expect(ids).toEqual(ids.map((_, i) => i + 1));
  });

  it('does not wait for the disk: the board is right at once, an acknowledgement is answered, all is kept later', async () => {
    const { alarms, boards, records, clock, begins } = desk();
    await clock.passing(100);
    let free = () => {};
    records.blocked = new Promise((resolve) => {
      free = resolve;
    });
    begins('needleDislodged');
    await clock.passing(20);
    expect(boards.at(-1)?.sounding).toBe('high');
    const answered = alarms.acknowledge('A', 'HRS-0042', 'needleDislodged');
    await clock.passing(2000);
    expect(await answered).toBe('acknowledged');
    expect(records.log.map(({ event }) => event)).toEqual(['started']);
    records.blocked = null;
    free();
    await settled();
    await clock.passing(100);
    expect(records.log.map(({ event }) => event)).toEqual(['started', 'began', 'acknowledged']);
    expect(JSON.parse(records.alarmState ?? '').items).toMatchObject([{ by: 'A' }]);
  });

  it('begins anew, and says so, when the kept state cannot be read', async () => {
    const records = new MemoryRecords();
    await records.write({ do: 'alarms', state: '{"items":', log: [] });
    const { alarms, logger, begins, clock } = desk(records);
    begins('needleDislodged');
    await clock.passing(30);
    expect(alarms.board().entries).toHaveLength(1);
    expect(logger.lines.map(({ message }) => message).join()).toContain('cannot be read');
  });
});
