import { readFile, realpath, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename } from 'node:path';
import { systemClock } from '../../clock.ts';
import type { LinkConfig } from '../../config.ts';
import { codeOf, messageOf } from '../exit.ts';
import { accessRemedy } from '../serial-ports.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const CONNECT_MS = 4000;

export function checkLink(link: LinkConfig): Promise<Finding[]> {
  if (link.url.startsWith('replay:')) return checkReplay(link.url);
  return link.url.startsWith('tcp://') ? checkServer(link.url) : checkPort(link);
}

async function checkReplay(url: string): Promise<Finding[]> {
  const { replayLink } = await import('../../tape/replay.ts');
  const what = `link ${url}`;
  try {
    const { name } = replayLink(url, { clock: systemClock });
    return [warn(what, `${name}: a recording, no station`, 'remove it where patients are')];
  } catch (error) {
    return [fail(what, messageOf(error), 'name a capture or an incident capsule')];
  }
}

async function checkServer(url: string): Promise<Finding[]> {
  const what = `link ${url}`;
  const target = URL.canParse(url) ? new URL(url) : null;
  if (!target?.hostname || !target.port)
    return [fail(what, 'not tcp://host:port', 'write host and port of the device server')];
  const from = performance.now();
  const problem = await new Promise<unknown>((resolve) => {
    const socket = connect({
      host: target.hostname.replace(/^\[|\]$/g, ''),
      port: Number(target.port),
      timeout: CONNECT_MS,
    });
    const done = (error: unknown) => {
      socket.destroy();
      resolve(error);
    };
    socket.once('connect', () => done(null));
    socket.once('timeout', () => done(new Error(`no answer within ${CONNECT_MS / 1000} s`)));
    socket.once('error', done);
  });
  if (problem === null) return [ok(what, `accepts connections (${(performance.now() - from).toFixed(0)} ms)`)];
  const remedy = 'is the device server switched on, its port in TCP server mode, and the address right?';
  return [fail(what, codeOf(problem) === 'ECONNREFUSED' ? 'refuses the connection' : messageOf(problem), remedy)];
}

/** Process that has the device open by the UUCP lock file of serial programs; `null` when nobody has. */
async function lockedBy(device: string): Promise<number | null> {
  const text = await readFile(`/var/lock/LCK..${basename(device)}`, 'utf8').catch(() => null);
  const pid = Number(text?.trim());
  return Number.isInteger(pid) && pid > 0 ? pid : null;
}

async function checkPort(link: LinkConfig): Promise<Finding[]> {
  const what = `port ${link.url}`;
  const found = await stat(link.url).catch(() => null);
  if (found === null) {
    return [fail(what, 'there is no such port', "plug the station in and look with 'hai-bridge ports'")];
  }
  if (process.platform !== 'win32' && !found.isCharacterDevice()) {
    return [fail(what, 'is not a serial port', "see 'hai-bridge ports' for the ports there are")];
  }
  const denied = process.platform === 'win32' ? null : await accessRemedy(link.url);
  if (denied !== null) return [fail(what, 'this user may not open it', denied)];
  const device = await realpath(link.url);
  const findings = /^\/dev\/tty(USB|ACM)\d+$/.test(link.url)
    ? [
        warn(
          what,
          'this name may change when something is plugged in',
          "use the stable name that 'hai-bridge ports' shows",
        ),
      ]
    : [];
  const pid = await lockedBy(device);
  if (pid !== null) return [ok(what, `in use by process ${pid}`), ...findings];
  return [...(await openAndClose(what, link)), ...findings];
}

/** Opens the port with its own settings. A port that a running daemon holds is locked and stays undisturbed. */
async function openAndClose(what: string, link: LinkConfig): Promise<Finding[]> {
  const { SerialPort } = await import('serialport');
  const port = new SerialPort({
    path: link.url,
    baudRate: link.baudRate,
    dataBits: link.dataBits,
    stopBits: link.stopBits,
    parity: link.parity,
    rtscts: link.flowControl === 'rts-cts',
    xon: link.flowControl === 'xon-xoff',
    xoff: link.flowControl === 'xon-xoff',
    // Letting go must not drop DTR: that would reset some adapters and the station behind them.
    hupcl: false,
    lock: true,
    autoOpen: false,
  });
  const problem = await new Promise<Error | null>((resolve) => port.open(resolve));
  if (problem === null) {
    await new Promise<void>((resolve) => port.close(() => resolve()));
    return [ok(what, `opens at ${link.baudRate} baud`)];
  }
  if (/lock|busy|temporarily unavailable/i.test(problem.message)) {
    return [ok(what, 'in use by another program, such as a running hai-bridge')];
  }
  return [fail(what, problem.message, 'unplug it and plug it in again; is it the right port?')];
}
