/** The way to a server that the site's configuration names, as a socket: plain or TLS, checked as the daemon checks it. */
import { readFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Config } from '../config.ts';
import { readCredentials } from '../mqtt/credentials.ts';

export interface Upstream {
  readonly connect: () => Socket;
  /** What the daemon of the drill is told instead: without TLS, because the path ends it. */
  readonly localUrl: (port: number) => string;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  ...{ 'mqtt:': 1883, 'mqtts:': 8883, 'ws:': 80, 'wss:': 443, 'http:': 80, 'https:': 443 },
};
const PLAIN: Readonly<Record<string, string>> = { 'mqtts:': 'mqtt:', 'wss:': 'ws:', 'https:': 'http:' };

interface Trust {
  readonly ca?: Buffer | string;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

function upstream(text: string, trust: Trust): Upstream {
  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (DEFAULT_PORTS[url.protocol] ?? 0);
  const plain = PLAIN[url.protocol];
  // A server name is a name: RFC 6066 §3 forbids addresses there.
  const servername = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
  return {
    connect: () =>
      plain === undefined ? connectTcp({ host, port }) : connectTls({ host, port, ...servername, ...trust }),
    localUrl: (localPort) =>
      `${plain ?? url.protocol}//127.0.0.1:${localPort}${url.pathname === '/' ? '' : url.pathname}`,
  };
}

/** Throws `UnusableMqttConfig`. */
export function brokerUpstream(mqtt: Config['mqtt']): Upstream {
  const { ca, cert, key } = readCredentials(mqtt);
  return upstream(mqtt.url, { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) });
}

export function storeUpstream({ url, caFile }: Extract<Config['store'], { kind: 'influx' }>): Upstream {
  return upstream(url, caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') });
}
