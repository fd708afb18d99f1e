/** Stations on links in memory, under a clock that moves only when told. The real ports are in test/e2e/links.test.ts. */
import { describe, expect, it } from 'vitest';
import { FLAG, type Reading } from '../../../protocols/reading.ts';
import { Bus } from '../../../src/bus.ts';
import { configSchema } from '../../../src/config.ts';
import { silentLogger } from '../../../src/logger.ts';
import { Stations } from '../../../src/station/stations.ts';
import { linkConfig } from '../link/link-config.ts';
import { bench } from './bench.ts';
import { FakeClock } from './fake-clock.ts';
import { ScriptedStation } from './scripted-station.ts';

const volumes = (readings: readonly Reading[]) => readings.map((r) => r.values[0]);
const last = <T>(list: readonly T[]): T | undefined => list[list.length - 1];

describe('a station', () => {
  it('is identified, told the time and the rate, and read', async () => {
    const b = await bench([{ mode: 'simulated' }], { link: { rateHz: 10 } });
    await b.run(300, 18.25);
    expect(b.said).toEqual([
      'connecting null /dev/port0: opening the link',
      'identifying null /dev/port0: the port is open; asking who is there',
      'live HAI-0001 /dev/port0: null',
    ]);
    expect(b.infos).toHaveLength(1);
    expect(b.infos[0]).toMatchObject({ station: 'HAI-0001', bootId: 'A1B2C3D4', link: '/dev/port0' });
    expect(b.first.station.commands.map((c) => c.command.name)).toEqual(['identify', 'clock', 'rate']);
    expect(volumes(b.readings)).toEqual([18.25, 18.25, 18.25]);
    expect(b.readings[0]).toMatchObject({ station: 'HAI-0001', bootId: 'A1B2C3D4', flags: FLAG.simulated });
    expect(b.stations.statuses()).toHaveLength(1);
  });

  it('is not read before it has answered; such lines are counted', async () => {
    const b = await bench([{ answers: 'none' }]);
    await b.run(2000);
    expect(b.readings).toEqual([]);
    expect(b.said.at(-1)).toBe(
      'identifying null /dev/port0: the station speaks but does not answer: check the wire that leads to it',
    );
    b.first.station.answers = 'all';
    await b.run(2000);
    const counters = last(b.health)?.counters;
    expect(counters?.beforeIdentified).toBeGreaterThanOrEqual(20);
    expect(b.readings.length).toBe(40 - (counters?.beforeIdentified ?? 0));
    expect(counters?.linesLost).toBe(0);
  });

  it('says what it suffers from when nobody answers', async () => {
    const silent = await bench([{ answers: 'none' }]);
    await silent.clock.advanceSoftly(2000, 50);
    expect(silent.said.at(-1)).toMatch(/open but nobody answers: is the station on/);
    const garbage = await bench([{ answers: 'none' }]);
    garbage.first.deliver('\xff\xfe\n\x80\x81\n');
    await garbage.clock.advanceSoftly(2000, 50);
    expect(garbage.said.at(-1)).toMatch(/no line of a refill station: check the baud rate \(115200 here\)/);
  });

  it('counts every kind of line that is not a reading', async () => {
    const b = await bench([{}]);
    const { station } = b.first;
    await b.run(100);
    const good = station.telemetry(20);
    b.first.deliver(good.replace('20.000', '21.000')); // damaged: the line is lost
    b.first.deliver(station.telemetry(20));
    b.first.deliver(good.replace('$', '')); // noise
    b.first.deliver(station.unknown());
    const again = station.telemetry(20);
    b.first.deliver(again + again);
    b.first.deliver(`\x06\x09abcd\n`);
    b.first.deliver(good); // older
    b.first.deliver(`${'$'.repeat(600)}\n`);
    await b.clock.advanceSoftly(1000);
    expect(last(b.health)?.counters).toMatchObject({
      readings: 3,
      linesLost: 1,
      unknownMessages: 1,
      duplicates: 1,
      outOfOrder: 1,
      foreign: 1,
      faults: { 'bad-checksum': 1, noise: 1, 'too-long': 1, partial: 0, 'bad-header': 0, 'bad-field': 0 },
    });
    expect(b.foreign).toEqual(['/dev/port0 060961626364']);
    expect(b.readings).toHaveLength(3);
  });

  it('flags what is doubtful and blanks what is impossible', async () => {
    const b = await bench([{}], { limits: { reservoirVolume: { low: 2 } } });
    await b.run(100, 1.5);
    expect(last(b.readings)?.flags).toBe(FLAG.beyondLimit);
    const { bootId } = b.first.station;
    const line = b.first.station.telemetry(20);
    expect(line).toContain(bootId);
    b.first.deliver(line);
    expect(last(b.readings)?.flags).toBe(0);
    b.first.station.tick += 600_000;
    await b.run(100);
    expect(last(b.readings)?.flags).toBe(FLAG.tickJump);
    b.clock.stepUtc(-5000);
    await b.run(100);
    expect(last(b.readings)?.flags).toBe(FLAG.clockUntrusted);
    await b.run(61_000);
    expect(last(b.readings)?.flags).toBe(0);
    expect(last(b.health)?.counters).toMatchObject({ beyondLimit: 1, tickJumps: 1 });
  });

  it('reports what happens at it', async () => {
    const b = await bench([{}]);
    b.first.station.say({ type: 'EVT', source: 'needle', state: 'in', data: '' });
    b.first.station.say({ type: 'ERR', code: 7, severity: 'error', text: 'scale' });
    expect(b.events.map((e) => [e.station, e.source, e.state, e.data])).toEqual([
      ['HAI-0001', 'needle', 'in', ''],
      ['HAI-0001', 'error', 'error', '7 scale'],
    ]);
  });

  it('that restarts is asked again, and nothing of its new boot is used before', async () => {
    const b = await bench([{}]);
    await b.run(500);
    const before = b.readings.length;
    b.first.station.boot('0BADB007');
    b.first.deliver(b.first.station.telemetry(33));
    expect(b.readings).toHaveLength(before);
    await b.run(500, 34);
    expect(volumes(b.readings.slice(before))).toEqual([34, 34, 34, 34]);
    expect(b.infos.map((i) => i.bootId)).toEqual(['A1B2C3D4', '0BADB007']);
    await b.run(1000);
    expect(last(b.health)?.counters).toMatchObject({ reboots: 1, tickJumps: 0, linesLost: 0 });
  });

  it('with another major version is refused, with the remedy, and used once it is updated', async () => {
    const b = await bench([{ protocol: { major: 2, minor: 0 } }]);
    await b.run(300);
    expect(b.said.at(-1)).toMatch(/refused null .*HRSP 2\.0.*update/);
    expect(b.readings).toEqual([]);
    const updated = new ScriptedStation({ bootId: 'FEEDF00D' }, (text) => b.first.deliver(text));
    b.first.write = async (bytes) => updated.hear(bytes);
    await b.clock.advanceSoftly(9000, 100);
    expect(b.said.at(-1)).toMatch(/^refused/);
    await b.clock.advanceSoftly(2000, 100);
    expect(b.said).toContain('live HAI-0001 /dev/port0: null');
    expect(b.infos.map((i) => i.bootId)).toEqual(['FEEDF00D']);
  });

  it('whose serial cannot be a name is refused', async () => {
    const b = await bench([{ serial: 'ward 7/bed#2' }]);
    await b.run(300);
    expect(b.said.at(-1)).toMatch(/refused null .*"ward 7\/bed#2", which cannot be used as a name/);
    expect(b.readings).toEqual([]);
  });
});

