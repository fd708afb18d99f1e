/** How the built daemon ends and begins on its data folder: in order, killed, and with another one already there. */
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually, type Running, run, up } from '../support/daemon.ts';
import { temporaryFolder } from '../support/services.ts';
import { available } from '../support/what-was-not-tested.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const number = (path: string, sql: string): number => {
  const db = new Database(path);
  const row = db.prepare(sql).raw(true).get() as [number];
  db.close();
  return row[0];
};

describe.skipIf(!available('how the daemon ends and begins', 'socat'))('a daemon and its data folder', () => {
  async function start(): Promise<{ folder: string; data: string; daemon: Running; again: () => Running }> {
    const folder = temporaryFolder();
    undo.push(() => folder.remove());
    const ports = join(folder.path, 'ports');
    const simulator = run('simulator/main.js', [
      ...['--stations', '2', '--pty', ports, '--scenario', 'nominal-refill', '--rate', '50', '--seed', '3', '--json'],
    ]);
    undo.push(() => simulator.end());
    await simulator.line(/"ready":true/);
    const data = join(folder.path, 'data');
    const again = () => {
      const daemon = up(folder.path, {
        site: 'test',
        data,
        links: [{ url: join(ports, 'station-01') }, { url: join(ports, 'station-02') }],
        mqtt: { url: 'embedded', embeddedPort: 0 },
        http: { listen: '127.0.0.1:0' },
      });
      undo.push(() => daemon.end('SIGKILL'));
      return daemon;
    };
    return { folder: folder.path, data, daemon: again(), again };
  }
  const flowing = async (daemon: Running, atLeast: number) => {
    const url = (await daemon.line(/Page\s+(http:\/\/127\.0\.0\.1:\d+)/))[1] ?? '';
    const written = async () =>
      Number(/^hai_recorder\{counter="written"\} (\d+)/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1] ?? 0);
    await eventually('recorded readings', async () => (await written()) > atLeast, 30_000);
    return written;
  };

  it('stops in the middle of a stream with everything recorded and nothing left in the journal', async () => {
    const { data, daemon } = await start();
    await flowing(daemon, 300);
    const from = performance.now();
    expect(await daemon.end('SIGTERM')).toBe(0);
    expect(performance.now() - from).toBeLessThan(5000);
    expect(number(join(data, 'journal.db'), 'SELECT count(*) FROM waiting')).toBe(0);
    const store = join(data, 'store.db');
    expect(number(store, 'SELECT (SELECT count(*) FROM telemetry) + (SELECT count(*) FROM event)')).toBeGreaterThan(
      300,
    );
    // Numbers without a gap, readings and events together, up to the last one given.
    expect(
      number(
        store,
        `SELECT count(*) FROM (SELECT max(seq) - count(*) AS missing FROM
         (SELECT station, epoch, seq FROM telemetry UNION SELECT station, epoch, seq FROM event)
         GROUP BY station, epoch) WHERE missing <> 0`,
      ),
    ).toBe(0);
  });

  it('refuses a second daemon on the same folder in one line, and the first goes on', async () => {
    const { data, daemon, again } = await start();
    const written = await flowing(daemon, 50);
    const second = again();
    await eventually('the second to end', () => second.child.exitCode !== null);
    expect(second.child.exitCode).toBe(2);
    expect(second.output().trim()).toBe(
      `hai-bridge up: data folder ${data}: another hai-bridge is working with it: stop that one, or give this one a folder of its own (data in the configuration, or --data)`,
    );
    const before = await written();
    await eventually('the first to go on', async () => (await written()) > before + 50);
    expect(daemon.output()).not.toMatch(/"level":"(warn|error)"/);
  });

  it('opens the folder of a killed one without anybody doing anything, and records what that left', async () => {
    const { data, daemon, again } = await start();
    await flowing(daemon, 200);
    expect(await daemon.end('SIGKILL')).toBe('SIGKILL');
    const next = again();
    await flowing(next, 200);
    expect(await next.end('SIGTERM')).toBe(0);
    expect(number(join(data, 'journal.db'), 'SELECT count(*) FROM waiting')).toBe(0);
    expect(next.output()).not.toMatch(/damaged|"level":"error"/);
  });
});
