import { beforeEach, describe, expect, it } from 'vitest';
import { Ledger } from '../../../simulator/ledger.ts';
import { findScenario } from '../../../simulator/scenarios/index.ts';
import type { Scenario } from '../../../simulator/script.ts';
import { Station, type StationOptions } from '../../../simulator/station.ts';
import { onPort } from '../../../simulator/transmitter.ts';
import { ledgerRefills } from '../../support/ledger.ts';
import { commandLine, MemoryPort, parseLine } from './memory-port.ts';

interface Bench {
  readonly port: MemoryPort;
  readonly station: Station;
  readonly book: () => { [key: string]: unknown }[];
  readonly bookText: () => string;
  readonly fields: () => string[][];
}

function bench(options: Partial<StationOptions> = {}, reader: 'there' | 'absent' = 'there'): Bench {
  const port = new MemoryPort();
  port.accepting = reader === 'there';
  let text = '';
  const ledger = new Ledger({
    write: (t) => {
      text += t;
    },
    close: () => {},
  });
  const station = new Station({
    ...{ serial: 'SIM-0001', index: 0, seed: 5, faults: [], rateHz: 10, speed: 1, ledger },
    voice: onPort(port, ledger),
    scenario: findScenario('nominal-refill'),
    ...options,
  });
  const bookText = () => {
    ledger.flush();
    return text;
  };
  return {
    port,
    station,
    bookText,
    book: () =>
      bookText()
        .split('\n')
        .filter(Boolean)
        .map((l) => JSON.parse(l)),
    fields: () => port.lines.map(parseLine).filter((f) => f !== null),
  };
}

const ofType = (lines: string[][], type: string) => lines.filter((f) => f[0] === type);

describe('what a station says', () => {
  it('is one unbroken sequence of good lines with rising ticks, marked as simulated', () => {
    const { port, station, fields } = bench();
    for (let ms = 0; ms <= 10_000; ms += 10) station.advance(ms);
    const all = fields();
    expect(all.length).toBe(port.lines.length);
    expect(all.map((f) => Number(f[2]))).toEqual(all.map((_, i) => i));
    const ticks = all.map((f) => Number(f[3]));
    expect(ticks.every((t, i) => i === 0 || t >= (ticks[i - 1] ?? 0))).toBe(true);
    expect(new Set(all.map((f) => f[1])).size).toBe(1);
    const telemetry = ofType(all, 'TEL');
    expect(telemetry.length).toBeGreaterThanOrEqual(96);
    expect(telemetry.length).toBeLessThanOrEqual(97);
    expect(telemetry.every((f) => (Number.parseInt(f[10] ?? '0', 16) & 0x80) !== 0)).toBe(true);
    expect(ofType(all, 'HB').map((f) => f[4])).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
    expect(ofType(all, 'STA').map((f) => f[4])).toEqual(['START', 'READY']);
  });

  it('does not depend on how often it is called', () => {
    const often = bench();
    const seldom = bench();
    for (let ms = 0; ms <= 120_000; ms += 7) often.station.advance(ms);
    for (let ms = 0; ms <= 120_000; ms += 1333) seldom.station.advance(ms);
    often.station.advance(120_000);
    seldom.station.advance(120_000);
    expect(seldom.port.text).toBe(often.port.text);
    expect(seldom.bookText()).toBe(often.bookText());
    expect(often.bookText().length).toBeGreaterThan(100_000);
  });

  it('is the same for the same seed, other for another seed, another station, another speed', () => {
    const run = (options: Partial<StationOptions>) => {
      const b = bench({ scenario: findScenario('flaky-cable'), ...options });
      b.station.advance(30_000);
      return b.port.text;
    };
    const first = run({});
    expect(run({})).toBe(first);
    expect(run({ seed: 6 })).not.toBe(first);
    expect(run({ index: 1 })).not.toBe(first);
    expect(run({ speed: 2 })).not.toBe(first);
  });

  it('keeps to the clock at any speed: only the bay runs faster', () => {
    const { station, fields } = bench({ speed: 20 });
    station.advance(12_000); // 240 scenario seconds: the needle is in, the clamp open
    const all = fields();
    expect(ofType(all, 'TEL').length).toBeGreaterThanOrEqual(116);
    expect(ofType(all, 'EVT').map((f) => `${f[4]} ${f[5]}`)).toEqual([
      'SCAN GS1-DATAMATRIX',
      'SCAN GS1-DATAMATRIX',
      'CLAMP OPEN',
      'CLAMP CLOSED',
      'NEEDLE IN',
      'CLAMP OPEN',
    ]);
    expect(Number(ofType(all, 'EVT')[4]?.[3])).toBe(11_100);
    expect(ofType(all, 'EVT')[1]?.[6]).toContain('%1D');
    expect(ofType(all, 'STA').map((f) => `${f[4]} ${f[5]}`)).toContain('MEAS IN');
  });

  it('has the noise of its sensors: not less, not more', () => {
    const { station, book } = bench({ rateHz: 50 });
    station.advance(60_000);
    const values = book()
      .filter((e) => e.ty === 'TEL')
      .map((e) => e.v as number[]);
    const deviation = (channel: number) => {
      const list = values.map((v) => v[channel] ?? Number.NaN);
      const mean = list.reduce((a, b) => a + b, 0) / list.length;
      return Math.sqrt(list.reduce((a, b) => a + (b - mean) ** 2, 0) / list.length);
    };
    expect(values.length).toBeGreaterThan(2900);
    expect(deviation(2)).toBeGreaterThan(0.09);
    expect(deviation(2)).toBeLessThan(0.11);
    expect(deviation(3)).toBeGreaterThan(0.045);
    expect(deviation(3)).toBeLessThan(0.055);
    expect(deviation(4)).toBeGreaterThan(0.009);
    expect(deviation(4)).toBeLessThan(0.013);
  });

  it('leaves the volume empty while no pump is known', () => {
    const { station, fields, book } = bench({ scenario: findScenario('idle') });
    station.advance(2000);
    expect(ofType(fields(), 'TEL').every((f) => f[4] === '')).toBe(true);
    expect(book().find((e) => e.ty === 'TEL')?.v).toEqual([
      null,
      ...Array.from({ length: 5 }, () => expect.any(Number)),
    ]);
  });
});