describe('silence', () => {
  it('is said after three periods, counted, and ended by a reading only', async () => {
    const b = await bench([{ rateHz: 5 }]);
    await b.run(1000);
    await b.clock.advanceSoftly(490, 10);
    expect(b.said.at(-1)).toMatch(/^live/);
    await b.clock.advanceSoftly(20, 10);
    expect(b.said.at(-1)).toBe(
      'quiet HAI-0001 /dev/port0: the port is open but no reading arrives: check the cable and the station',
    );
    b.first.station.say({ type: 'HB', uptimeS: 1, rateHz: 5, dropped: 0 });
    expect(b.said.at(-1)).toMatch(/^quiet/);
    await b.run(100);
    expect(b.said.at(-1)).toMatch(/^live/);
    await b.run(1000);
    expect(last(b.health)?.counters.quiets).toBe(1);
  });

  it('longer than three seconds opens the port anew; the station stays quiet until it speaks', async () => {
    const b = await bench([{}]);
    await b.run(500);
    b.first.station.answers = 'none';
    await b.clock.advanceSoftly(4000, 20);
    expect(b.first.opens).toBe(2);
    expect(b.said.at(-1)).toMatch(/^quiet/);
    b.first.station.answers = 'all';
    await b.clock.advanceSoftly(600, 20);
    expect(b.infos).toHaveLength(2);
    expect(b.said.at(-1)).toMatch(/^quiet/);
    await b.run(100);
    expect(b.said.at(-1)).toMatch(/^live/);
  });

  it('while a station is being updated heartbeats are enough', async () => {
    const b = await bench([{}]);
    await b.run(300);
    b.first.station.say({
      type: 'STA',
      state: 'updating',
      needle: 'out',
      clamp: 'closed',
      door: 'closed',
      power: 'mains',
    });
    for (let s = 0; s < 10; s++) {
      await b.clock.advanceSoftly(1000, 100);
      b.first.station.say({ type: 'HB', uptimeS: s, rateHz: 10, dropped: 0 });
    }
    expect(b.said.at(-1)).toMatch(/^live/);
    await b.clock.advanceSoftly(3100, 50);
    expect(b.said.at(-1)).toMatch(/^quiet/);
  });
});

