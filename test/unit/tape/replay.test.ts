import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeLine } from '../../../protocols/hrsp/codec.ts';
import { FLAG } from '../../../protocols/reading.ts';
import { bytesOf, type CaptureRecord, textOf } from '../../../src/tape/format.ts';
import { ReplayLink } from '../../../src/tape/replay-link.ts';
import { NoScript, scriptOf } from '../../../src/tape/script.ts';
import { FakeClock } from '../station/fake-clock.ts';
import { bridgeOver, essence, type Recording, record } from './record-and-replay.ts';

async function replayed(records: CaptureRecord[], options: { speed?: number; serial?: (s: string) => string } = {}) {
  const clock = new FakeClock();
  const link = new ReplayLink(scriptOf(records, 0, '/dev/port'), { clock, ...options });
  const heard = await bridgeOver(link, clock, 0.75);
  let over = false;
  void link.done.then(() => {
    over = true;
  });
  for (let s = 0; s < 600 && !over; s++) await clock.advanceSoftly(100, 10);
  // The next health report tells of all of it.
  await clock.advanceSoftly(1000, 50);
  return { heard, link };
}

/** A refill's worth of everything that goes wrong on a line. */
async function incident(recording: Recording): Promise<void> {
  const { station } = recording;
  await recording.run(2000);
  station.station.say({ type: 'EVT', source: 'needle', state: 'in', data: '' });
  station.deliver('garbage from a loader\r\n');
  const line = station.station.telemetry(7);
  station.deliver(line.replace(',7.000,', ',8.000,'));
  const split = station.station.telemetry(6);
  station.deliver(split.slice(0, 20));
  station.deliver(split.slice(20));
  station.station.telemetry(5);
  await recording.run(1000);
  station.station.boot('0BADB007');
  await recording.run(2000);
  station.unplug();
  await recording.run(1500);
  station.plugIn();
  await recording.run(3000);
  await recording.heard.clock.advanceSoftly(1000, 50);
}

describe('a replay into the real ingest', () => {
  it('gives every reading and event again, with every fault, restart and gap, whatever the numbers of the commands', async () => {
    const recording = await record();
    await incident(recording);
    const { heard, link } = await replayed(recording.capture());
    expect(recording.heard.readings.length).toBeGreaterThan(60);
    expect(heard.readings.map(essence)).toEqual(recording.heard.readings.map(essence));
    expect(heard.events.map(({ source, state }) => [source, state])).toEqual([['needle', 'in']]);
    const {
      opens: _,
      openFailures: __,
      commandTimeouts: ___,
      quiets: ____,
      ...was
    } = recording.heard.health?.counters ?? {};
    expect(heard.health?.counters).toMatchObject({ ...was, bytes: expect.any(Number), disconnects: 2 });
    // The end of the recording is an end of the link, too.
    expect(was).toMatchObject({ disconnects: 1, reboots: 1, linesLost: 2, faults: { noise: 1, 'bad-checksum': 1 } });
    expect(link.progress).toMatchObject({ over: true, skippedMs: 0 });
  });

  it('is never taken for the station: its name and every reading say so', async () => {
    const recording = await record({ mode: 'clinical', serial: 'HRS-0042' });
    await incident(recording);
    const { heard } = await replayed(recording.capture());
    expect(new Set(heard.infos.map((info) => info.station))).toEqual(new Set(['REPLAY-HRS-0042']));
    expect(heard.infos.every((info) => info.identification.mode === 'simulated')).toBe(true);
    expect(new Set(heard.readings.map((reading) => reading.station))).toEqual(new Set(['REPLAY-HRS-0042']));
    expect(heard.readings.every((reading) => (reading.flags & FLAG.simulated) !== 0)).toBe(true);
    expect(recording.heard.readings.some((reading) => (reading.flags & FLAG.simulated) !== 0)).toBe(false);
  });

  it('of the last minutes alone, without their handshake, is identified and loses nothing', async () => {
    const recording = await record({}, 3000);
    await recording.run(20_000);
    const records = recording.capture();
    expect(records.filter((r) => r.k === 'out')).toEqual([]);
    const { heard } = await replayed(records);
    expect(heard.readings.map(essence)).toEqual(recording.heard.readings.slice(-heard.readings.length).map(essence));
    expect(heard.readings.length).toBeGreaterThanOrEqual(29);
    expect(heard.health?.counters).toMatchObject({ linesLost: 0, duplicates: 0, outOfOrder: 0 });
  });

  it('of the last minutes with a restart in them begins with the boot before it, and finds the restart', async () => {
    const recording = await record({}, 4000);
    await recording.run(10_000);
    recording.station.station.boot('0BADB007');
    await recording.run(2000);
    const { heard } = await replayed(recording.capture());
    const kept = recording.heard.readings.slice(-heard.readings.length);
    expect(heard.readings.map(essence)).toEqual(kept.map(essence));
    expect(new Set(heard.readings.map(({ bootId }) => bootId))).toEqual(new Set(['A1B2C3D4', '0BADB007']));
    expect(heard.health?.counters).toMatchObject({ reboots: 1, linesLost: 0 });
  });

  it('plays faster, with the same readings', async () => {
    const recording = await record();
    await recording.run(10_000);
    const { heard } = await replayed(recording.capture(), { speed: 20 });
    expect(heard.readings.map(essence)).toEqual(recording.heard.readings.map(essence));
    const [first, last] = [heard.readings[0], heard.readings.at(-1)];
    expect((last?.received.monotonicMs ?? 0) - (first?.received.monotonicMs ?? 0)).toBeLessThan(600);
  });

  it('keeps the gaps and pauses of the recording, at its speed', async () => {
    const recording = await record();
    await recording.run(1000);
    await recording.heard.clock.advanceSoftly(250, 50);
    await recording.run(1000);
    const { heard } = await replayed(recording.capture());
    const times = (readings: typeof heard.readings) =>
      readings.slice(1).map((reading, i) => reading.received.monotonicMs - (readings[i]?.received.monotonicMs ?? 0));
    const differences = times(heard.readings).map((ms, i) => Math.abs(ms - (times(recording.heard.readings)[i] ?? 0)));
    expect(Math.max(...differences)).toBeLessThan(30);
  });

  it('answers what the recording answers and nothing else: a setting that was never asked stays unanswered', async () => {
    const recording = await record({ answers: 'identify-only' });
    await recording.run(4000);
    const { heard } = await replayed(recording.capture());
    expect(heard.readings.map(essence)).toEqual(recording.heard.readings.map(essence));
    expect(heard.health?.counters.commandTimeouts).toBeGreaterThan(0);
  });

  it('that the host leaves early says how much was not played, and goes on with the next connection', async () => {
    const recording = await record();
    await recording.run(3000);
    recording.station.unplug();
    await recording.run(500);
    recording.station.plugIn();
    await recording.run(4000);
    const clock = new FakeClock();
    const link = new ReplayLink(scriptOf(recording.capture(), 0, '/dev/port'), { clock });
    const handlers = { bytes: () => {}, closed: () => {} };
    await link.open(handlers);
    // Nobody asks who is there: the recording stands still at its answers for 1.2 s.
    clock.advance(2250);
    await link.close();
    expect(link.progress.skippedMs).toBeCloseTo(2000, -2);
    await expect(link.open(handlers)).rejects.toThrow(/the station is away for another \d+ ms/);
    clock.advance(2000);
    await link.open(handlers);
    clock.advance(10_000);
    expect(link.progress).toMatchObject({ over: true });
    await expect(link.open(handlers)).rejects.toThrow(/is over/);
    await expect(link.write(new Uint8Array())).rejects.toThrow(/not open/);
  });

  it('of bytes of which nobody knows whose they are is refused', async () => {
    const recording = await record();
    await recording.run(500);
    const records = recording.capture().filter((r) => r.k !== 'identified' && r.k !== 'open' && r.k !== 'out');
    const without = records.filter((r) => r.k !== 'in' || !r.b.startsWith('$ID'));
    expect(() => scriptOf(without, 0, '/dev/port')).toThrow(NoScript);
    expect(() => scriptOf([], 0, '/dev/port')).toThrow(/nothing came/);
  });
});