describe('the ledger', () => {
  it('holds every line as it went out', () => {
    const { station, fields, book } = bench({ speed: 50 });
    station.advance(8000);
    const entries = book().filter((e) => e.ty !== undefined);
    const lines = fields();
    expect(entries.map((e) => [e.ty, e.b, String(e.q), String(e.t)])).toEqual(lines.map((f) => f.slice(0, 4)));
    entries.forEach((entry, i) => {
      if (entry.ty !== 'TEL') return;
      const sent = (lines[i] ?? []).slice(4, 10).map((f) => (f === '' ? null : Number(f)));
      expect(entry.v).toEqual(sent);
      expect(entry.f).toBe(Number.parseInt(lines[i]?.[10] ?? '', 16));
    });
    expect(entries.every((e) => e.x === undefined && e.d === undefined)).toBe(true);
  });

  it('says who came and what was true, at every change of phase and each second, in ticks of the station', () => {
    const { station, bookText } = bench({ scenario: findScenario('pocket-fill') });
    station.advance(640_000);
    const [refill, ...more] = ledgerRefills(bookText());
    expect(more).toEqual([]);
    expect(refill?.station).toBe('SIM-0001');
    expect(refill?.described).toMatchObject({
      kind: 'pocket',
      round: 0,
      pump: { model: 'codman-3000-30', serial: 'P0042', labelFlowMlPerDay: 1.3, deadVolumeMl: 1.5 },
      since: { days: 14, recordedFillMl: 30 },
      residualMl: 11.8,
      fill: { ml: 30, densityGPerMl: 1.005 },
      expected: { verdict: 'within', must: ['needleNotInReservoir'] },
    });
    const truths = refill?.truths ?? [];
    expect(truths.length).toBeGreaterThan(600);
    expect(truths.length).toBeLessThan(660);
    const phases = truths.map((t) => t.phase).filter((phase, i, all) => phase !== all[i - 1]);
    expect(phases).toEqual('identify zero prep access empty measure confirm fill deaccess record'.split(' '));
    expect(truths.every((t, i) => i === 0 || t.t >= (truths[i - 1]?.t ?? 0))).toBe(true);
    expect(truths.at(-1)).toMatchObject({ outcome: 'completed', residualMl: null, bolusMl: 0 });
    expect(truths.at(-1)?.tissueMl).toBeGreaterThan(34);
  });

  it('says the truth 20 times a second at most, however fast the scenario runs', () => {
    const { station, book } = bench({ speed: 1000 });
    station.advance(10_000);
    const truths = book().filter((e) => e.ev === 'truth');
    expect(truths.length).toBeGreaterThan(150);
    // Every phase of 14 patients, and no more than one for a frame besides.
    expect(truths.length).toBeLessThan(10 * 20 + 15 * 12);
  });

  it('knows the patient who was there before the station was switched on', () => {
    const { station, bookText } = bench({ scenario: findScenario('demo'), index: 1 });
    station.advance(3000);
    const [refill] = ledgerRefills(bookText());
    expect(refill?.truths[0]).toMatchObject({ phase: 'fill' });
    expect(refill?.truths[0]?.residualMl).toBeCloseTo(11.8, 1);
  });

  it('says what was dropped without a reader, and the heartbeat counts it', () => {
    const { port, station, book, fields } = bench({}, 'absent');
    station.advance(5000);
    expect(port.text).toBe('');
    port.accepting = true;
    station.advance(10_000);
    const dropped = book().filter((e) => e.x === 'dropped');
    expect(dropped.length).toBeGreaterThan(45);
    expect(ofType(fields(), 'HB')[0]?.slice(4)).toEqual(['6', '10', String(dropped.length)]);
    expect(Number(fields()[0]?.[2])).toBe(dropped.length);
  });
});

