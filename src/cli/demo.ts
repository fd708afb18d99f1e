/** What a demonstration needs beside the daemon: stations from the simulator, and a temporary folder. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Override } from '../config-file.ts';
import { CommandFailure, EXIT, messageOf } from './exit.ts';
import { startStations } from './simulated-stations.ts';
import { installed } from './simulator-process.ts';

const STATIONS = 6;

export interface Demo {
  readonly overrides: readonly Override[];
  readonly stations: number;
  readonly transport: 'serial ports (PTY)' | 'TCP';
  /** Resolves with the reason if the simulator ends before it was asked to. */
  readonly ended: Promise<string>;
  /** Ends the simulator and removes the folder. */
  stop(): Promise<void>;
}

/** Starts the simulator and waits until its stations can be reached. */
export async function startDemo(): Promise<Demo> {
  const folder = mkdtempSync(join(tmpdir(), 'hai-demo-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  const serial = process.platform !== 'win32' && installed('socat');
  const ports = join(folder, 'ports');
  mkdirSync(ports);
  const where = serial ? ['--pty', ports] : ['--tcp', '127.0.0.1:0'];
  process.once('exit', removeFolder);
  const clear = () => {
    removeFolder();
    process.off('exit', removeFolder);
  };
  const starting = startStations(['--stations', String(STATIONS), '--scenario', 'demo', ...where]);
  const simulated = await starting.catch((error: unknown) => {
    clear();
    throw new CommandFailure(EXIT.failed, `hai-bridge up: ${messageOf(error)}`);
  });
  const value = {
    site: 'demo',
    bridge: 'demo',
    data: join(folder, 'data'),
    links: simulated.stations.map(({ url }) => ({ url })),
    log: { level: 'error' },
  };
  return {
    overrides: Object.entries(value).map(([key, part]) => ({ option: '--demo', path: [key], value: part })),
    stations: simulated.stations.length,
    transport: serial ? 'serial ports (PTY)' : 'TCP',
    ended: simulated.ended,
    stop: async () => {
      await simulated.stop();
      clear();
    },
  };
}
