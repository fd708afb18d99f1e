/** The command line as people and scripts meet it: as a program. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { SerialPort } from 'serialport';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { find, listening, temporaryFolder } from '../support/services.ts';
import { available } from '../support/what-was-not-tested.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What `npm run build` made, as users run it. */
const COMMAND = [join(ROOT, 'dist/src/cli/main.js')];
const folder = temporaryFolder();
const started: ChildProcess[] = [];
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exit = new Promise((resolve) => child.once('exit', resolve));
    // Not SIGKILL at once: commands end their own children first.
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 8000);
    await exit;
    clearTimeout(late);
  }
});
afterAll(() => folder.remove());

let folders = 0;
function emptyFolder(): string {
  const path = join(folder.path, String(++folders));
  mkdirSync(path);
  return path;
}

interface Running {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly exit: Promise<number | string>;
}

function start(args: string[], options: { cwd?: string; env?: Record<string, string> } = {}): Running {
  const child = spawn(process.execPath, [...COMMAND, ...args], {
    cwd: options.cwd ?? folder.path,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
  });
  started.push(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (d: Buffer) => {
    out += d;
  });
  child.stderr.on('data', (d: Buffer) => {
    err += d;
  });
  child.stdin.end();
  const exit = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal ?? '?')),
  );
  return { child, out: () => out, err: () => err, exit };
}

async function run(args: string[], options: Parameters<typeof start>[1] = {}) {
  const running = start(args, options);
  const code = await running.exit;
  return { code, out: running.out(), err: running.err() };
}

const until = <T>(check: () => T | Promise<T>, timeout = 20_000) => vi.waitFor(check, { timeout, interval: 50 });

/** Command lines of all processes that were started with this TMPDIR: a demonstration and all its children. */
function processesOf(tmp: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return environment.includes(`TMPDIR=${tmp}`) && command !== '' ? [`${pid} ${command}`] : [];
      } catch {
        return [];
      }
    });
}

describe('help', () => {
  it('teaches by examples', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    for (const name of ['up', 'simulate', 'ports', 'init', 'doctor', 'tail'])
      expect(out).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    expect(out).toMatch(/hai-bridge up --demo/);
    for (const name of ['up', 'ports', 'init', 'doctor', 'tail']) {
      const help = await run([name, '--help']);
      expect(help.code).toBe(0);
      const examples = help.out.split('Examples:\n')[1] ?? '';
      expect(examples.match(new RegExp(`^ {2}hai-bridge ${name}`, 'gm'))?.length, name).toBeGreaterThanOrEqual(3);
    }
  });

  it('says the version of package.json', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(await run(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  it.each([
    [[], 2, /^$/],
    [['upp'], 2, /unknown command 'upp'\n\(Did you mean up\?\)\nSee: hai-bridge --help/],
    [['up', '--demmo'], 2, /unknown option '--demmo'\n\(Did you mean --demo\?\)\nSee: hai-bridge up --help/],
    [['up', '--role', 'bridg'], 2, /no role 'bridg', did you mean bridge\?/],
    [['up', '--demo', '--config', 'x'], 2, /leave out --config/],
    [['ports', 'extra'], 2, /too many arguments/],
    [['tail', 'a/b'], 2, /no station name/],
    [['tail', '--url', 'http://u:p@h'], 2, /use --user and --password-file/],
    [['tail', '--url', 'ftp://h'], 2, /--url must be http/],
    [['tail', '--user', 'x'], 2, /belong together/],
  ])('%j ends with %i and one clear line', async (args, expected, words) => {
    const { code, err } = await run(args);
    expect(code).toBe(expected);
    expect(err).toMatch(words);
    expect(err).not.toMatch(/^\s+at /m);
  });
});

describe('configuration', () => {
  it.each([
    ['broken YAML', 'links: [\n', /^c\.yaml:2:1: not valid YAML/],
    ['an unknown key', 'sitee: x\n', /^c\.yaml:1:1 sitee: unknown key — did you mean site\?\n$/],
    ['a secret', 'mqtt: {password: hunter2}\n', /^c\.yaml:1:8 mqtt\.password: a secret must not stand in this file/],
    [
      'an open page',
      'http: {listen: "0.0.0.0:8470"}\n',
      /^c\.yaml:1:16 http\.listen: other machines could open the page without a login/,
    ],
    ['a lone role', 'mqtt: {url: embedded}\n', /need a broker that the other roles reach too/],
  ])('%s stops up with exit code 2 and nothing started', async (name, text, words) => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, 'c.yaml'), text);
    const { code, out, err } = await run(
      ['up', '-c', 'c.yaml', ...(name === 'a lone role' ? ['--role', 'recorder'] : [])],
      { cwd },
    );
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(words);
    expect(err).not.toMatch(/^\s+at |hunter2/m);
    expect(readdirSync(cwd)).toEqual(['c.yaml']);
  });

  it('init writes a file that doctor finds good, and overwrites only by force', async () => {
    const cwd = emptyFolder();
    const first = await run(['init'], { cwd });
    expect(first).toMatchObject({ code: 0, err: '', out: expect.stringContaining('hai-bridge.schema.json') });
    expect(readdirSync(cwd).sort()).toEqual(['hai-bridge.schema.json', 'hai-bridge.yaml']);
    writeFileSync(join(cwd, 'hai-bridge.yaml'), 'site: mine\n');
    expect(await run(['init'], { cwd })).toMatchObject({
      code: 2,
      err: expect.stringMatching(/exists already — .*--force/),
    });
    expect(readFileSync(join(cwd, 'hai-bridge.yaml'), 'utf8')).toBe('site: mine\n');
    expect((await run(['init', '--force'], { cwd })).code).toBe(0);
    const { code, out } = await run(['doctor'], { cwd });
    expect({ code, fails: out.match(/^FAIL/gm) }).toEqual({ code: 0, fails: null });
    expect(out).toMatch(/^OK {4}configuration: .*hai-bridge\.yaml$/m);
    expect(readdirSync(cwd).sort()).toEqual(['hai-bridge.schema.json', 'hai-bridge.yaml']);
    expect(await run(['init', 'no/such/folder/x.yaml'], { cwd })).toMatchObject({
      code: 2,
      err: expect.stringContaining('create the folder first'),
    });
  });
});

