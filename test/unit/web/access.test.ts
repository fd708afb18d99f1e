import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/config.ts';
import {
  basicAuthentication,
  hostCheck,
  parseListen,
  readCredentials,
  UnsafeHttpConfiguration,
} from '../../../src/web/access.ts';
import { temporaryFolder } from '../../support/services.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const fileWith = (name: string, text: string): string => {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
};
const credentials = (http: object) => {
  const config = configSchema.parse({ http }).http;
  return readCredentials(config, parseListen(config.listen));
};

describe('without a password', () => {
  it.each(['127.0.0.1:8470', 'localhost:8470', '[::1]:8470', '127.9.9.9:1'])('%s is allowed', (listen) => {
    expect(credentials({ listen })).toBeNull();
  });

  it.each([
    '0.0.0.0:8470',
    '[::]:8470',
    '192.168.1.5:8470',
    'bridge.clinic.example:8470',
    '127.evil.example:8470',
    'localhost.evil.example:8470',
    '128.0.0.1:8470',
  ])('%s is refused, with what, where and the remedy', (listen) => {
    expect(() => credentials({ listen })).toThrow(UnsafeHttpConfiguration);
    expect(() => credentials({ listen })).toThrow(/http\.listen.*http\.username and http\.passwordFile, or listen on/);
  });
});

describe('credentials', () => {
  const passwordFile = fileWith('password', 's3cret\n');

  it('are read from the file, without its line end', () => {
    expect(credentials({ listen: '0.0.0.0:1', username: 'ward', passwordFile })).toEqual({
      username: 'ward',
      password: 's3cret',
    });
  });

  it.each([
    [{ username: 'ward' }, /belong together/],
    [{ passwordFile }, /belong together/],
    [{ username: 'wa:rd', passwordFile }, /without ":"/],
    [{ username: 'ward', passwordFile: '/nowhere/at/all' }, /\/nowhere\/at\/all cannot be read \(ENOENT\)/],
    [{ username: 'ward', passwordFile: fileWith('empty', '\n') }, /is empty/],
  ])('that are incomplete are refused, on loopback too: %j', (http, message) => {
    expect(() => credentials(http)).toThrow(message);
  });

  it('are checked exactly', () => {
    const knows = basicAuthentication({ username: 'ward', password: 'pä:ss word' });
    const header = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    expect(knows(header('ward:pä:ss word'))).toBe(true);
    expect(knows(header('ward:pä:ss word').replace('Basic', 'basic'))).toBe(true);
    for (const wrong of ['', 'ward:', 'ward:pä:ss wor', 'ward:pä:ss word ', 'Ward:pä:ss word', ':', 'ward']) {
      expect(knows(header(wrong))).toBe(false);
    }
    expect(knows(undefined)).toBe(false);
    expect(knows('')).toBe(false);
    expect(knows('Bearer abc')).toBe(false);
    expect(knows(`Basic ${'A'.repeat(100_000)}`)).toBe(false);
  });
});

describe('the Host header on loopback', () => {
  const ours = hostCheck(parseListen('127.0.0.7:8470'));
  it.each(['localhost', 'LOCALHOST:8470', '127.0.0.1:9999', '[::1]:8470', '127.0.0.7:8470'])('%s is ours', (host) => {
    expect(ours(host)).toBe(true);
  });
  it.each([
    undefined,
    '',
    'evil.example',
    'localhost.evil.example:8470',
    'evil.example:localhost',
    'localhost@evil.example',
    '127.0.0.1.nip.io',
    'localhost:8470:1',
  ])('%s is not', (host) => {
    expect(ours(host)).toBe(false);
  });

  it('is not looked at elsewhere, where the password protects', () => {
    expect(hostCheck(parseListen('0.0.0.0:1'))('bridge.clinic.example')).toBe(true);
  });
});

describe('the address', () => {
  it('is taken apart, brackets and all', () => {
    expect(parseListen('[::1]:80')).toEqual({ host: '::1', port: 80, loopback: true });
  });
  it('has a port that exists', () => {
    expect(() => parseListen('localhost:70000')).toThrow(/0 and 65535/);
  });
});
