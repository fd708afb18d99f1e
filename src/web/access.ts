/** Who may ask: loopback without a password, anything else with one; and only under a host name that is ours. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { ApiProblem } from './problems.ts';

/** The configuration does not allow a safe start; the message names file, key and remedy. */
export class UnsafeHttpConfiguration extends Error {
  override readonly name = 'UnsafeHttpConfiguration';
}

export interface Address {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly loopback: boolean;
}

export function parseListen(listen: string): Address {
  const at = listen.lastIndexOf(':');
  const host = listen
    .slice(0, at)
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
  const port = Number(listen.slice(at + 1));
  if (!Number.isInteger(port) || port > 65_535) {
    throw new UnsafeHttpConfiguration(`http.listen: ${listen} has no port between 0 and 65535; write HOST:PORT`);
  }
  return { host, port, loopback: isLoopback(host) };
}

function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** `null` when nobody has to say who they are. Throws `UnsafeHttpConfiguration`. */
export function readCredentials(http: Config['http'], address: Address): Credentials | null {
  const { username, passwordFile } = http;
  if (username === undefined && passwordFile === undefined) {
    if (address.loopback) return null;
    throw new UnsafeHttpConfiguration(
      `http.listen: ${http.listen} can be reached from other machines, and no password is set. ` +
        'Set http.username and http.passwordFile, or listen on 127.0.0.1',
    );
  }
  if (username === undefined || username === '' || username.includes(':') || passwordFile === undefined) {
    throw new UnsafeHttpConfiguration(
      'http.username and http.passwordFile belong together: set both (a user name without ":"), or neither',
    );
  }
  let password: string;
  try {
    password = readFileSync(passwordFile, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new UnsafeHttpConfiguration(
      `http.passwordFile: ${passwordFile} cannot be read (${why}). Create it with the password as its only line, readable by the daemon alone`,
    );
  }
  if (password === '') {
    throw new UnsafeHttpConfiguration(
      `http.passwordFile: ${passwordFile} is empty. Write the password into it as its only line`,
    );
  }
  return { username, password };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** `true` for a request header that carries the credentials; takes the same time for every wrong one. */
export function basicAuthentication(expected: Credentials): (header: string | undefined) => boolean {
  const wanted = digest(`${expected.username}:${expected.password}`);
  return (header) => {
    const encoded = /^Basic ([A-Za-z0-9+/=]{1,2048})$/i.exec(header ?? '')?.[1] ?? '';
    return timingSafeEqual(digest(Buffer.from(encoded, 'base64').toString('utf8')), wanted);
  };
}

/**
 * A page on another site can have its own name resolve to 127.0.0.1 and then read this API with the visitor's
 * browser (DNS rebinding). Its requests carry that name in `Host`, so on loopback only our own names are answered.
 */
export function hostCheck(address: Address): (header: string | undefined) => boolean {
  if (!address.loopback) return () => true;
  const ours = new Set(['localhost', '127.0.0.1', '::1', address.host]);
  return (header) => {
    const name = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(:\d{1,5})?$/i.exec(header ?? '')?.[1];
    return name !== undefined && ours.has(name.replace(/^\[|\]$/g, '').toLowerCase());
  };
}

export function refuseHost(request: FastifyRequest): ApiProblem {
  const host = (request.headers.host ?? 'none').slice(0, 100);
  return new ApiProblem(
    421,
    'wrong-host',
    `the Host header says ${host}, which is not a name of this daemon`,
    'open the page as localhost or by its loopback address; behind a proxy, let it send Host: localhost',
  );
}

export function refuseStranger(): ApiProblem {
  return new ApiProblem(401, 'not-authenticated', 'user name and password are needed', 'send HTTP Basic credentials');
}