describe('doctor', () => {
  it('finds what is wrong, each with its remedy, and exits with 1', async () => {
    const cwd = emptyFolder();
    const [broker, server] = [await freePort(), await freePort()];
    writeFileSync(
      join(cwd, 'hai-bridge.yaml'),
      `mqtt: {url: "mqtt://127.0.0.1:${broker}"}\nlinks: [{url: "tcp://127.0.0.1:${server}"}, {url: /dev/ttyUSB77}]\n`,
    );
    const { code, out } = await run(['doctor', '--json'], { cwd });
    expect(code).toBe(1);
    const findings: { level: string; what: string; remedy: string | null }[] = JSON.parse(out);
    const failed = findings.filter((f) => f.level === 'fail');
    expect(failed.map((f) => f.what)).toEqual([
      `broker mqtt://127.0.0.1:${broker}`,
      `link tcp://127.0.0.1:${server}`,
      'port /dev/ttyUSB77',
    ]);
    expect(findings.filter((f) => f.level !== 'ok' && !f.remedy)).toEqual([]);
    const text = await run(['doctor'], { cwd });
    expect(text.out).toMatch(/^FAIL {2}port \/dev\/ttyUSB77: there is no such port\n {6}-> /m);
    expect(text.out).toMatch(/^3 problems, /m);
  });

  it('a broken configuration is said line by line, with exit code 2', async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, 'hai-bridge.yaml'), 'sitee: x\nlog: {level: loud}\n');
    const { code, out } = await run(['doctor'], { cwd });
    expect(code).toBe(2);
    expect(out.match(/^FAIL {2}configuration: hai-bridge\.yaml:/gm)).toHaveLength(2);
    expect(out).toMatch(/^OK {4}Node\.js/m);
  });

  it.skipIf(!available('doctor on serial ports', 'socat'))(
    'opens a free port, and leaves one alone that is in use',
    async () => {
      const cwd = emptyFolder();
      const port = join(cwd, 'tty');
      const socat = spawn(find('socat') ?? 'socat', [`PTY,link=${port},rawer`, `PTY,link=${port}-far,rawer`], {
        stdio: 'ignore',
      });
      started.push(socat);
      await until(() => expect(existsSync(port)).toBe(true));
      writeFileSync(join(cwd, 'hai-bridge.yaml'), 'links: [{url: ./tty}]\n');
      const free = await run(['doctor'], { cwd });
      expect(free.out).toMatch(/^OK {4}port .*tty: opens at 115200 baud$/m);
      const held = new SerialPort({ path: port, baudRate: 115_200, hupcl: false });
      await new Promise((resolve) => held.once('open', resolve));
      const heard: string[] = [];
      held.on('data', (d: Buffer) => heard.push(d.toString()));
      held.on('close', () => heard.push('closed'));
      const { code, out } = await run(['doctor'], { cwd });
      expect(out).toMatch(/^OK {4}port .*tty: in use by another program/m);
      expect({ code, heard }).toEqual({ code: 0, heard: [] });
      await new Promise<void>((resolve) => held.close(() => resolve()));
    },
  );
});