describe('plugging', () => {
  it('a half line before an unplug and a half line after the replug never make a value', async () => {
    const b = await bench([{}]);
    await b.run(300);
    const before = b.readings.length;
    const whole = b.first.station.telemetry(19.5);
    const cut = whole.indexOf('19.500') + 1;
    b.first.deliver(whole.slice(0, cut));
    b.first.unplug();
    expect(b.said.at(-1)).toBe('connecting HAI-0001 /dev/port0: /dev/port0 went away');
    b.first.plugIn();
    await b.clock.advanceSoftly(110, 10);
    b.first.deliver(whole.slice(cut));
    await b.run(1000, 20);
    expect(new Set(volumes(b.readings.slice(before)))).toEqual(new Set([20]));
    expect(last(b.health)?.counters).toMatchObject({ linesLost: 1, disconnects: 1, opens: 2 });
    expect(last(b.health)?.counters.faults).toMatchObject({ partial: 1, noise: 1 });
  });

  it('from unplugged for a minute to live within three seconds of the replug', async () => {
    const b = await bench([{}]);
    await b.run(300);
    b.first.unplug();
    await b.clock.advanceSoftly(60_000, 100);
    expect(b.said.at(-1)).toBe('connecting HAI-0001 /dev/port0: no port /dev/port0');
    b.first.plugIn();
    const from = b.clock.monotonicMs();
    while (!b.said.at(-1)?.startsWith('live')) await b.clock.advanceSoftly(10);
    expect(b.clock.monotonicMs() - from).toBeLessThanOrEqual(3000);
  });

  it('a station that moves to another port takes its name along', async () => {
    const b = await bench([{ serial: 'S' }, { answers: 'none' }]);
    await b.run(300);
    b.first.unplug();
    const other = b.links[1];
    if (!other) throw new Error('no second link');
    other.station.serial = 'S';
    other.station.answers = 'all';
    await b.run(1000);
    expect(b.stations.statuses().map((s) => [s.link, s.station, s.state])).toEqual([
      ['/dev/port0', null, 'connecting'],
      ['/dev/port1', 'S', 'live'],
    ]);
  });

  it('another station on the same cable is not taken for the old one', async () => {
    const b = await bench([{ serial: 'OLD' }]);
    await b.run(300);
    b.first.station.serial = 'NEW';
    b.first.station.boot('22222222');
    await b.run(300);
    expect(b.said.slice(-3)).toEqual([
      'offline OLD /dev/port0: another station (NEW) answers on its link now',
      'identifying null /dev/port0: asking who is there',
      'live NEW /dev/port0: null',
    ]);
    expect(new Set(b.readings.map((r) => `${r.station} ${r.bootId}`))).toEqual(
      new Set(['OLD A1B2C3D4', 'NEW 22222222']),
    );
  });
});

