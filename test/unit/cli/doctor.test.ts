import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { checkBroker } from '../../../src/cli/doctor/broker.ts';
import { checkYear } from '../../../src/cli/doctor/clock.ts';
import { checkConfig } from '../../../src/cli/doctor/config.ts';
import { checkDisk } from '../../../src/cli/doctor/disk.ts';
import { examine } from '../../../src/cli/doctor/examine.ts';
import { checkLink } from '../../../src/cli/doctor/link.ts';
import { checkListen } from '../../../src/cli/doctor/listen.ts';
import { checkNode } from '../../../src/cli/doctor/node.ts';
import { checkStore } from '../../../src/cli/doctor/store.ts';
import { type Config, configSchema } from '../../../src/config.ts';
import { freePort } from '../../support/free-port.ts';
import { type Service, startInfluxd, startMosquitto, temporaryFolder } from '../../support/services.ts';
import { available } from '../../support/what-was-not-tested.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const config = (input: unknown): Config => configSchema.parse(input);
const file = (name: string, text: string) => {
  const path = join(folder.path, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
async function taken(): Promise<number> {
  const server = createServer((socket) => socket.end());
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe('a check', () => {
  it('that throws or hangs is itself a finding', async () => {
    const broken = { what: 'x', timeoutMs: 1000, run: () => Promise.reject(new Error('it broke')) };
    expect(await examine(broken)).toEqual([expect.objectContaining({ level: 'fail', what: 'x', found: 'it broke' })]);
    const hanging = { what: 'y', timeoutMs: 20, run: () => new Promise<never>(() => {}) };
    expect(await examine(hanging)).toEqual([
      expect.objectContaining({ level: 'fail', found: 'no answer within 0.02 s' }),
    ]);
  });
});

describe('the machine', () => {
  it.each([
    ['20.18.9', 'fail'],
    ['20.19.0', 'ok'],
    ['22.0.0', 'ok'],
    ['18.20.0', 'fail'],
  ])('Node.js %s: %s', (version, level) => {
    expect(checkNode(version)[0]?.level).toBe(level);
  });

  it('a clock that has lost its date', () => {
    expect(checkYear(0)[0]).toMatchObject({ level: 'fail', found: 'the year is 1970' });
    expect(checkYear(Date.UTC(2030, 1, 1))[0]?.level).toBe('ok');
  });

  it('the data folder: writes durably, and leaves nothing', async () => {
    const data = join(folder.path, 'new/data');
    expect(await checkDisk(data)).toEqual([
      expect.objectContaining({ level: expect.stringMatching(/ok|warn/), found: expect.stringContaining('GB free') }),
    ]);
    expect(readdirSync(folder.path)).not.toContain('new');
    mkdirSync(join(folder.path, 'there'));
    await checkDisk(join(folder.path, 'there'));
    expect(readdirSync(join(folder.path, 'there'))).toEqual([]);
    const blocked = join(file('plain-file', ''), 'data');
    expect(await checkDisk(blocked)).toEqual([expect.objectContaining({ level: 'fail' })]);
  });
});

describe('the configuration', () => {
  it('every problem is a finding with its remedy', () => {
    const { loaded, findings } = checkConfig(file('bad.yaml', 'sitee: x\nlog: {level: loud}\n'));
    expect(loaded).toBeNull();
    expect(findings).toHaveLength(2);
    expect(findings[0]).toMatchObject({
      level: 'fail',
      found: expect.stringContaining('sitee: unknown key'),
      remedy: 'did you mean site?',
    });
  });

  it('warns of secrets that everybody can read', () => {
    const secret = file('open', 'x');
    const path = file(
      'c.yaml',
      `mqtt: {url: 'mqtt://h:1', username: u, passwordFile: ${secret}}\nlinks: [{url: /dev/x}]\n`,
    );
    expect(checkConfig(path).findings.map((f) => f.level)).toEqual(['ok']);
    const open = join(folder.path, 'open3');
    writeFileSync(open, 'x', { mode: 0o644 });
    const second = file(
      'd.yaml',
      `mqtt: {url: 'mqtt://h:1', username: u, passwordFile: ${open}}\nlinks: [{url: /dev/x}]\n`,
    );
    expect(checkConfig(second).findings.at(-1)).toMatchObject({ level: 'warn', remedy: `chmod 600 ${open}` });
  });
});

describe('links', () => {
  const link = async (url: string) => {
    const [first] = config({ links: [{ url }] }).links;
    return first ? checkLink(first) : [];
  };

  it('a device server that accepts, one that refuses, an address that is none', async () => {
    expect(await link(`tcp://127.0.0.1:${await taken()}`)).toEqual([expect.objectContaining({ level: 'ok' })]);
    expect(await link(`tcp://127.0.0.1:${await freePort()}`)).toEqual([
      expect.objectContaining({ level: 'fail', found: 'refuses the connection' }),
    ]);
    expect(await link('tcp://nowhere')).toEqual([
      expect.objectContaining({ level: 'fail', found: 'not tcp://host:port' }),
    ]);
  });

  it('a port that is not there, a file that is no port', async () => {
    expect(await link('/dev/ttyUSB99')).toEqual([
      expect.objectContaining({ level: 'fail', found: 'there is no such port' }),
    ]);
    expect(await link(file('tty', ''))).toEqual([
      expect.objectContaining({ level: 'fail', found: 'is not a serial port' }),
    ]);
  });
});

describe('a link that replays', () => {
  it('a recording is no station, and a file that is none is said', async () => {
    const incident = 'test/golden/incidents/bits-flipped-on-the-cable/capture.jsonl';
    const found = async (url: string) => {
      const [link] = config({ links: [{ url }] }).links;
      return link && (await checkLink(link)).map(({ level, found: what }) => [level, what]);
    };
    expect(await found(`replay:${incident}`)).toEqual([['warn', 'replay of /dev/ttyUSB0: a recording, no station']]);
    expect(await found('replay:package.json')).toEqual([['fail', expect.stringMatching(/is no capture/)]]);
    expect(await found(`replay:${incident}#nope`)).toEqual([['fail', expect.stringMatching(/which of its links/)]]);
  });
});

describe('the address of the page', () => {
  it('free, taken, not of this machine', async () => {
    expect(await checkListen(`127.0.0.1:${await freePort()}`, false)).toEqual([
      expect.objectContaining({ level: 'ok', found: 'free' }),
    ]);
    expect(await checkListen(`127.0.0.1:${await taken()}`, false)).toEqual([
      expect.objectContaining({ level: 'warn' }),
    ]);
    expect(await checkListen('192.0.2.1:8470', false)).toEqual([expect.objectContaining({ level: 'fail' })]);
  });
});

describe.skipIf(!available('doctor against a real broker', 'mosquitto'))('the broker', () => {
  let broker: Service;
  beforeAll(async () => {
    broker = await startMosquitto();
  });
  afterAll(() => broker?.stop());

  it('echoes a message; or is not there', async () => {
    const good = config({ mqtt: { url: `mqtt://127.0.0.1:${broker.port}` } });
    expect(await checkBroker(good)).toEqual([
      expect.objectContaining({ found: expect.stringMatching(/^MQTT 5, a message comes back in/) }),
    ]);
    const old = config({ mqtt: { url: `mqtt://127.0.0.1:${broker.port}`, protocol: '3.1.1' } });
    expect(await checkBroker(old)).toEqual([
      expect.objectContaining({ found: expect.stringMatching(/^MQTT 3\.1\.1, /) }),
    ]);
    const absent = config({ mqtt: { url: `mqtt://127.0.0.1:${await freePort()}` } });
    expect(await checkBroker(absent)).toEqual([
      expect.objectContaining({ level: 'fail', found: 'nothing listens there' }),
    ]);
  });
});

describe('the store', () => {
  it('sqlite: not there yet, and a file that is none', async () => {
    expect(await checkStore(config({ data: join(folder.path, 'none') }))).toEqual([
      expect.objectContaining({ level: 'ok' }),
    ]);
    const path = file('bad.db', 'this is no database, but it is long enough to look at: '.repeat(40));
    expect(await checkStore(config({ store: { kind: 'sqlite', path } }))).toEqual([
      expect.objectContaining({ level: 'fail' }),
    ]);
  });

  it('influx: nobody there', async () => {
    const store = { kind: 'influx', url: `http://127.0.0.1:${await freePort()}` };
    expect(await checkStore(config({ store }))).toEqual([
      expect.objectContaining({ level: 'fail', found: 'nothing listens there' }),
    ]);
  });
});

describe.skipIf(!available('doctor against a real InfluxDB', 'influxd'))('InfluxDB with users', () => {
  let influx: Service;
  const query = async (q: string, login?: string) => {
    const headers = login ? { authorization: `Basic ${Buffer.from(login).toString('base64')}` } : {};
    const answer = await fetch(`${influx.url}/query?q=${encodeURIComponent(q)}`, { method: 'POST', headers });
    expect(answer.status).toBe(200);
  };
  beforeAll(async () => {
    influx = await startInfluxd({ auth: true });
    await query("CREATE USER admin WITH PASSWORD 'root pw' WITH ALL PRIVILEGES");
    await query('CREATE DATABASE hai', 'admin:root pw');
    await query("CREATE USER hai WITH PASSWORD 'writes'", 'admin:root pw');
    await query('GRANT ALL ON hai TO hai', 'admin:root pw');
    await query("CREATE USER guest WITH PASSWORD 'reads'", 'admin:root pw');
    await query('GRANT READ ON hai TO guest', 'admin:root pw');
    // A grant is not in force the moment it is given.
    await vi.waitFor(async () => {
      const headers = { authorization: `Basic ${Buffer.from('hai:writes').toString('base64')}` };
      const answer = await fetch(`${influx.url}/write?db=hai`, { method: 'POST', headers, body: '# nothing' });
      expect(answer.status).toBe(204);
    }, 10_000);
  });
  afterAll(() => influx?.stop());

  it.each([
    ['hai', 'writes\n', 'hai', 'ok', /lets us write/],
    ['hai', 'wrong', 'hai', 'fail', /refuses user or password/],
    ['guest', 'reads', 'hai', 'fail', /user guest may not write/],
    ['hai', 'writes', 'other', 'warn', /does not exist yet/],
  ])('user %s, database %3$s: %4$s', async (username, password, database, level, found) => {
    const passwordFile = file('pw', password);
    const store = { kind: 'influx', url: influx.url, database, username, passwordFile };
    expect(await checkStore(config({ store }))).toEqual([
      expect.objectContaining({ level, found: expect.stringMatching(found) }),
    ]);
  });
});
