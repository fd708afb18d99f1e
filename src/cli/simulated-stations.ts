/** Simulated stations as a child process of ours: started, asked where they are, given orders, ended with us. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { spawnSimulator } from './simulator-process.ts';
import { within } from './stop-signal.ts';
import { plain } from './terminal.ts';

const READY_WITHIN_MS = 20_000;
const END_WITHIN_MS = 5000;
const MOST_STATIONS = 4096;

const stationLine = z.object({ station: z.string().max(64), url: z.string().min(1).max(1024) });
const readyLine = z.object({ ready: z.literal(true), startedUtcMs: z.number().optional() });

export interface SimulatedStation {
  readonly station: string;
  readonly url: string;
}

export interface SimulatedStations {
  readonly stations: readonly SimulatedStation[];
  /** UTC ms of their tick 0. */
  readonly startedUtcMs: number;
  /** Resolves with the reason when the simulator ends. */
  readonly ended: Promise<string>;
  /** Orders of docs/simulator.md; needs `--control` among the arguments. */
  order(what: 'unplug' | 'replug', station: number): void;
  /** Ends it in order: everything said has left, and the ledger is complete. */
  stop(): Promise<void>;
}

/** The simulator leads its own process group: Ctrl-C reaches us alone, and we end it when it is time. */
function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
  } catch {
    // Already gone.
  }
}

/** Resolves when the stations can be reached. Throws a plain `Error` that says why they cannot. */
export async function startStations(args: readonly string[]): Promise<SimulatedStations> {
  const child = spawnSimulator([...args, '--json', '--exit-with-parent'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let lastWords = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString()).slice(-2000);
  });
  child.stdin?.on('error', () => {});
  let gone = false;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`the simulator cannot be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      const words = plain(lastWords.trim().split('\n').at(-1) ?? '');
      resolve(`the simulator ended (${signal ?? `exit code ${code}`})${words ? `: ${words}` : ''}`);
    });
  }).finally(() => {
    gone = true;
  });
  // The last resort, also for the second Ctrl-C: synchronous, so nothing can get in between.
  const kill = () => endGroup(child, 'SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    if (!gone) child.kill('SIGTERM');
    await within(END_WITHIN_MS, ended);
    kill();
    process.off('exit', kill);
  };
  try {
    const { stations, startedUtcMs } = await announced(child, ended);
    return {
      stations,
      startedUtcMs,
      ended,
      order: (what, station) => void child.stdin?.write(`${JSON.stringify({ do: what, station })}\n`),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function announced(
  child: ChildProcess,
  ended: Promise<string>,
): Promise<{ stations: SimulatedStation[]; startedUtcMs: number }> {
  const stations: SimulatedStation[] = [];
  const ready = new Promise<number>((resolve, reject) => {
    if (child.stdout === null) return reject(new Error('the simulator has no output'));
    createInterface({ input: child.stdout }).on('line', (line) => {
      let said: unknown;
      try {
        said = JSON.parse(line);
      } catch {
        return;
      }
      const station = stationLine.safeParse(said);
      if (station.success && stations.length < MOST_STATIONS) stations.push(station.data);
      const last = readyLine.safeParse(said);
      if (last.success) resolve(last.data.startedUtcMs ?? Date.now());
    });
  });
  const died = ended.then((reason) => {
    throw new Error(reason);
  });
  const startedUtcMs = await within(READY_WITHIN_MS, Promise.race([ready, died]));
  if (startedUtcMs === 'too late' || stations.length === 0) {
    throw new Error('the simulator did not get ready — try: hai-bridge simulate --help');
  }
  return { stations, startedUtcMs };
}
