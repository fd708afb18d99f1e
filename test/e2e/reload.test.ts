/** SIGHUP on the built daemon: what differs is applied, the rest is named, a bad file is refused, and no reading is lost. */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Hello, StationView } from '../../src/web/api-types.ts';
import { eventually, type Running, run, up } from '../support/daemon.ts';
import { startMosquitto, temporaryFolder } from '../support/services.ts';
import { available } from '../support/what-was-not-tested.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function stations(folder: string, count: number): Promise<{ url: string }[]> {
  const simulator = run('simulator/main.js', [
    ...['--stations', String(count), '--tcp', '127.0.0.1:0', '--rate', '50', '--json'],
    ...['--ledger', join(folder, 'ledger.jsonl')],
  ]);
  undo.push(() => simulator.end());
  await simulator.line(/"ready":true/);
  return [...simulator.output().matchAll(/"url":"([^"]+)"/g)].map(([, url = '']) => ({ url }));
}

interface Started {
  readonly daemon: Running;
  readonly file: string;
  readonly page: string;
  hello(): Promise<Hello>;
  fleet(): Promise<StationView[]>;
  /** Writes the file and says so to the daemon; resolves with what it logs. */
  reload(config: object | string, expected: RegExp): Promise<string>;
}

async function start(folder: string, config: object): Promise<Started> {
  const daemon = up(folder, { http: { listen: '127.0.0.1:0' }, ...config });
  undo.push(() => daemon.end('SIGKILL'));
  const page = (await daemon.line(/Page\s+(http:\/\/127\.0\.0\.1:\d+)/))[1] ?? '';
  const get = async <T>(path: string) => (await (await fetch(`${page}${path}`)).json()) as T;
  const file = join(folder, 'hai-bridge.yaml');
  return {
    daemon,
    file,
    page,
    hello: () => get<Hello>('/api/v1/hello'),
    fleet: () => get<StationView[]>('/api/v1/stations'),
    reload: async (next, expected) => {
      const from = daemon.output().length;
      const base = { ...(parse(readFileSync(file, 'utf8')) as object) };
      writeFileSync(file, typeof next === 'string' ? next : JSON.stringify({ ...base, ...next }));
      daemon.child.kill('SIGHUP');
      return eventually('what it says to that', () => {
        const said = daemon.output().slice(from);
        return expected.test(said) && said;
      });
    },
  };
}