describe('the script of a recording', () => {
  const header = { bootId: '1A2B3C4D', seq: 0, tick: 5 };
  const line = fc.oneof(
    fc.constant(encodeLine(header, { type: 'ACK', correlation: 17, result: '' })),
    fc.constant(encodeLine(header, { type: 'NAK', correlation: 18, reason: 'busy', text: 'x' })),
    fc.constant(encodeLine(header, { type: 'HB', uptimeS: 1, rateHz: 10, dropped: 0 })),
    fc.constantFrom('$ID,broken\r\n', '$ACK', '$A', '$', '\n', '$ID,', 'noise $ID,x\n', '$ACK,no,checksum*0000\n'),
    fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)), maxLength: 30 }),
  );

  it('loses, adds and moves no byte, however the recording was cut into chunks', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.array(fc.nat(40), { minLength: 1 }), (lines, cuts) => {
        const text = encodeLine(header, { type: 'HB', uptimeS: 1, rateHz: 10, dropped: 0 }) + lines.join('');
        const records: CaptureRecord[] = [{ k: 'identified', l: 0, m: 0, u: 0, boot: header.bootId, id: ID }];
        for (let at = 0, i = 0; at < text.length; i++) {
          const length = 1 + (cuts[i % cuts.length] as number);
          records.push({ k: 'in', l: 0, m: i, u: i, b: text.slice(at, at + length) });
          at += length;
        }
        const [episode] = scriptOf(records, 0, 'x').episodes;
        const out = episode?.cues.map((cue) => {
          if (cue.kind === 'bytes') return textOf(cue.bytes);
          return encodeLine(cue.header, cue.kind === 'id' ? cue.id : cue.reply);
        });
        expect(out?.join('')).toBe(text);
        expect(bytesOf(text).length).toBe(text.length);
      }),
      { numRuns: 300 },
    );
  });
});

const ID = {
  ...{ type: 'ID' as const, serial: 'S', hardwareRevision: '', firmwareVersion: '', mode: 'simulated' as const },
  ...{ protocol: { major: 1, minor: 1 }, rateHz: 10, instruments: [] },
};
