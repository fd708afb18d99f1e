import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/config.ts';
import { ConfigError, configFromDefaults, loadConfig, type Override } from '../../../src/config-file.ts';
import { temporaryFolder } from '../../support/services.ts';
import { notTested } from '../../support/what-was-not-tested.ts';

const folder = temporaryFolder();
const here = process.cwd();
beforeAll(() => process.chdir(folder.path));
afterAll(() => {
  process.chdir(here);
  folder.remove();
});

function file(text: string | Buffer, name = 'c.yaml'): string {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
}

/** Lines of complaint, without the file name. */
function problems(text: string | Buffer, overrides: Override[] = []): string[] {
  try {
    loadConfig(file(text), overrides);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map((line) => line.replace(/^c\.yaml:/, ''));
    throw error;
  }
  return [];
}

describe('what it loads', () => {
  it('without a file: the built-in defaults, data in the current folder', () => {
    const { config, source } = loadConfig(undefined);
    expect(source).toBe('built-in defaults');
    expect(config).toEqual({ ...configSchema.parse({}), data: join(process.cwd(), 'hai-data') });
  });

  it('./hai-bridge.yaml when there is one, unless the defaults alone are asked for', () => {
    const path = file('site: here\n', 'hai-bridge.yaml');
    try {
      expect(loadConfig(undefined)).toMatchObject({ source: path, config: { site: 'here' } });
      expect(configFromDefaults([]).config.site).toBe('clinic');
    } finally {
      writeFileSync(path, '');
    }
  });

  it('an empty file and empty sections as the defaults', () => {
    expect(loadConfig(file('')).config.site).toBe('clinic');
    expect(loadConfig(file('# nothing\nmqtt:\nhttp:\nlinks:\n')).config.links).toEqual([]);
  });

  it('relative paths from the folder of the file', () => {
    mkdirSync(join(folder.path, 'deep'), { recursive: true });
    writeFileSync(join(folder.path, 'deep/pw'), 'x');
    const text =
      'data: d\nstore: {kind: sqlite, path: s/a.db}\nmqtt: {url: "mqtt://h:1", username: u, passwordFile: pw}\nlinks: [{url: ./tty/a}, {url: /dev/x}, {url: COM3}]\n';
    const { config } = loadConfig(file(text, 'deep/c.yaml'));
    const deep = join(folder.path, 'deep');
    expect(config.data).toBe(join(deep, 'd'));
    expect(config.store).toEqual({ kind: 'sqlite', path: join(deep, 's/a.db') });
    expect(config.mqtt.passwordFile).toBe(join(deep, 'pw'));
    expect(config.links.map((l) => l.url)).toEqual([join(deep, 'tty/a'), '/dev/x', 'COM3']);
  });

  it('overrides over the file, without touching what stands beside them', () => {
    const path = file('http: {listen: "127.0.0.1:1"}\nsite: s\n');
    const { config } = loadConfig(path, [{ option: '--http', path: ['http', 'listen'], value: '127.0.0.1:2' }]);
    expect(config).toMatchObject({ site: 's', http: { listen: '127.0.0.1:2' } });
  });
});

