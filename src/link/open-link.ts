/** From a link's configuration to the link. Nothing is opened yet. */
import type { LinkConfig } from '../config.ts';
import { type Link, LinkFailure } from './link.ts';
import { SerialLink } from './serial.ts';
import { TcpLink } from './tcp.ts';

/** Throws a `LinkFailure` with code `settings` for a URL that names neither a port nor a device server. */
export function openLink(config: LinkConfig): Link {
  const { url } = config;
  if (!url.includes('://')) return new SerialLink(url, config);
  const server = parseTcp(url);
  if (server === null) {
    throw new LinkFailure(
      'settings',
      `link ${linkName(url)}: use the path of a serial port, or tcp://host:port of a device server`,
    );
  }
  return new TcpLink(server.host, server.port);
}

/** The URL as it may be shown: without user, password, path and query. */
export function linkName(url: string): string {
  if (!url.includes('://')) return url;
  const server = parseTcp(url);
  return server ? new TcpLink(server.host, server.port).name : url.replace(/^([a-z0-9+.-]*:\/\/)(.*@)?/i, '$1');
}

function parseTcp(text: string): { host: string; port: number } | null {
  if (!URL.canParse(text)) return null;
  const { protocol, hostname, port, pathname, search, hash } = new URL(text);
  const bare = (pathname === '' || pathname === '/') && search === '' && hash === '';
  if (protocol !== 'tcp:' || hostname === '' || port === '' || port === '0' || !bare) return null;
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}
