import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeOf } from './exit.ts';

export interface Port {
  readonly path: string;
  /** Name that survives replugging and reboots: by path (this socket), else by id (this adapter). */
  readonly stable: string | null;
  readonly byPath: string | null;
  readonly byId: string | null;
  readonly manufacturer: string | null;
  readonly serialNumber: string | null;
  readonly access: 'ok' | 'denied';
  /** What to do when access is denied. */
  readonly remedy: string | null;
  readonly configured: boolean;
}

/** Links of a folder of /dev/serial, by the device they lead to. */
async function linksIn(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder).catch(() => []);
  const links = await Promise.all(
    names.sort().map(async (name): Promise<[string, string] | null> => {
      const link = join(folder, name);
      const target = await realpath(link).catch(() => null);
      return target === null ? null : [target, link];
    }),
  );
  return new Map(links.filter((link) => link !== null));
}

async function groupName(gid: number): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('getent', ['group', String(gid)], { timeout: 2000 });
    return stdout.split(':')[0] || String(gid);
  } catch {
    return String(gid);
  }
}

/** A container may run as a user who has a number only. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `(user ${process.getuid?.() ?? '?'})`;
  }
}

/** `null` when this user may open the device, else what to do about it. */
export async function accessRemedy(path: string): Promise<string | null> {
  try {
    await access(path, constants.R_OK | constants.W_OK);
    return null;
  } catch {
    const owner = await stat(path).catch(() => null);
    const group = owner === null ? 'dialout' : await groupName(owner.gid);
    const user = userName();
    return group === 'root'
      ? `${path} belongs to root alone: add a udev rule that gives it to group dialout (docs/deployment.md)`
      : `${path}: add this user to the group ${group} and log in again: sudo usermod -aG ${group} ${user}`;
  }
}

interface Found {
  readonly path: string;
  readonly manufacturer?: string | undefined;
  readonly serialNumber?: string | undefined;
}

/** What `SerialPort.list` needs udev for, from the kernel itself: containers and small systems have no udev. */
async function listFromKernel(): Promise<Found[]> {
  const names = await readdir('/sys/class/tty').catch(() => []);
  const found = names
    .filter((name) => /^tty(USB|ACM|AMA|XRUSB|S)\d+$/.test(name))
    .map(async (name): Promise<Found | null> => {
      const folder = join('/sys/class/tty', name);
      const text = (file: string) =>
        readFile(join(folder, file), 'utf8').then(
          (t) => t.trim(),
          () => undefined,
        );
      // The kernel lists ttyS0.. whether or not there is a chip behind; type 0 is "unknown", that is: none.
      const type = await text('type');
      const path = `/dev/${name}`;
      if (type === '0' || (await stat(path).catch(() => null)) === null) return null;
      const usb = name.startsWith('ttyACM') ? 'device/..' : 'device/../..';
      return { path, manufacturer: await text(`${usb}/manufacturer`), serialNumber: await text(`${usb}/serial`) };
    });
  return (await Promise.all(found)).filter((port) => port !== null);
}

async function list(): Promise<Found[]> {
  const { SerialPort } = await import('serialport');
  try {
    return await SerialPort.list();
  } catch (error) {
    if (process.platform === 'linux' && codeOf(error) === 'ENOENT') return listFromKernel();
    throw error;
  }
}

/** Every serial port of this machine; `configured` are the links of the configuration. */
export async function listPorts(configured: readonly string[]): Promise<Port[]> {
  const [found, byPath, byId] = await Promise.all([
    list(),
    linksIn('/dev/serial/by-path'),
    linksIn('/dev/serial/by-id'),
  ]);
  const used = new Set(
    await Promise.all(configured.filter((url) => !url.includes('://')).map((url) => realpath(url).catch(() => url))),
  );
  const ports = found.map(async (port): Promise<Port> => {
    const device = await realpath(port.path).catch(() => port.path);
    const remedy = process.platform === 'win32' ? null : await accessRemedy(port.path);
    const path = byPath.get(device) ?? null;
    const id = byId.get(device) ?? null;
    return {
      path: port.path,
      stable: path ?? id,
      byPath: path,
      byId: id,
      manufacturer: port.manufacturer ?? null,
      serialNumber: port.serialNumber ?? null,
      access: remedy === null ? 'ok' : 'denied',
      remedy,
      configured: used.has(device) || used.has(port.path),
    };
  });
  return (await Promise.all(ports)).sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }));
}