describe('commands', () => {
  let b: Bench;
  const ask = (correlation: number, ...words: (string | number)[]) => {
    const before = b.port.lines.length;
    b.station.receive(commandLine(correlation, ...words), 1000);
    const said = b.port.lines.slice(before).map((l) => parseLine(l) ?? []);
    return said.filter((f) => f[0] !== 'TEL');
  };
  beforeEach(() => {
    b = bench();
    b.station.advance(1000);
  });

  it('IDENTIFY is answered with ID, ACK, STA, and the ledger knows the ACK', () => {
    const [id, ack, sta, ...rest] = ask(17, 'IDENTIFY', '1.1');
    expect(id?.slice(0, 1).concat(id.slice(4, 10))).toEqual(['ID', 'SIM-0001', 'SIM-A', '1.0.0', '1.1', 'SIM', '10']);
    expect(id?.[10]).toContain('barometer/');
    expect([ack?.[0], ack?.[4]]).toEqual(['ACK', '17']);
    expect(sta?.[0]).toBe('STA');
    expect(rest).toEqual([]);
    expect(b.book().filter((e) => e.ev === 'identified')).toEqual([
      { s: 'SIM-0001', ev: 'identified', b: ack?.[1], q: Number(ack?.[2]) },
    ]);
  });

  it('IDENTIFY with another major version is refused', () => {
    expect(ask(3, 'IDENTIFY', '2.0').map((f) => [f[0], f[4], f[5], f[6]])).toEqual([['NAK', '3', 'VERSION', '1.1']]);
    expect(b.book().some((e) => e.ev === 'identified')).toBe(false);
  });

  it('RATE changes the rate within 1..50 and refuses the rest', () => {
    expect(ask(4, 'RATE', 50).map((f) => f.slice(4))).toEqual([['4', '50']]);
    for (const hz of [0, 51, 65_535]) expect(ask(5, 'RATE', hz).map((f) => [f[0], f[5]])).toEqual([['NAK', 'RANGE']]);
    const before = ofType(b.fields(), 'TEL').length;
    b.station.advance(3000);
    expect(ofType(b.fields(), 'TEL').length - before).toBeGreaterThanOrEqual(99);
    expect(ofType(b.fields(), 'HB').at(-1)?.[5]).toBe('50');
  });

  it('TARE makes the mass 0, ZERO the pressure', () => {
    // A tare of the host while 12 g are on the scale.
    const drained = bench({ speed: 100 });
    drained.station.advance(2850);
    const mean = (channel: number, from: number) => {
      const list = ofType(drained.fields(), 'TEL').slice(from);
      return list.reduce((sum, f) => sum + Number(f[channel]), 0) / list.length;
    };
    expect(mean(8, -1)).toBeCloseTo(11.86, 0);
    drained.station.receive(commandLine(6, 'TARE'), 2850);
    drained.station.advance(3100);
    expect(Math.abs(mean(8, -1))).toBeLessThan(0.1);
    const beforeZero = bench({ seed: 11 });
    beforeZero.station.advance(500);
    beforeZero.station.receive(commandLine(7, 'ZERO'), 500);
    const count = ofType(beforeZero.fields(), 'TEL').length;
    beforeZero.station.advance(20_000);
    const after = ofType(beforeZero.fields(), 'TEL').slice(count + 1);
    expect(Math.abs(after.reduce((s, f) => s + Number(f[6]), 0) / after.length)).toBeLessThan(0.03);
  });

  it('says that scale and sensors were set to 0, whoever did it, to a host that speaks 1.1 only', () => {
    const events = (hostSpeaks: string | null) => {
      const one = bench({ speed: 20 });
      one.station.advance(1000);
      if (hostSpeaks) one.station.receive(commandLine(1, 'IDENTIFY', hostSpeaks), 1000);
      one.station.receive(commandLine(2, 'TARE'), 1000);
      one.station.advance(5500);
      one.station.attached();
      one.station.receive(commandLine(3, 'ZERO'), 5500);
      return one.fields().flatMap((f) => (f[4] === 'SCALE' || f[4] === 'SENSOR' ? [`${f[3]} ${f[4]} ${f[5]}`] : []));
    };
    expect(events('1.1')).toEqual(['1000 SCALE TARED', '5000 SCALE TARED', '5050 SENSOR ZEROED']);
    expect(events('1.7')).toEqual(events('1.1'));
    expect(events('1.0')).toEqual([]);
    expect(events(null)).toEqual([]);
  });

  it('says so also while it starts: a command that was carried out is told', () => {
    const one = bench({});
    one.station.advance(50);
    one.station.receive(commandLine(1, 'IDENTIFY', '1.1'), 100);
    one.station.receive(commandLine(2, 'TARE'), 150);
    one.station.advance(200);
    expect(ofType(one.fields(), 'STA').at(-1)?.[4]).toBe('START');
    expect(ofType(one.fields(), 'EVT').map((f) => `${f[4]} ${f[5]}`)).toEqual(['SCALE TARED']);
  });

  it('CLOCK is acknowledged, an unknown command is not', () => {
    expect(ask(8, 'CLOCK', 1_767_225_600_000).map((f) => [f[0], f[4]])).toEqual([['ACK', '8']]);
    expect(ask(9, 'SELFTEST', 'x').map((f) => [f[0], f[4], f[5]])).toEqual([['NAK', '9', 'UNKNOWN']]);
  });

  it('answers in pieces, back to back, and not at all when the command is damaged', () => {
    const before = b.port.lines.length;
    const two = Buffer.concat([commandLine(1, 'TARE'), commandLine(2, 'ZERO')]);
    for (const byte of two) b.station.receive(Uint8Array.of(byte), 1000);
    const damaged = Buffer.from(commandLine(3, 'TARE'));
    damaged[5] = (damaged[5] ?? 0) ^ 1;
    b.station.receive(damaged, 1000);
    b.station.receive(Buffer.alloc(100_000, 0x41), 1000);
    expect(b.port.lines.slice(before).map((l) => parseLine(l)?.[4])).toEqual(['1', '2']);
  });
});

