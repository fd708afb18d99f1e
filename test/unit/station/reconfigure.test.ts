/** What a new configuration does to stations that run. */
import { describe, expect, it } from 'vitest';
import { FLAG } from '../../../protocols/reading.ts';
import { configSchema } from '../../../src/config.ts';
import type { StationStatus } from '../../../src/station/model.ts';
import { linkConfig } from '../link/link-config.ts';
import { bench } from './bench.ts';

describe('another configuration while it runs', () => {
  const freshness = configSchema.parse({}).freshness;

  it('closes removed links, opens new ones, opens changed ones anew, and does not touch the others', async () => {
    const b = await bench([{ serial: 'A-1' }, { serial: 'B-1' }, { serial: 'C-1' }, { serial: 'D-1' }]);
    const [a, , c, d] = b.links.map((link) => linkConfig(link.name));
    if (!a || !c || !d) throw new Error('no links');
    await b.stations.reconfigure({ links: [a, c, d], limits: {}, freshness });
    await b.run(500);
    expect(b.stations.statuses().map((s) => `${s.station} ${s.state}`)).toEqual(['A-1 live', 'C-1 live', 'D-1 live']);
    const removed: StationStatus[] = [];
    b.bus.on('status', (status) => {
      if (status.removed) removed.push(status);
    });
    b.readings.length = 0;
    await b.stations.reconfigure({
      links: [a, { ...c, rateHz: 20 }, { ...d, baudRate: 9600 }, linkConfig('/dev/port1')],
      limits: {},
      freshness,
    });
    await b.run(500);
    expect(b.links.map((link) => link.opens)).toEqual([1, 2, 2, 2]);
    expect(b.links[2]?.station.commands.map((c) => c.command)).toContainEqual({ name: 'rate', hz: 20 });
    await b.stations.reconfigure({ links: [a], limits: {}, freshness });
    expect(b.stations.statuses().map((s) => s.station)).toEqual(['A-1']);
    expect(removed.map((s) => `${s.station} ${s.state}`).sort()).toEqual(['B-1 offline', 'C-1 offline', 'D-1 offline']);
    expect(removed[0]?.reason).toMatch(/removed from the configuration/);
    // The one that was never touched has never been anything but live, and lost no line.
    expect(b.said.filter((line) => line.includes('A-1') && !line.startsWith('live'))).toEqual([]);
    const seqs = b.readings.filter((r) => r.station === 'A-1').map((r) => r.lineSeq);
    expect(seqs).toEqual(seqs.map((_, i) => (seqs[0] ?? 0) + i));
    await b.stations.stop();
  });

  it('other limits and another patience hold from the next reading on, on an open link', async () => {
    const b = await bench([{ serial: 'A-1' }]);
    await b.run(300);
    expect(b.readings.at(-1)?.flags).toBe(0);
    const links = [linkConfig(b.first.name)];
    await b.stations.reconfigure({
      links,
      limits: { reservoirVolume: { high: 10 } },
      freshness: { ...freshness, quietPeriods: 20 },
    });
    await b.run(300);
    expect(b.readings.at(-1)?.flags).toBe(FLAG.beyondLimit);
    await b.clock.advanceSoftly(1500, 50);
    expect(b.stations.statuses()[0]?.state).toBe('live');
    await b.stations.reconfigure({ links, limits: {}, freshness: { ...freshness, quietPeriods: 3 } });
    await b.clock.advanceSoftly(400, 50);
    expect(b.stations.statuses()[0]?.state).toBe('quiet');
    expect(b.first.opens).toBe(1);
    await b.stations.stop();
  });

  it('a link that can never work is said when it comes, and taken off the list when it goes', async () => {
    const b = await bench([{ serial: 'A-1' }]);
    const seen: StationStatus[] = [];
    b.bus.on('status', (status) => seen.push(status));
    const a = linkConfig(b.first.name);
    await b.stations.reconfigure({ links: [a, linkConfig('tcp://nowhere')], limits: {}, freshness });
    expect(b.stations.statuses().at(-1)).toMatchObject({ state: 'refused' });
    await b.stations.reconfigure({ links: [a], limits: {}, freshness });
    expect(seen.at(-1)).toMatchObject({ state: 'refused', removed: true });
    expect(b.stations.statuses()).toHaveLength(1);
    await b.stations.stop();
  });

  it('a link in the hands of a firmware task stays as it is', async () => {
    const b = await bench([{ serial: 'A-1' }]);
    await b.run(300);
    const nothing = () => {};
    const lease = b.stations.lease('A-1', { foreign: nothing, opened: nothing, closed: nothing });
    expect([...b.stations.leased]).toEqual([b.first.name]);
    await b.stations.reconfigure({ links: [], limits: {}, freshness });
    expect(b.stations.statuses()[0]?.state).toBe('live');
    lease.release();
    await b.stations.reconfigure({ links: [], limits: {}, freshness });
    expect(b.stations.statuses()).toEqual([]);
    await b.stations.stop();
  });
});