describe('ports', () => {
  it('lists them for people and for scripts', async () => {
    const cwd = emptyFolder();
    const { code, out } = await run(['ports', '--json'], { cwd });
    expect(code).toBe(0);
    const ports: { path: string; access: string; configured: boolean }[] = JSON.parse(out);
    for (const port of ports)
      expect(port).toMatchObject({
        path: expect.stringMatching(/^\/dev\//),
        access: expect.stringMatching(/^(ok|denied)$/),
      });
    const text = await run(['ports'], { cwd });
    expect(text.code).toBe(0);
    expect(text.out).toMatch(ports.length === 0 ? /^No serial port found\./ : /^PORT +STABLE NAME/);
    const [first] = ports;
    if (!first) return;
    writeFileSync(join(cwd, 'hai-bridge.yaml'), `links: [{url: ${first.path}}]\n`);
    expect(JSON.parse((await run(['ports', '--json'], { cwd })).out)[0].configured).toBe(true);
  });
});

describe('simulate', () => {
  it('is the simulator: its help, its errors, its exit codes', async () => {
    const help = await run(['simulate', '--help']);
    expect(help.code).toBe(0);
    expect(help.out).toMatch(/--scenario/);
    expect((await run(['simulate', '--stations', 'many'])).code).toBe(2);
  });

  it('passes signals on, and ends with it', async () => {
    const running = start(['simulate', '--tcp', '127.0.0.1:0', '--stations', '2', '--json']);
    await until(() => expect(running.out()).toContain('"ready":true'));
    const url = /tcp:\/\/127\.0\.0\.1:(\d+)/.exec(running.out());
    const port = Number(url?.[1]);
    await listening(port);
    running.child.kill('SIGTERM');
    expect(await running.exit).toBe(0);
    await expect(listening(port, 100)).rejects.toThrow();
  });
});

describe.skipIf(process.platform !== 'linux')('up --demo', () => {
  const ready = (demo: Running) =>
    until(() => {
      expect(demo.err()).toBe('');
      expect(demo.out()).toMatch(/Page {4}http:.*\n[\s\S]*leaves nothing behind\.\n/);
    });
  const pageOf = (demo: Running) => /Page {4}(http\S+)/.exec(demo.out())?.[1] ?? '';

  async function nothingLeft(tmp: string): Promise<void> {
    await until(() => expect(processesOf(tmp)).toEqual([]), 5000);
    expect(readdirSync(tmp)).toEqual([]);
  }

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'shows live stations, and leaves nothing behind after %s',
    async (signal) => {
      const cwd = emptyFolder();
      const tmp = emptyFolder();
      const demo = start(['up', '--demo'], { cwd, env: { TMPDIR: tmp } });
      await ready(demo);
      expect(demo.out()).toMatch(/mosquitto_sub -h 127\.0\.0\.1 -p \d+ -t 'hai\/v1\/demo\/#' -v/);
      await until(async () => {
        const stations = await (await fetch(`${pageOf(demo)}/api/v1/stations`)).text();
        expect(stations.match(/"state":"live"/g)?.length).toBeGreaterThanOrEqual(3);
      });
      expect(processesOf(tmp).length).toBeGreaterThan(1);
      demo.child.kill(signal);
      expect(await demo.exit).toBe(0);
      await nothingLeft(tmp);
      expect(readdirSync(cwd)).toEqual([]);
    },
  );

  it('takes Ctrl-C as one stop when a wrapper passes it on a second time', async () => {
    const tmp = emptyFolder();
    const demo = start(['up', '--demo'], { env: { TMPDIR: tmp } });
    await ready(demo);
    demo.child.kill('SIGINT');
    demo.child.kill('SIGINT');
    expect(await demo.exit).toBe(0);
    await nothingLeft(tmp);
  });

  it('says so and ends with 1 when the simulator dies', async () => {
    const tmp = emptyFolder();
    const demo = start(['up', '--demo'], { env: { TMPDIR: tmp } });
    await ready(demo);
    const simulator = processesOf(tmp).find((p) => p.includes('simulator/main'));
    process.kill(Number.parseInt(simulator ?? '', 10), 'SIGKILL');
    expect(await demo.exit).toBe(1);
    expect(demo.err()).toMatch(/the simulator ended \(SIGKILL\)/);
    await nothingLeft(tmp);
  });

  it('two at once: the second takes the next free ports and says so', async () => {
    const first = start(['up', '--demo'], { env: { TMPDIR: emptyFolder() } });
    await ready(first);
    const second = start(['up', '--demo'], { env: { TMPDIR: emptyFolder() } });
    await ready(second);
    expect(second.out()).toMatch(/\(port 8470 is taken, so the page is on \d+\)/);
    expect(second.out()).toMatch(/\(port 1883 is taken, so the broker is on \d+\)/);
    expect(pageOf(second)).not.toBe(pageOf(first));
    for (const demo of [first, second]) demo.child.kill('SIGTERM');
    expect(await Promise.all([first.exit, second.exit])).toEqual([0, 0]);
  });
});

