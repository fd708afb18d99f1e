/** SIGTERM in every kind of outage: the daemon ends by itself within its deadline, and what nobody took is in its journal. */
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually, type Running, run, up } from '../support/daemon.ts';
import { type Service, startInfluxd, startMosquitto, temporaryFolder } from '../support/services.ts';
import { available } from '../support/what-was-not-tested.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

type Outage = 'none' | 'silent' | 'dead';

/** What happens to broker and database just before the signal, while readings flow. */
const OUTAGES: readonly { broker: Outage; store: Outage }[] = [
  { broker: 'silent', store: 'none' },
  { broker: 'none', store: 'silent' },
  { broker: 'silent', store: 'silent' },
  { broker: 'dead', store: 'dead' },
];

async function apply(outage: Outage, service: Service): Promise<void> {
  if (outage === 'dead') await service.kill();
  if (outage === 'silent') {
    process.kill(service.pid, 'SIGSTOP');
    undo.push(() => process.kill(service.pid, 'SIGCONT'));
  }
}

const waitingBatches = (data: string): number => {
  const journal = new Database(join(data, 'journal.db'));
  const [count] = journal.prepare('SELECT count(*) FROM batch').raw(true).get() as [number];
  journal.close();
  return count;
};

describe.skipIf(!available('stopping in outages', 'mosquitto', 'influxd'))('SIGTERM while something is away', () => {
  async function parts(count: number): Promise<{ folder: string; links: string[] }> {
    const folder = temporaryFolder();
    undo.push(() => folder.remove());
    const simulator = run('simulator/main.js', [
      ...['--stations', String(count), '--tcp', '127.0.0.1:0', '--rate', '20', '--json'],
    ]);
    undo.push(() => simulator.end());
    await simulator.line(/"ready":true/);
    return {
      folder: folder.path,
      links: [...simulator.output().matchAll(/"url":"([^"]+)"/g)].map(([, url = '']) => url),
    };
  }
  async function services(): Promise<{ broker: Service; store: Service }> {
    const [broker, store] = await Promise.all([startMosquitto(), startInfluxd()]);
    undo.push(
      () => broker.stop(),
      () => store.stop(),
    );
    return { broker, store };
  }
  async function flowing(folder: string, name: string, url: string, at: { broker: Service; store: Service }) {
    const data = join(folder, name);
    const daemon: Running = up(folder, {
      site: name,
      data,
      links: [{ url }],
      mqtt: { url: at.broker.url },
      store: { kind: 'influx', url: at.store.url },
      http: { listen: '127.0.0.1:0' },
    });
    undo.push(() => daemon.end('SIGKILL'));
    const page = (await daemon.line(/Page\s+(http:\/\/127\.0\.0\.1:\d+)/))[1] ?? '';
    await eventually('acknowledged readings', async () => {
      const metrics = await (await fetch(`${page}/metrics`)).text();
      return Number(/^hai_journal_retired_total (\d+)/m.exec(metrics)?.[1]) > 3;
    });
    return { daemon, data };
  }

  it('ends with code 0 in every combination, and keeps what nobody has', async () => {
    const { folder, links } = await parts(OUTAGES.length);
    // One after the other: daemons that start at once take each other's time.
    for (const [i, outage] of OUTAGES.entries()) {
      const name = `${outage.broker}-${outage.store}`;
      const at = await services();
      const { daemon, data } = await flowing(folder, name, links[i] ?? '', at);
      await apply(outage.broker, at.broker);
      await apply(outage.store, at.store);
      const code = await daemon.end('SIGTERM');
      expect(`${name}: ${code}\n${daemon.output()}`).toMatch(new RegExp(`^${name}: 0\\n`));
      expect(daemon.output()).not.toMatch(/did not stop cleanly|not everything stopped/);
      expect(waitingBatches(data), name).toBeGreaterThan(0);
    }
  });

  it('a second SIGTERM, meant as such, ends it at once', async () => {
    const { folder, links } = await parts(1);
    const at = await services();
    const { daemon } = await flowing(folder, 'impatient', links[0] ?? '', at);
    await apply('silent', at.broker);
    await apply('silent', at.store);
    daemon.child.kill('SIGTERM');
    await daemon.line(/Stopping/);
    // Two signals within a second are one Ctrl-C that arrived twice.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await daemon.end('SIGTERM')).toBe(143);
  });
});