describe('silence and reboot', () => {
  it('is silent and deaf until told otherwise, and does not send late', () => {
    const { port, station, fields } = bench();
    station.advance(1000);
    const before = port.text;
    station.silence();
    station.advance(5000);
    station.receive(commandLine(1, 'TARE'), 5000);
    expect(port.text).toBe(before);
    station.resume();
    station.advance(5100);
    const lines = fields();
    expect(lines.map((f) => Number(f[2]))).toEqual(lines.map((_, i) => i));
    expect(Number(lines.at(-1)?.[3])).toBeGreaterThan(5000);
    expect(lines.filter((f) => Number(f[3]) > 1000 && Number(f[3]) < 5000)).toEqual([]);
  });

  it('comes back from a reboot with a new boot id, line 0 and tick 0; the bay goes on', () => {
    const { station, fields } = bench();
    station.advance(2000);
    station.reboot();
    station.advance(10_000);
    const lines = fields();
    const boots = [...new Set(lines.map((f) => f[1]))];
    expect(boots).toHaveLength(2);
    const second = lines.filter((f) => f[1] === boots[1]);
    expect(second[0]?.slice(0, 1).concat(second[0].slice(2, 5))).toEqual(['STA', '0', '0', 'START']);
    expect(Number(second.at(-1)?.[3])).toBeLessThanOrEqual(6500);
    expect(Number(second.at(-1)?.[3])).toBeGreaterThan(6300);
    expect(second.map((f) => Number(f[2]))).toEqual(second.map((_, i) => i));
  });

  it.each(['quiet', 'reboot', 'demo'] as const)('scenario %s keeps good books', (name) => {
    const scenario: Scenario = findScenario(name);
    const { port, station, book } = bench({ scenario, speed: 10, index: 7 });
    for (let ms = 0; ms <= 60_000; ms += 10) station.advance(ms);
    const good = port.text
      .split('\r\n')
      .map(parseLine)
      .filter((f) => f !== null)
      .map((f) => `${f[1]} ${f[2]}`);
    const whole = book().filter((e) => e.ty && !e.d && !e.x);
    const damaged = new Set(
      book()
        .filter((e) => e.d)
        .map((e) => `${e.b} ${e.q}`),
    );
    expect(good.filter((line) => !damaged.has(line))).toEqual(whole.map((e) => `${e.b} ${e.q}`));
    if (name === 'quiet') expect(port.lines.length).toBeLessThan(60 * 11 - 60);
    if (name === 'reboot') expect(book().filter((e) => e.ev === 'boot').length).toBeGreaterThan(8);
  });
});
