import { describe, expect, it } from 'vitest';
import { explainLinkError } from '../../../src/link/failures.ts';
import { LinkFailure } from '../../../src/link/link.ts';
import { linkName, openLink } from '../../../src/link/open-link.ts';
import { linkConfig } from './link-config.ts';

describe('what the serial driver says, in plain words', () => {
  const said: [string, string, RegExp][] = [
    ['Error: No such file or directory, cannot open /dev/ttyUSB9', 'no-such-port', /plugged in.*hai-bridge ports/],
    ['Opening COM9: File not found', 'no-such-port', /plugged in/],
    // A test that runs as root opens any port, so the driver's words stand in for a port without permission.
    ['Error: Permission denied, cannot open /dev/ttyUSB0', 'permission', /usermod -aG dialout/],
    ['Error Resource temporarily unavailable Cannot lock port', 'busy', /another program/],
    ['Opening COM3: Access denied', 'busy', /another program/],
    ['Error: Device or resource busy, cannot open /dev/ttyS0', 'busy', /another program/],
    ['Error: Is a directory, cannot open /tmp', 'settings', /not a serial port/],
    ['Error: Inappropriate ioctl for device setting custom baud rate of 115200', 'settings', /not a serial port/],
    ['Error: Invalid argument setting custom baud rate of 123', 'settings', /check baudRate/],
    ['bad file descriptor', 'lost', /cable/],
    ['Error: Input/output error, cannot open /dev/ttyUSB0', 'lost', /cable/],
  ];

  it.each(said)('%s', (message, code, remedy) => {
    const failure = explainLinkError('serial', '/dev/ttyX', new Error(message));
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(remedy);
    expect(failure.message).toContain('/dev/ttyX');
    expect(failure.message).not.toContain('\n');
  });

  it('the driver really says so for a missing port, a folder and a file', async () => {
    for (const [path, code] of [
      ['/dev/none-such', 'no-such-port'],
      ['/tmp', 'settings'],
      [import.meta.filename, 'settings'],
    ] as const) {
      const link = openLink(linkConfig(path));
      const failure = await link.open({ bytes: () => {}, closed: () => {} }).catch((e: unknown) => e);
      expect(failure).toBeInstanceOf(LinkFailure);
      expect(failure).toMatchObject({ code });
    }
  });
});

describe('what the network says, in plain words', () => {
  it.each([
    ['ECONNREFUSED', 'refused', /device server on/],
    ['ETIMEDOUT', 'timeout', /network cable/],
    ['ENOTFOUND', 'unreachable', /host name/],
    ['EHOSTUNREACH', 'unreachable', /network cable/],
    ['ECONNRESET', 'lost', /one client at a time/],
    ['EPERM', 'permission', /firewall/],
  ])('%s', (code, expected, remedy) => {
    const failure = explainLinkError(
      'tcp',
      'tcp://h:1',
      Object.assign(new Error(`connect ${code} 1.2.3.4:1`), { code }),
    );
    expect(failure.code).toBe(expected);
    expect(failure.message).toMatch(remedy);
  });

  it('keeps an unknown error short, printable and on one line', () => {
    const failure = explainLinkError('tcp', 'tcp://h:1', new Error(`odd\n\u0007${'x'.repeat(10_000)}`));
    expect(failure.code).toBe('unknown');
    expect(failure.message.length).toBeLessThan(250);
    expect(failure.message).toMatch(/^[\x20-\x7e]+$/);
  });
});

describe('names and addresses', () => {
  it('never show credentials', () => {
    for (const url of [
      'tcp://user:secret@host:4001',
      'http://user:secret@host',
      'tcp://user:secret@host',
      'tcp://s:secret@[',
    ]) {
      expect(linkName(url)).not.toContain('secret');
    }
    expect(linkName('tcp://user:secret@host:4001')).toBe('tcp://host:4001');
    expect(openLink(linkConfig('tcp://user:secret@host:4001')).name).toBe('tcp://host:4001');
  });

  it('understands ports, hosts and IPv6', () => {
    expect(openLink(linkConfig('/dev/serial/by-path/x')).name).toBe('/dev/serial/by-path/x');
    expect(openLink(linkConfig('COM3')).name).toBe('COM3');
    expect(openLink(linkConfig('tcp://[::1]:4001')).name).toBe('tcp://[::1]:4001');
  });

  it.each(['tcp://host', 'tcp://:4001', 'tcp://host:0', 'http://host:1', 'tcp://host:4001/x', 'tcp://host:99999'])(
    'refuses %s with the remedy',
    (url) => {
      expect(() => openLink(linkConfig(url))).toThrow(/tcp:\/\/host:port/);
    },
  );
});
