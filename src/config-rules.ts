/** What a schema cannot say: keys that need each other, files that must be there, what must not face the network. */
import { accessSync, constants, statSync } from 'node:fs';
import type { Config } from './config.ts';
import type { Problem } from './config-problems.ts';

const LARGEST_SECRET_FILE = 64 * 1024;

/** `true` for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}

/** Splits `HOST:PORT` or `[HOST]:PORT`. */
export function splitListen(listen: string): { host: string; port: number } {
  const at = listen.lastIndexOf(':');
  return { host: listen.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(listen.slice(at + 1)) };
}

function file(path: readonly PropertyKey[], name: string | undefined): Problem[] {
  if (name === undefined) return [];
  const problem = (what: string, remedy: string): Problem[] => [{ path, at: 'value', what, got: name, remedy }];
  try {
    const found = statSync(name);
    if (!found.isFile()) return problem('is not a file', 'give the path of a file');
    accessSync(name, constants.R_OK);
    if (found.size === 0) return problem('the file is empty', 'fill it, or give the right file');
    return found.size > LARGEST_SECRET_FILE ? problem('the file is over 64 kB', 'give the right file') : [];
  } catch (error) {
    const denied = error instanceof Error && 'code' in error && error.code === 'EACCES';
    return denied
      ? problem('the file cannot be read by this user', 'let the user who runs the daemon read it (chown, chmod 600)')
      : problem('the file does not exist', 'create it, or correct the path');
  }
}

interface Login {
  readonly username?: string | undefined;
  readonly passwordFile?: string | undefined;
}

function login(section: string, value: Login): Problem[] {
  const { username, passwordFile } = value;
  const found = file([section, 'passwordFile'], passwordFile);
  if ((username === undefined) === (passwordFile === undefined)) return found;
  const [has, lacks] = username === undefined ? ['passwordFile', 'username'] : ['username', 'passwordFile'];
  const problem: Problem = {
    path: [section, has],
    at: 'key',
    what: `needs ${section}.${lacks} too`,
    remedy: `add ${lacks}, or remove ${has}`,
  };
  return [...found, problem];
}

function http(config: Config): Problem[] {
  const { listen, username, passwordFile, tls } = config.http;
  const { host, port } = splitListen(listen);
  const path = ['http', 'listen'];
  const problems = [
    ...login('http', config.http),
    ...file(['http', 'tls', 'certFile'], tls?.certFile),
    ...file(['http', 'tls', 'keyFile'], tls?.keyFile),
  ];
  if (port > 65_535) {
    problems.push({ path, at: 'value', what: 'the port is too high', got: listen, remedy: 'use a port up to 65535' });
  }
  if (!isLoopback(host) && (username === undefined || passwordFile === undefined)) {
    problems.push({
      path,
      at: 'value',
      what: 'other machines could open the page without a login',
      got: listen,
      remedy: 'set http.username and http.passwordFile, or listen on 127.0.0.1',
    });
  }
  return problems;
}

function mqtt(config: Config): Problem[] {
  const { url, tls } = config.mqtt;
  const files = (['caFile', 'certFile', 'keyFile'] as const).flatMap((key) => file(['mqtt', 'tls', key], tls[key]));
  const problems = [...login('mqtt', config.mqtt), ...files];
  if ((tls.certFile === undefined) !== (tls.keyFile === undefined)) {
    const remedy = 'give tls.certFile and tls.keyFile, or neither';
    problems.push({ path: ['mqtt', 'tls'], at: 'key', what: 'a client certificate needs its key', remedy });
  }
  if (Object.values(tls).some((value) => value !== undefined) && /^(mqtt|ws):/.test(url)) {
    const remedy = `use ${url.replace(/^(mqtt|ws):/, '$1s:')}, or remove mqtt.tls`;
    problems.push({
      path: ['mqtt', 'url'],
      at: 'value',
      what: 'mqtt.tls is set, but this URL is not encrypted',
      got: url,
      remedy,
    });
  }
  return problems;
}

function store(config: Config): Problem[] {
  if (config.store.kind !== 'influx') return [];
  return [...login('store', config.store), ...file(['store', 'caFile'], config.store.caFile)];
}

function firmware({ firmware: { keyFiles, policyFile } }: Config): Problem[] {
  return [
    ...keyFiles.flatMap((name, index) => file(['firmware', 'keyFiles', index], name)),
    ...file(['firmware', 'policyFile'], policyFile),
  ];
}

function links(config: Config): Problem[] {
  const first = new Map<string, number>();
  return config.links.flatMap((link, index): Problem[] => {
    const before = first.get(link.url);
    if (before === undefined) {
      first.set(link.url, index);
      return [];
    }
    const remedy = `remove one of links[${before}] and links[${index}]`;
    return [{ path: ['links', index, 'url'], at: 'value', what: 'this link is listed twice', got: link.url, remedy }];
  });
}

/** Everything wrong with a configuration that satisfies the schema. */
export function brokenRules(config: Config): Problem[] {
  const models = file(['refill', 'pumpModelsFile'], config.refill.pumpModelsFile);
  return [...links(config), ...mqtt(config), ...store(config), ...http(config), ...firmware(config), ...models];
}
