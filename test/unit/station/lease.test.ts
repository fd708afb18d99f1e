/** One holder at a time beside the telemetry; readings go on, and silence does not reopen the port. */
import { describe, expect, it } from 'vitest';
import type { Reading } from '../../../protocols/reading.ts';
import { Bus } from '../../../src/bus.ts';
import { configSchema } from '../../../src/config.ts';
import { type Link, LinkFailure, type LinkHandlers } from '../../../src/link/link.ts';
import { silentLogger } from '../../../src/logger.ts';
import type { LeaseHandlers } from '../../../src/station/lease.ts';
import type { StationStatus } from '../../../src/station/model.ts';
import { Stations } from '../../../src/station/stations.ts';
import { linkConfig } from '../link/link-config.ts';
import { FakeClock, settle } from './fake-clock.ts';
import { ScriptedStation } from './scripted-station.ts';

class WireLink implements Link {
  readonly name = 'memory';
  readonly station = new ScriptedStation({ serial: 'HRS-1' }, (text) => this.deliver(text));
  readonly foreign: string[] = [];
  handlers: LinkHandlers | null = null;
  opens = 0;
  async open(handlers: LinkHandlers): Promise<void> {
    this.opens++;
    this.handlers = handlers;
  }
  async write(bytes: Uint8Array): Promise<void> {
    await Promise.resolve();
    const text = Buffer.from(bytes).toString('latin1');
    if (text.startsWith('$')) this.station.hear(bytes);
    else this.foreign.push(text);
  }
  async close(): Promise<void> {
    this.handlers = null;
  }
  deliver(text: string): void {
    this.handlers?.bytes(Buffer.from(text, 'latin1'));
  }
}

async function identified() {
  const clock = new FakeClock();
  const link = new WireLink();
  const statuses: StationStatus[] = [];
  const readings: Reading[] = [];
  const bus = new Bus((error) => {
    throw error;
  });
  bus.on('status', (status) => statuses.push(status));
  bus.on('reading', (reading) => readings.push(reading));
  const config = configSchema.parse({});
  const stations = new Stations({
    links: [linkConfig('memory')],
    bus,
    clock,
    random: () => 0.5,
    limits: {},
    freshness: config.freshness,
    logger: silentLogger,
    openLink: () => link,
  });
  stations.start();
  await clock.advanceSoftly(50);
  const heard: string[] = [];
  const handlers: LeaseHandlers = {
    foreign: (line) => heard.push(Buffer.from(line).toString('latin1')),
    opened: () => heard.push('opened'),
    closed: () => heard.push('closed'),
  };
  const speak = (ms: number) => {
    for (let at = 0; at < ms; at += 100) {
      clock.advance(100);
      link.deliver(link.station.telemetry(20));
    }
  };
  return { clock, link, stations, statuses, readings, heard, handlers, speak };
}

const SMP = '\u0006\tAAdIZWxsb8vW';

describe('lease of a wire', () => {
  it('carries foreign lines both ways while readings go on', async () => {
    const { link, stations, readings, heard, handlers, speak } = await identified();
    const lease = stations.lease('HRS-1', handlers);
    speak(300);
    link.deliver(`${SMP}\n`);
    await lease.write(Buffer.from(`${SMP}\n`, 'latin1'));
    speak(300);
    expect(heard).toEqual([SMP]);
    expect(link.foreign).toEqual([`${SMP}\n`]);
    expect(readings).toHaveLength(6);
    expect(lease.isOpen).toBe(true);
  });

  it('is said in the status until it is released, and hears nothing afterwards', async () => {
    const { link, stations, statuses, heard, handlers } = await identified();
    const lease = stations.lease('memory', handlers);
    expect(statuses.at(-1)).not.toHaveProperty('updating');
    lease.telemetry('interleaved');
    expect(statuses.at(-1)).toMatchObject({ station: 'HRS-1', state: 'live', updating: 'interleaved' });
    lease.telemetry('paused');
    expect(stations.statuses()[0]).toMatchObject({ updating: 'paused' });
    lease.release();
    expect(statuses.at(-1)).not.toHaveProperty('updating');
    link.deliver(`${SMP}\n`);
    expect(heard).toEqual([]);
    await expect(lease.write(Buffer.from('x\n'))).rejects.toThrow('this lease is over');
    expect(lease.isOpen).toBe(false);
  });

  it('has one holder at a time', async () => {
    const { stations, handlers } = await identified();
    const lease = stations.lease('HRS-1', handlers);
    const other: LeaseHandlers = { foreign: () => {}, opened: () => {}, closed: () => {} };
    expect(() => stations.lease('HRS-1', other)).toThrow(/in use by another firmware task/);
    lease.release();
    const second = stations.lease('HRS-1', other);
    lease.release();
    expect(() => stations.lease('HRS-1', handlers)).toThrow(/in use/);
    second.release();
    expect(() => stations.lease('HRS-9', handlers)).toThrow('no station HRS-9 answers on any link of this bridge');
  });

  it('does not open the port again because of silence, and is told when the link goes and comes', async () => {
    const { clock, link, stations, heard, handlers, speak } = await identified();
    speak(1000);
    const lease = stations.lease('HRS-1', handlers);
    await clock.advanceSoftly(20_000);
    expect(stations.statuses()[0]).toMatchObject({ state: 'quiet', reason: expect.stringContaining('being updated') });
    expect(link.opens).toBe(1);
    link.handlers?.closed(new LinkFailure('lost', 'memory went away'));
    await clock.advanceSoftly(5000);
    expect(heard).toEqual(['closed', 'opened']);
    lease.reopen();
    await clock.advanceSoftly(5000);
    expect(heard).toEqual(['closed', 'opened', 'closed', 'opened']);
    expect(link.opens).toBe(3);
    lease.release();
    link.station.answers = 'none';
    await settle();
    await clock.advanceSoftly(30_000);
    expect(link.opens).toBeGreaterThan(3);
  });
});
