/** The refill at work in the daemon: begun, fed, acted upon, restored, closed; and what everybody else hears of it. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RefillInput, RefillState } from '../../../src/refill/model.ts';
import { replay } from '../../../src/refill/refill.ts';
import { settled } from '../journal/support.ts';
import { type Bay, BEGIN, keptIn, openBay, STATION } from './bay.ts';
import { MemoryRecords } from './memory-records.ts';

async function begun(options: Parameters<typeof openBay>[0] = {}): Promise<Bay> {
  const bay = await openBay(options);
  bay.status('live');
  bay.read(200);
  await bay.desk.begin(STATION, BEGIN);
  return bay;
}
const stateOf = (bay: Bay): RefillState => {
  const state = bay.desk.state(STATION);
  if (state === null) throw new Error('no refill');
  return state;
};
const refused = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (e: unknown) => e,
  );
  return (error as { code?: string } | null)?.code ?? null;
};

describe('a refill begins', () => {
  it('at a live station, with a pump of the register, under an id that says when and where', async () => {
    const bay = await begun();
    expect(stateOf(bay)).toMatchObject({
      refill: 'R20260314-092653-HRS-0042-8000',
      station: STATION,
      by: 'An Example',
      simulated: true,
      outcome: 'in-progress',
      phase: 'identify',
    });
    expect(bay.records.of('refill-begun')).toMatchObject([
      { summary: { firmware: '2.4.1', hardware: 'C', patientRef: 'pt-7' } },
    ]);
    expect(bay.desk.stations()).toEqual([STATION]);
    expect(bay.desk.busy(STATION)).toBe(true);
  });

  it.each([
    ['unknown-station', 'HRS-9999', {}, () => {}],
    ['unknown-pump', STATION, { pump: 'P9' }, () => {}],
    ['station-not-live', STATION, {}, (bay: Bay) => bay.status('quiet')],
    [
      'clock-untrusted',
      STATION,
      {},
      (bay: Bay) =>
        bay.bus.emit('reading', { flags: 0x800, station: STATION, bootId: '0A1B2C3D', values: [] } as never),
    ],
    [
      'station-updating',
      STATION,
      {},
      (bay: Bay) =>
        bay.bus.emit('status', {
          station: STATION,
          link: 'x',
          state: 'live',
          reason: null,
          sinceUtcMs: 0,
          updating: 'interleaved',
        }),
    ],
  ] as const)('not: %s', async (code, station, more, first) => {
    const bay = await openBay();
    bay.status('live');
    first(bay);
    expect(await refused(bay.desk.begin(station, { ...BEGIN, ...more }))).toBe(code);
    expect(bay.desk.stations()).toEqual([]);
    expect(bay.records.writes).toEqual([]);
  });

  it('knowing where needle and clamp are and what was scanned just before, but nothing of the patient before', async () => {
    const bay = await openBay();
    bay.status('live');
    bay.event('scan', 'gs1-datamatrix', '010952123454321321P1111');
    bay.clock.pass(11 * 60_000);
    bay.event('needle', 'in');
    bay.event('clamp', 'closed');
    bay.event('scan', 'gs1-datamatrix', '010952123454321321P0042');
    bay.read(200);
    const state = await bay.desk.begin(STATION, BEGIN);
    expect(state).toMatchObject({ needle: 'in', clamp: 'closed' });
    expect(state.scans.map(({ data }) => data)).toEqual(['010952123454321321P0042']);
    bay.event('scan', 'qr', 'of this patient');
    await bay.desk.act(STATION, 'A', { do: 'abort', reason: 'x' });
    const next = await bay.desk.begin(STATION, BEGIN);
    expect(next.scans).toEqual([]);
  });

  it('not while one is open there', async () => {
    const bay = await begun();
    expect(await refused(bay.desk.begin(STATION, BEGIN))).toBe('refill-open');
  });
});

describe('inputs', () => {
  it('of station and nurse reach the engine and the disk in one order: replayed, they give the same state', async () => {
    const bay = await begun();
    bay.event('scan', 'gs1-datamatrix', '010952123454321321P0042');
    bay.read(1500);
    bay.event('scale', 'tared');
    await bay.desk.act(STATION, 'An Example', { do: 'phase', phase: 'prep' });
    bay.event('needle', 'in');
    bay.read(3000, { linePressure: 57 });
    bay.event('clamp', 'open');
    bay.read(5000, { lineFlow: -20, collectorMass: 1.7, linePressure: 20 });
    bay.status('quiet');
    bay.clock.pass(3000);
    await settled();
    const state = stateOf(bay);
    expect(state).toMatchObject({ needle: 'in', clamp: 'open', link: 'silent' });
    expect(state.scans).toHaveLength(1);
    expect(state.holds.find(({ hold }) => hold === 'identity')?.state).toBe('passed');
    const [kept] = keptIn(bay.records);
    const inputs = kept?.inputs.map((line) => JSON.parse(line) as RefillInput) ?? [];
    expect(replay(inputs).state).toEqual(state);
    expect(inputs.map(({ kind }) => kind)).toContain('time');
    const record = await bay.desk.record(state.refill);
    const sha = createHash('sha256')
      .update((kept?.inputs ?? []).map((line) => `${line}\n`).join(''))
      .digest('hex');
    expect(record).toMatchObject({ inputs: inputs.length, inputsSha256: sha, software: '1.2.3' });
  });

  it('keep their order in time when the host clock is set in the middle', async () => {
    const bay = await begun();
    bay.read(500);
    bay.clock.utc -= 3_600_000;
    bay.read(500);
    bay.clock.utc += 7_200_000;
    await bay.desk.act(STATION, 'A', { do: 'phase', phase: 'prep' });
    bay.read(500);
    const times = keptIn(bay.records)[0]?.inputs.map((line) => (JSON.parse(line) as RefillInput).atMs) ?? [];
    expect(times.at(-1)).toBe((times[0] ?? 0) + 1500);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('that cannot be kept do not stop the refill', async () => {
    const bay = await begun();
    bay.records.refuses = true;
    bay.read(500, { linePressure: 3 });
    await bay.desk.act(STATION, 'A', { do: 'phase', phase: 'prep' });
    expect(stateOf(bay).phase).toBe('prep');
    expect(bay.logger.lines.filter(({ level }) => level === 'error').length).toBeGreaterThan(0);
  });
});

describe('what a nurse does', () => {
  it('stands in the journal as an event of the station, bounded whatever was typed', async () => {
    const bay = await begun();
    await bay.desk.act(STATION, 'B'.repeat(100), {
      do: 'override',
      hold: 'residualVerdict',
      reason: '"\\'.repeat(400),
    });
    const events = bay.said('event').filter(({ source }) => source === 'refill');
    expect(events.map(({ state }) => state)).toEqual(['begin', 'override']);
    expect(JSON.parse(events[0]?.data ?? '')).toMatchObject({
      refill: stateOf(bay).refill,
      by: 'An Example',
      pump: 'P0042',
    });
    for (const { data, bootId } of events) {
      expect(bootId).toBe('0A1B2C3D');
      expect(data.length).toBeLessThanOrEqual(512);
      expect(JSON.parse(data)).toHaveProperty('refill');
    }
    const kinds = keptIn(bay.records)[0]?.inputs.map((line) => JSON.parse(line).kind);
    expect(kinds).toEqual(['begin', 'nurse']);
  });

  it('is refused when the engine refuses it, and changes nothing', async () => {
    const bay = await begun();
    const before = keptIn(bay.records)[0]?.inputs.length;
    expect(await refused(bay.desk.act(STATION, 'A', { do: 'resume', reason: 'x' }))).toBe('action-refused');
    expect(await refused(bay.desk.act('HRS-1', 'A', { do: 'finish' }))).toBe('no-refill');
    expect(keptIn(bay.records)[0]?.inputs.length).toBe(before);
  });
});

describe('the state', () => {
  it('goes out some ten times a second while numbers change, and at once when something turns', async () => {
    const bay = await begun();
    bay.clock.pass(1000);
    bay.said('refill').length = 0;
    for (let i = 0; i < 10; i++) {
      for (let n = 0; n < 5; n++) {
        bay.clock.pass(20);
        bay.bus.emit('reading', {
          station: STATION,
          bootId: '0A1B2C3D',
          lineSeq: 100 + i * 5 + n,
          deviceTickMs: Math.round(bay.clock.monotonicMs()),
          received: { utcMs: bay.clock.utcMs(), monotonicMs: bay.clock.monotonicMs() },
          values: [11.8, 0, i, 22, 0, 101.325],
          flags: 0,
        });
      }
    }
    expect(bay.said('refill').length).toBeGreaterThanOrEqual(9);
    expect(bay.said('refill').length).toBeLessThanOrEqual(13);
    bay.said('refill').length = 0;
    bay.event('needle', 'in');
    bay.event('clamp', 'open');
    expect(bay.said('refill')).toMatchObject([{ needle: 'in' }, { needle: 'in', clamp: 'open' }]);
  });

  it('makes conditions of advisories, each said when it changes, with the numbers in words', async () => {
    const bay = await begun();
    for (const serial of ['P9999', 'P8888']) bay.event('scan', 'gs1-datamatrix', `010952123454321321${serial}`);
    const wrong = bay.said('condition').filter(({ condition }) => condition === 'wrongPumpOrDrug');
    expect(wrong.at(-1)).toMatchObject({
      source: STATION,
      present: true,
      detail: expect.stringContaining('check the labels'),
    });
    const told = bay.said('condition').length;
    bay.read(1000);
    expect(bay.said('condition').length).toBe(told);
  });

  it('says that the station is silent in the middle of it, and that it speaks again', async () => {
    const bay = await begun();
    const silent = () => bay.said('condition').filter(({ condition }) => condition === 'stationQuietInRefill');
    expect(silent().map(({ present }) => present)).toEqual([false]);
    bay.status('quiet');
    bay.status('connecting');
    bay.status('live');
    expect(silent().map(({ present }) => present)).toEqual([false, true, false]);
  });
});

describe('a restart in the middle', () => {
  it('goes on with the same state, alarms included, and asks for the station first', async () => {
    const first = await begun();
    for (const serial of ['P9999', 'P8888']) first.event('scan', 'gs1-datamatrix', `010952123454321321${serial}`);
    first.event('needle', 'in');
    first.read(2000, { linePressure: 57 });
    await first.desk.act(STATION, 'A', {
      do: 'override',
      hold: 'identity',
      reason: 'card was swapped, serial read aloud',
    });
    const before = stateOf(first);
    first.desk.stop();

    const alarm = {
      id: 3,
      atUtcMs: 1,
      event: 'began',
      source: STATION,
      condition: 'leak',
      priority: 'medium',
      by: null,
      detail: null,
    } as const;
    const second = await openBay({ records: first.records, clock: first.clock, alarmLog: [alarm] });
    expect(stateOf(second)).toEqual(before);
    expect((await second.desk.record(before.refill))?.alarms).toEqual([alarm]);
    const present = second.said('condition').filter((c) => c.present);
    expect(present.map(({ condition }) => condition)).toEqual(
      first
        .said('condition')
        .filter((c) => c.present)
        .map((c) => c.condition),
    );
    second.status('connecting');
    expect(stateOf(second).link).toBe('silent');
    second.status('live');
    second.read(500, { linePressure: 57 });
    expect(stateOf(second)).toMatchObject({ link: 'live', needle: 'in', phase: before.phase });
    const lines = keptIn(second.records)[0]?.inputs ?? [];
    expect(replay(lines.map((line) => JSON.parse(line) as RefillInput)).state).toEqual(stateOf(second));
    const numbers = second.records.of('inputs').map(({ first: n }) => n);
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  });

  it('closes as stopped what it cannot go on with, and says so', async () => {
    const records = new MemoryRecords();
    const first = await begun({ records });
    first.desk.stop();
    const begin = records.of('refill-begun')[0];
    Object.assign(begin ?? {}, { line: '{"kind":"beginning"}' });
    const second = await openBay({ records, clock: first.clock });
    expect(second.desk.stations()).toEqual([]);
    expect(records.of('refill-ended')).toMatchObject([{ record: null, summary: { outcome: 'stopped' } }]);
    expect(second.logger.lines.some(({ level }) => level === 'error')).toBe(true);
  });
});

describe('the end', () => {
  const filled = async (bay: Bay) => {
    bay.event('scale', 'tared');
    bay.event('sensor', 'zeroed');
    await bay.desk.act(STATION, 'A', { do: 'phase', phase: 'fill' });
  };

  it('is a record that nothing changes any more, and everybody hears of it', async () => {
    const bay = await begun();
    await filled(bay);
    for (const hold of ['identity', 'passiveReturn', 'residualVerdict', 'testVolume', 'capacity'] as const) {
      await bay.desk.act(STATION, 'A', { do: 'override', hold, reason: 'because' });
    }
    await bay.desk.act(STATION, 'An Example', { do: 'finish' });
    const state = stateOf(bay);
    expect(state.outcome).toBe('completed');
    expect(bay.records.of('refill-ended')).toMatchObject([{ summary: { outcome: 'completed', overrides: 5 } }]);
    expect(bay.said('record')).toMatchObject([{ site: 'ward-3', bridge: 'bay-a', state: { outcome: 'completed' } }]);
    expect(bay.said('record')[0]).toEqual(JSON.parse(bay.records.of('refill-ended')[0]?.record ?? ''));
    const inputs = bay.records.of('inputs').length;
    bay.read(1000);
    bay.event('needle', 'in');
    expect(bay.records.of('inputs').length).toBe(inputs);
    expect(await refused(bay.desk.act(STATION, 'A', { do: 'abort', reason: 'too late' }))).toBe('no-refill');
    expect((await bay.desk.list({} as never)).refills).toMatchObject([{ outcome: 'completed' }]);
    expect(await bay.desk.record(state.refill)).toMatchObject({ summary: { refill: state.refill } });
    expect(bay.desk.busy(STATION)).toBe(false);
  });

  it('is shown for two minutes, then the station has none; a new one may begin before', async () => {
    const bay = await begun();
    await bay.desk.act(STATION, 'A', { do: 'finish' });
    bay.clock.pass(119_000);
    expect(bay.desk.state(STATION)?.outcome).toBe('completed');
    bay.clock.pass(3000);
    expect(bay.desk.state(STATION)).toBeNull();
    expect(bay.said('refill').at(-1)).toEqual({ station: STATION, refill: null });
    expect(await bay.desk.record(bay.said('record')[0]?.state.refill ?? '')).not.toBeNull();
    await bay.desk.begin(STATION, BEGIN);
    await bay.desk.act(STATION, 'A', { do: 'finish' });
    const again = await bay.desk.begin(STATION, BEGIN);
    expect(again.outcome).toBe('in-progress');
    expect(bay.records.of('refill-ended')).toHaveLength(2);
  });

  it('of an aborted one can be taken back for half an hour', async () => {
    const bay = await begun();
    await bay.desk.act(STATION, 'A', { do: 'abort', reason: 'patient feels faint' });
    expect(stateOf(bay)).toMatchObject({ outcome: 'stopped', stoppedReason: 'patient feels faint' });
    bay.clock.pass(29 * 60_000);
    expect(bay.records.of('refill-ended')).toEqual([]);
    await bay.desk.act(STATION, 'A', { do: 'resume', reason: 'better now' });
    expect(stateOf(bay).outcome).toBe('in-progress');
    await bay.desk.act(STATION, 'A', { do: 'abort', reason: 'not today' });
    bay.clock.pass(31 * 60_000);
    expect(bay.records.of('refill-ended')).toMatchObject([
      { summary: { outcome: 'stopped', stoppedReason: 'not today' } },
    ]);
    expect(bay.fills).toEqual([]);
  });

  it('comes by itself when a refill is open for too long', async () => {
    const bay = await begun({ refill: { longestHours: 1 } });
    bay.clock.pass(3_605_000);
    expect(bay.records.of('refill-ended')).toMatchObject([
      { summary: { outcome: 'stopped', stoppedReason: 'open for longer than 1 h' } },
    ]);
    expect(bay.said('event').at(-1)).toMatchObject({ source: 'refill', state: 'abort' });
    expect(bay.said('condition').filter((c) => c.present && c.condition !== 'stationQuietInRefill')).toEqual([]);
  });
});