describe('what it complains about, with place and remedy', () => {
  it('unknown keys, with the nearest known one', () => {
    expect(
      problems('sitee: x\nmqtt:\n  ulr: embedded\nlimits: {lineFlw: {low: 1}}\nlinks:\n  - {url: a, baudrate: 1}\n'),
    ).toEqual([
      '1:1 sitee: unknown key — did you mean site?',
      '3:3 mqtt.ulr: unknown key — did you mean url?',
      '4:10 limits.lineFlw: unknown key — did you mean lineFlow?',
      '6:14 links[0].baudrate: unknown key — did you mean baudRate?',
    ]);
    expect(problems('zzzzzz: 1\n')[0]).toMatch(/^1:1 zzzzzz: unknown key — remove it; known here: site, bridge, data/);
    expect(problems('store: {kind: sqlite, database: x}\n')).toEqual([
      '1:23 store.database: unknown key — it belongs to kind: influx; remove it, or change kind',
    ]);
    expect(problems('"__proto__": {a: 1}\nconstructor: 1\n')).toHaveLength(2);
  });

  it('wrong values, all at once, in the order of the file', () => {
    const text = `site: a b
links:
  - baudRate: "9600"
    dataBits: 9
    parity: od
mqtt: {protocol: 5, keepaliveS: 1000}
limits: {lineFlow: {low: 5, high: 2}}
log: {level: 7}
freshness: 3
`;
    const lines = problems(text);
    expect(lines).toEqual([
      expect.stringMatching(/^1:7 site: has the wrong form \(got "a b"\) — use letters/),
      '3:5 links[0].url: is missing — add it (serial port path (prefer /dev/serial/by-path/...), or tcp://host:port of a serial device server)',
      '3:15 links[0].baudRate: must be a number (got "9600") — remove the quotes',
      '4:15 links[0].dataBits: must be one of 7, 8 (got 9) — use 7, 8 (default 8)',
      '5:13 links[0].parity: must be one of none, even, odd (got "od") — did you mean odd?',
      expect.stringMatching(/^6:18 mqtt\.protocol: .*\(got 5\) — put it in quotes: '5'$/),
      '6:33 mqtt.keepaliveS: must be at most 300 (got 1000) — use a whole number from 2 to 300 (default 10)',
      '7:20 limits.lineFlow: low must be below high — correct it',
      expect.stringMatching(/^8:14 log\.level: must be one of debug, info, warn, error \(got 7\)/),
      '9:12 freshness: must be a section with keys (got 3) — write its keys below it, indented',
    ]);
  });

  it('secrets in the file, without repeating them', () => {
    const text = `mqtt:
  url: mqtts://nurse:hunter2@broker:8883
  password: hunter2
store: {kind: influx, url: "http://u:hunter2@h:1", token: hunter2}
links: [{url: "tcp://u:hunter2@h:1"}]
http: {tls: {certFile: a, keyFile: "-----BEGIN PRIVATE KEY----- hunter2"}}
`;
    const lines = problems(text);
    expect(lines.join('\n')).not.toContain('hunter2');
    expect(lines.filter((l) => /secret|password in the URL|key or certificate/.test(l))).toHaveLength(6);
    expect(lines).toContain(
      '3:3 mqtt.password: a secret must not stand in this file — write it to a file that only the daemon can read (chmod 600) and name that file in mqtt.passwordFile',
    );
  });

  it('a page that other machines could open without a login', () => {
    const open =
      '--http http.listen: other machines could open the page without a login (got 0.0.0.0:8470) — set http.username and http.passwordFile, or listen on 127.0.0.1';
    const override = { option: '--http', path: ['http', 'listen'], value: '0.0.0.0:8470' };
    expect(problems('', [override])).toEqual([open]);
    for (const listen of ['127.0.0.1:1', '127.9.9.9:1', 'localhost:1', '[::1]:1']) {
      expect(problems(`http: {listen: "${listen}"}`)).toEqual([]);
    }
    for (const listen of ['0.0.0.0:1', '[::]:1', '127.0.0.1.evil.example:1', '192.168.0.1:1']) {
      expect(problems(`http: {listen: "${listen}"}`)).toEqual([expect.stringContaining('without a login')]);
    }
    file('x', 'pw');
    expect(problems('http: {listen: "0.0.0.0:1", username: u, passwordFile: pw}')).toEqual([]);
  });

  it('rules of sound sections together with faults of others', () => {
    const lines = problems('log: {level: loud}\nhttp: {listen: "0.0.0.0:1"}\nlinks: [{url: a}, {url: a}]\n');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/^3:25 links\[1\]\.url: this link is listed twice \(got "?a/);
  });

  it('keys that need each other, files that are not there or hold nothing', () => {
    file('', 'empty');
    expect(problems('mqtt: {url: "mqtt://h:1", username: u}')).toEqual([
      '1:27 mqtt.username: needs mqtt.passwordFile too — add passwordFile, or remove username',
    ]);
    expect(problems('mqtt: {url: "mqtt://h:1", username: u, passwordFile: nope}')[0]).toMatch(
      /the file does not exist .*— create it/,
    );
    expect(problems('mqtt: {url: "mqtt://h:1", username: u, passwordFile: empty}')[0]).toMatch(/the file is empty/);
    file('pem', 'ca.pem');
    expect(problems('mqtt: {url: "mqtt://h:1", tls: {caFile: ca.pem}}')).toEqual([
      '1:13 mqtt.url: mqtt.tls is set, but this URL is not encrypted (got mqtt://h:1) — use mqtts://h:1, or remove mqtt.tls',
    ]);
    file('pem', 'cert.pem');
    expect(problems('mqtt: {url: "mqtts://h:1", tls: {certFile: cert.pem}}')[0]).toMatch(
      /a client certificate needs its key/,
    );
  });

  const isRoot = process.getuid?.() === 0;
  if (isRoot) notTested('a configuration file that may not be read', 'the tests run as root, who may read everything');
  it.skipIf(isRoot)('a file that may not be read', () => {
    chmodSync(file('site: x\n'), 0);
    expect(problems('')).toEqual([expect.stringContaining('cannot be read by this user')]);
  });
});

describe('broken files', () => {
  it.each([
    ['an open bracket', 'site: x\nlinks: [\n', /^\d:\d+: not valid YAML: .* — correct the line/],
    ['bad indentation', 'site: x\n  foo: y\n', /^1:7: not valid YAML/],
    ['a key twice', 'site: x\nsite: y\n', /^2:1: not valid YAML: Map keys must be unique/],
    ['a list', '- a\n', /must be keys with values/],
    ['a word', 'hello\n', /must be keys with values/],
    ['two documents', 'site: a\n---\nsite: b\n', /not valid YAML/],
    ['an unknown tag', 'site: !!js/function x\n', /not valid YAML: Unresolved tag/],
    [
      'a billion laughs',
      `a: &a [${'x,'.repeat(9)}x]\n${'bcdefgh'.replace(/./g, (c) => `${c}: &${c} [${`*${String.fromCharCode(c.charCodeAt(0) - 1)},`.repeat(9)}x]\n`)}`,
      /resource exhaustion/,
    ],
    ['a tower of brackets', '['.repeat(200_000), /not valid YAML/],
    ['more than 1 MB', `# ${'x'.repeat(1024 * 1024)}`, /is too big .*at most 1048576/],
    ['bytes that are no text', Buffer.from([0x73, 0xff, 0xfe]), /is not UTF-8/],
  ])('%s is one clear complaint', (_name, text, expected) => {
    const lines = problems(text);
    expect(lines[0]).toMatch(expected);
    for (const line of lines) expect(line).not.toContain('\n');
  });

  it('no file, a folder', () => {
    expect(() => loadConfig('nope.yaml')).toThrow(/^nope\.yaml: there is no such file — .*hai-bridge init/);
    expect(() => loadConfig('.')).toThrow(/is not a file/);
  });

  it('thousands of faults end after fifty', () => {
    const lines = problems(Array.from({ length: 3000 }, (_, i) => `key${i}: 1`).join('\n'));
    expect(lines).toHaveLength(51);
    expect(lines.at(-1)).toBe('... and 2950 more');
  });
});