describe('tail', () => {
  it('shows a running daemon, survives its restart, and ends by Ctrl-C', async () => {
    const cwd = emptyFolder();
    const sim = start(['simulate', '--tcp', '127.0.0.1:0', '--json']);
    await until(() => expect(sim.out()).toContain('"ready":true'));
    const url = /tcp:\/\/[\d.]+:\d+/.exec(sim.out())?.[0];
    const listen = `127.0.0.1:${await freePort()}`;
    writeFileSync(
      join(cwd, 'hai-bridge.yaml'),
      `links: [{url: "${url}"}]\nmqtt: {embeddedPort: 0}\nhttp: {listen: "${listen}"}\nlog: {level: error}\n`,
    );
    const tail = start(['tail', '--url', `http://${listen}`, '--json']);
    await until(() => expect(tail.err()).toMatch(/nothing listens on .*trying again/));
    const daemon = start(['up'], { cwd });
    const levels = () =>
      tail
        .out()
        .split('\n')
        .filter((line) => line.startsWith('{') && line.endsWith('}'))
        .map((line) => JSON.parse(line));
    await until(() =>
      expect(
        levels().some((l) => l.state === 'live' && l.simulated && typeof l.values.ambientPressure === 'number'),
      ).toBe(true),
    );
    expect(tail.err()).toContain('connected again');
    daemon.child.kill('SIGTERM');
    expect(await daemon.exit).toBe(0);
    await until(() => expect(tail.err().match(/trying again/g)?.length).toBeGreaterThanOrEqual(2));
    const before = levels().length;
    start(['up'], { cwd });
    await until(() => expect(levels().length).toBeGreaterThan(before + 5));
    tail.child.kill('SIGINT');
    expect(await tail.exit).toBe(0);
  });

  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.closeAllConnections();
  });
  async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
    const server = createServer(answer);
    servers.push(server);
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    server.unref();
    return `http://127.0.0.1:${port}`;
  }

  it('a daemon that wants a login, and gets it from the password file', async () => {
    const seen: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(401).end();
    });
    expect(await run(['tail', '--url', url])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/wants a login — give --user/),
    });
    const file = join(emptyFolder(), 'pw');
    writeFileSync(file, 'geheim ü\n');
    expect((await run(['tail', '--url', url, '--user', 'anna', '--password-file', file])).err).not.toContain('geheim');
    expect(seen).toEqual([undefined, `Basic ${Buffer.from('anna:geheim ü').toString('base64')}`]);
  });

  it('something that is no hai-bridge', async () => {
    const page = await serve((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    );
    expect(await run(['tail', '--url', page])).toMatchObject({
      code: 1,
      err: expect.stringContaining('is --url a hai-bridge?'),
    });
    const endless = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const pump = () => {
        while (response.writable && response.write('x'.repeat(1024 * 1024)));
      };
      response.on('drain', pump);
      pump();
    });
    expect(await run(['tail', '--url', endless])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/an event is over/),
    });
  });

  it('ends when nobody reads its lines any more', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const row = { key: 'A', station: 'A', link: 'l', reason: null, simulated: true, latest: null };
      const hello = { version: '1', site: 's', runId: 'r', expiryMs: 1000, channels: [] };
      response.write(`event: hello\ndata: ${JSON.stringify(hello)}\n\n`);
      let n = 0;
      const timer = setInterval(
        () => response.write(`event: station\ndata: ${JSON.stringify({ ...row, state: `s${n++}` })}\n\n`),
        20,
      );
      response.on('close', () => clearInterval(timer));
    });
    const tail = start(['tail', '--url', url]);
    await until(() => expect(tail.out()).toMatch(/ A .* s\d/));
    tail.child.stdout?.destroy();
    expect(await tail.exit).toBe(0);
  });
});
