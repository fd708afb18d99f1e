/** The command line as people and scripts meet it: as a program. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SerialPort } from 'serialport';
import { describe, expect, it } from 'vitest';
import { emptyFolder, ROOT, run, start, started, until } from '../support/cli.ts';
import { freePort } from '../support/free-port.ts';
import { find, listening } from '../support/services.ts';
import { available } from '../support/what-was-not-tested.ts';

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
