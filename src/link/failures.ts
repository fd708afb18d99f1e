/** What operating systems and drivers say, as one plain line with the remedy. */
import { LinkFailure, type LinkFailureCode } from './link.ts';

interface Rule {
  readonly code: LinkFailureCode;
  /** Matched against `<error code> <error message>`. */
  readonly pattern: RegExp;
  readonly text: (name: string) => string;
}

/** The serial driver gives no error codes, only the words of strerror (POSIX) or its own (Windows). */
const SERIAL: readonly Rule[] = [
  {
    code: 'no-such-port',
    pattern: /no such (file|device)|file not found|ENOENT|ENXIO|ENODEV/i,
    text: (name) => `no port ${name}: is it plugged in? "hai-bridge ports" lists what there is`,
  },
  {
    // Windows says "Access denied" for a port that another program has open; POSIX says "Permission denied".
    code: 'busy',
    pattern: /cannot lock|access denied|resource busy|EBUSY|EAGAIN|temporarily unavailable/i,
    text: (name) => `${name} is in use by another program: close that program, or give the station another port`,
  },
  {
    code: 'permission',
    pattern: /permission denied|not permitted|EACCES|EPERM/i,
    text: (name) =>
      `no permission to open ${name}: add the user that runs hai-bridge to the port's group, ` +
      'for example "sudo usermod -aG dialout USER", then log in again',
  },
  {
    code: 'settings',
    pattern: /is a directory|inappropriate ioctl|not a tty|ENOTTY/i,
    text: (name) => `${name} is not a serial port: "hai-bridge ports" lists what there is`,
  },
  {
    code: 'settings',
    pattern: /baud rate|invalid argument|is invalid|is not a valid|EINVAL/i,
    text: (name) => `${name} does not take these settings: check baudRate, dataBits, stopBits and parity of the link`,
  },
  {
    code: 'lost',
    pattern: /bad file descriptor|input\/output error|EBADF|EIO|disconnect|canceled|operation aborted|unknown error/i,
    text: (name) => `${name} went away: check the cable and the station's power`,
  },
];

const TCP: readonly Rule[] = [
  {
    code: 'refused',
    pattern: /ECONNREFUSED/,
    text: (name) => `${name} refused the connection: is the device server on, and is the port number right?`,
  },
  {
    code: 'unreachable',
    pattern: /ENOTFOUND|EAI_AGAIN/,
    text: (name) => `${name}: the host name is not known: check the spelling and the name server, or use an IP address`,
  },
  {
    code: 'timeout',
    pattern: /ETIMEDOUT/,
    text: (name) => `${name} does not answer: check the network cable, the address and the firewall`,
  },
  {
    code: 'unreachable',
    pattern: /EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL/,
    text: (name) => `no way to ${name}: check the network cable and the address`,
  },
  {
    code: 'permission',
    pattern: /EACCES|EPERM/,
    text: (name) => `this machine does not allow a connection to ${name}: check its firewall`,
  },
  {
    code: 'lost',
    pattern: /ECONNRESET|EPIPE|ECONNABORTED/,
    text: (name) => `${name} closed the connection: check the device server, it may serve one client at a time`,
  },
];

export type LinkKind = 'serial' | 'tcp';

/** Puts what `open`, `write` or the driver threw in plain words. A `LinkFailure` stays what it is. */
export function explainLinkError(kind: LinkKind, name: string, error: unknown): LinkFailure {
  if (error instanceof LinkFailure) return error;
  const said = describe(error);
  const rule = (kind === 'serial' ? SERIAL : TCP).find((r) => r.pattern.test(said));
  if (rule) return new LinkFailure(rule.code, rule.text(name), { cause: error });
  return new LinkFailure('unknown', `${name} cannot be used: ${said.slice(0, 160)}`, { cause: error });
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code} ` : '';
  // Happy-eyeballs connects report every address they tried; the first tells enough.
  const first = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0].message : '';
  return `${code}${error.message || first}`.replaceAll(/[^\x20-\x7e]+/g, ' ').trim();
}