describe.skipIf(!available('reloading the configuration', 'mosquitto'))('SIGHUP', () => {
  it('applies links, limits, freshness and log level; touches no other station and not the journal', async () => {
    const folder = temporaryFolder();
    undo.push(() => folder.remove());
    const [a, b, c] = await stations(folder.path, 3);
    const data = join(folder.path, 'data');
    const s = await start(folder.path, { data, links: [a, b], mqtt: { embeddedPort: 0 } });
    const live = async (names: string[]) =>
      eventually(`live: ${names}`, async () => {
        const fleet = await s.fleet();
        const is = fleet.map((view) => `${view.station} ${view.state}`).sort();
        return JSON.stringify(is) === JSON.stringify(names.map((n) => `${n} live`)) && fleet;
      });
    const before = await live(['SIM-0001', 'SIM-0002']);
    const said = await s.reload(
      {
        links: [a, c],
        limits: { ambientPressure: { high: 1 } },
        freshness: { expiryMs: 4321 },
        log: { level: 'debug' },
        site: 'ward-9',
        data: 'elsewhere',
      },
      /reload: site: .*\n/,
    );
    for (const line of [
      `reload: link ${b?.url}: configured -> removed`,
      `reload: link ${c?.url}: (not set) -> added`,
      'reload: limits.ambientPressure.high: (not set) -> 1',
      'reload: freshness.expiryMs: 2000 -> 4321',
      'reload: log.level: \\"info\\" -> \\"debug\\"',
      'reload: site: \\"clinic\\" stays, \\"ward-9\\" does not apply: it takes effect at the next start',
    ]) {
      expect(said).toContain(line);
    }
    const after = await live(['SIM-0001', 'SIM-0003']);
    expect(after[0]?.sinceUtcMs).toBe(before[0]?.sinceUtcMs);
    expect(await s.hello()).toMatchObject({ site: 'clinic', expiryMs: 4321 });
    await eventually('flags by the new limit', async () => (await s.fleet())[0]?.latest?.flags.includes('beyondLimit'));

    // A file that cannot work changes nothing, and is refused as at a start.
    const refused = await s.reload('links: [{url: /dev/x, baudRate: fast}]\nhttp: {listen: "0.0.0.0:80"}\n', /refused/);
    expect(refused).toMatch(/reload: hai-bridge\.yaml:1:\d+ links\[0\]\.baudRate: must be a .*number/);
    expect(refused).toMatch(/reload: hai-bridge\.yaml:2:\d+ http\.listen: other machines could open the page without/);
    expect(refused).toContain('the daemon goes on with the one it has');
    renameSync(s.file, `${s.file}.away`);
    s.daemon.child.kill('SIGHUP');
    await s.daemon.line(/reload: hai-bridge\.yaml: there is no such file/);
    await live(['SIM-0001', 'SIM-0003']);

    // All numbers are there: nothing was lost or begun anew on the way.
    expect(await s.daemon.end()).toBe(0);
    const store = new Database(join(data, 'store.db'));
    const rows = store
      .prepare(
        `SELECT station, count(DISTINCT epoch), max(seq) - count(*) FROM
         (SELECT station, epoch, seq FROM telemetry UNION SELECT station, epoch, seq FROM event) GROUP BY station`,
      )
      .raw(true)
      .all();
    store.close();
    expect(rows).toEqual([
      ['SIM-0001', 1, 0],
      ['SIM-0002', 1, 0],
      ['SIM-0003', 1, 0],
    ]);
  });

  it('moves to another broker, and takes a new password from the same file', async () => {
    const folder = temporaryFolder();
    undo.push(() => folder.remove());
    const links = await stations(folder.path, 1);
    const first = await startMosquitto();
    undo.push(() => first.stop());
    const passwords = join(folder.path, 'passwords');
    const secret = join(folder.path, 'secret');
    const password = (text: string) => {
      writeFileSync(secret, text, { mode: 0o600 });
      execFileSync('mosquitto_passwd', [...(text === 'one' ? ['-c'] : []), '-b', passwords, 'bay', text]);
    };
    password('one');
    const second = await startMosquitto(`listener PORT 127.0.0.1\nallow_anonymous false\npassword_file ${passwords}\n`);
    undo.push(() => second.stop());
    const s = await start(folder.path, { data: join(folder.path, 'data'), links, mqtt: { url: first.url } });
    const connected = (to: string) =>
      eventually(`connected to ${to}`, async () => {
        const { broker } = await s.hello();
        return broker.ok && broker.description === `${to} (MQTT 5)` && typeof broker.roundTripMs === 'number';
      });
    await connected(first.url);
    await s.reload({ mqtt: { url: second.url, username: 'bay', passwordFile: secret } }, /reload: mqtt\.passwordFile/);
    await connected(second.url);
    password('two');
    await s.reload({}, /reload: mqtt: content of the password or certificate files/);
    process.kill(second.pid, 'SIGHUP');
    await s.reload({}, /reload: nothing has changed/);
    await connected(second.url);
    const waiting = async () =>
      /^hai_journal_waiting (\d+)/m.exec(await (await fetch(`${s.page}/metrics`)).text())?.[1];
    await eventually('an empty journal', async () => Number(await waiting()) < 3);
    expect(s.daemon.output()).not.toContain('two');
    expect(await s.daemon.end()).toBe(0);
  });
});

describe.skipIf(!available('a terminal that closes', 'socat'))('a terminal', () => {
  it('ends the daemon by closing; SIGHUP in an open one is a reload', async () => {
    const folder = temporaryFolder();
    undo.push(() => folder.remove());
    const file = join(folder.path, 'hai-bridge.yaml');
    writeFileSync(file, JSON.stringify({ data: 'data', http: { listen: '127.0.0.1:0' }, mqtt: { embeddedPort: 0 } }));
    const main = join(import.meta.dirname, '../../dist/src/cli/main.js');
    const terminal = spawn(
      'socat',
      ['-', `EXEC:"${process.execPath} ${main} up --config ${file}",pty,setsid,ctty,stderr`],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    undo.push(() => terminal.kill('SIGKILL'));
    let said = '';
    terminal.stdout.on('data', (data: Buffer) => {
      said += data.toString();
    });
    await eventually('the page', () => /Page/.test(said));
    const pid = Number(execFileSync('pgrep', ['-P', String(terminal.pid)], { encoding: 'utf8' }).trim());
    undo.push(() => {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {}
    });
    process.kill(pid, 'SIGHUP');
    await eventually('a reload', () => /reload: nothing has changed/.test(said));
    terminal.kill('SIGKILL');
    await eventually('the end of the daemon', () => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    });
  });
});
