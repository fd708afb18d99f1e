/** What a demonstration needs beside the daemon: stations from the simulator, and a temporary folder. */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Override } from '../config-file.ts';
import { CommandFailure, EXIT } from './exit.ts';
import { installed, spawnSimulator } from './simulator-process.ts';
import { within } from './stop-signal.ts';
import { plain } from './terminal.ts';

const STATIONS = 6;
const READY_WITHIN_MS = 10_000;
const END_WITHIN_MS = 3000;

const stationLine = z.object({ station: z.string().max(64), url: z.string().min(1).max(1024) });
const readyLine = z.object({ ready: z.literal(true) });

export interface Demo {
  readonly overrides: readonly Override[];
  readonly stations: number;
  readonly transport: 'serial ports (PTY)' | 'TCP';
  /** Resolves with the reason if the simulator ends before it was asked to. */
  readonly ended: Promise<string>;
  /** Ends the simulator and removes the folder. */
  stop(): Promise<void>;
}

/** The simulator leads its own process group: Ctrl-C reaches the daemon alone, which then stops first. */
function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
  } catch {
    // Already gone.
  }
}

async function linksOf(child: ChildProcess, ended: Promise<string>): Promise<string[]> {
  const urls: string[] = [];
  const ready = new Promise<string[]>((resolve, reject) => {
    if (child.stdout === null) return reject(new Error('the simulator has no output'));
    createInterface({ input: child.stdout }).on('line', (line) => {
      let said: unknown;
      try {
        said = JSON.parse(line);
      } catch {
        return;
      }
      const station = stationLine.safeParse(said);
      if (station.success && urls.length < 4096) urls.push(station.data.url);
      else if (readyLine.safeParse(said).success) resolve(urls);
    });
  });
  const died = ended.then((reason) => {
    throw new CommandFailure(EXIT.failed, `hai-bridge up: ${reason}`);
  });
  const links = await within(READY_WITHIN_MS, Promise.race([ready, died]));
  if (links === 'too late' || links.length === 0) {
    throw new CommandFailure(
      EXIT.failed,
      'hai-bridge up: the simulator did not get ready — try: hai-bridge simulate --help',
    );
  }
  return links;
}

/** Starts the simulator and waits until its stations can be reached. */
export async function startDemo(): Promise<Demo> {
  const folder = mkdtempSync(join(tmpdir(), 'hai-demo-'));
  const serial = process.platform !== 'win32' && installed('socat');
  const ports = join(folder, 'ports');
  mkdirSync(ports);
  const where = serial ? ['--pty', ports] : ['--tcp', '127.0.0.1:0'];
  const child = spawnSimulator(
    ['--stations', String(STATIONS), '--scenario', 'demo', ...where, '--json', '--exit-with-parent'],
    { stdio: ['pipe', 'pipe', 'pipe'], detached: true },
  );
  let lastWords = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString()).slice(-2000);
  });
  child.stdin?.on('error', () => {});
  let gone = false;
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`the simulator cannot be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      const words = plain(lastWords.trim().split('\n').at(-1) ?? '');
      resolve(`the simulator ended (${signal ?? `exit code ${code}`})${words ? `: ${words}` : ''}`);
    });
  }).finally(() => {
    gone = true;
  });
  // The last resort, also for the second Ctrl-C: synchronous, so nothing can get in between.
  const clear = () => {
    endGroup(child, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  process.once('exit', clear);
  const stop = async () => {
    if (!gone) child.kill('SIGTERM');
    await within(END_WITHIN_MS, exited);
    clear();
    process.off('exit', clear);
  };

  try {
    const links = await linksOf(child, exited);
    const value = {
      site: 'demo',
      bridge: 'demo',
      data: join(folder, 'data'),
      links: links.map((url) => ({ url })),
      log: { level: 'error' },
    };
    const overrides = Object.entries(value).map(([key, part]) => ({ option: '--demo', path: [key], value: part }));
    return { overrides, stations: links.length, transport: serial ? 'serial ports (PTY)' : 'TCP', ended: exited, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