describe('several stations', () => {
  it('with one serial are both refused until one goes; then the other is used again', async () => {
    const b = await bench([{ serial: 'TWIN' }, { serial: 'TWIN', bootId: 'BBBBBBBB' }, { serial: 'OTHER' }]);
    await b.run(500);
    const reason =
      '/dev/port0 and /dev/port1 both say they are station TWIN: unplug one, or give one station its own serial; ' +
      'neither is used until then';
    expect(b.stations.statuses().map((s) => [s.state, s.reason])).toEqual([
      ['refused', reason],
      ['refused', reason],
      ['live', null],
    ]);
    expect(new Set(b.readings.map((r) => r.station))).toEqual(new Set(['OTHER']));
    // Asked again every ten seconds, without flapping.
    const statuses = b.said.length;
    await b.run(25_000);
    expect(b.said.length).toBe(statuses);
    b.first.unplug();
    await b.run(1000, 7);
    expect(b.stations.statuses().map((s) => [s.station, s.state])).toEqual([
      [null, 'connecting'],
      ['TWIN', 'live'],
      ['OTHER', 'live'],
    ]);
    expect(b.readings.filter((r) => r.station === 'TWIN').every((r) => r.bootId === 'BBBBBBBB')).toBe(true);
  });

  it('do not touch each other: a listener that fails and a port that dies hurt nobody else', async () => {
    const b = await bench([{ serial: 'A' }, { serial: 'B', bootId: 'BBBBBBBB' }]);
    b.bus.on('reading', (reading) => {
      if (reading.station === 'A') throw new Error('a broken listener');
    });
    await b.run(500);
    b.first.unplug();
    await b.run(500);
    expect(b.readings.filter((r) => r.station === 'B')).toHaveLength(10);
  });

  it('several on one wire are refused, say why, and none of their numbers is used until one is alone', async () => {
    const b = await bench([{ serial: 'A' }, { serial: 'C', bootId: 'CCCCCCCC' }]);
    await b.run(500);
    const intruder = new ScriptedStation({ serial: 'B', bootId: 'BBBBBBBB' }, (text) => b.first.deliver(text));
    const write = b.first.write.bind(b.first);
    let joined = true;
    b.first.write = async (bytes) => {
      await write(bytes);
      if (joined) intruder.hear(bytes);
    };
    for (let i = 0; i < 20; i++) {
      b.first.deliver(intruder.telemetry(5));
      await b.run(100);
    }
    const before = b.readings.length;
    for (let i = 0; i < 200; i++) {
      b.first.deliver(intruder.telemetry(5));
      await b.run(100);
    }
    const status = b.stations.statuses().find((s) => s.link === '/dev/port0');
    expect(status).toMatchObject({
      state: 'refused',
      reason: expect.stringMatching(/several stations speak on this one/),
    });
    expect(b.readings.slice(before).filter((r) => r.station !== 'C')).toEqual([]);
    expect(b.readings.filter((r) => r.station === 'A' && r.values[0] === 5)).toEqual([]);
    expect(b.said.filter((text) => text.includes('port0')).length).toBeLessThan(40);
    joined = false;
    await b.run(20_000);
    expect(b.stations.statuses().map((s) => s.state)).toEqual(['live', 'live']);
    expect(last(b.readings.filter((r) => r.station === 'A'))?.values[0]).toBe(20);
  });

  it('a mistake of ours in one restarts that link only', async () => {
    const b = await bench([{ serial: 'A' }, { serial: 'B', bootId: 'BBBBBBBB' }]);
    b.foreign.push = () => {
      throw new Error('owner of foreign lines fails');
    };
    await b.run(300);
    b.first.deliver('\x06\x09abcd\n');
    await b.run(1000);
    expect(b.links.map((link) => link.opens)).toEqual([2, 1]);
    expect(b.stations.statuses().map((s) => s.state)).toEqual(['live', 'live']);
  });

  it('a link that cannot work as configured is refused with the remedy, the others run', async () => {
    const clock = new FakeClock();
    const config = configSchema.parse({});
    const stations = new Stations({
      links: [linkConfig('ftp://user:secret@host/x'), linkConfig('/dev/none-such-port')],
      bus: new Bus(() => {}),
      clock,
      logger: silentLogger,
      random: Math.random,
      limits: config.limits,
      freshness: config.freshness,
    });
    stations.start();
    const refused = stations.statuses().find((s) => s.state === 'refused');
    expect(refused).toMatchObject({ station: null, reason: expect.stringMatching(/tcp:\/\/host:port/) });
    expect(JSON.stringify(stations.statuses())).not.toContain('secret');
    expect(stations.statuses()).toHaveLength(2);
    await stations.stop();
  });

  it('stop together, leave no timer behind, and say so', async () => {
    const b = await bench([{ serial: 'A' }, { serial: 'B', bootId: 'BBBBBBBB' }]);
    await b.run(300);
    await b.stations.stop();
    expect(b.stations.statuses().map((s) => s.state)).toEqual(['offline', 'offline']);
    expect(b.clock.pending).toBe(0);
  });
});
