/** Simulated stations and a daemon on prepared ground, and what has been done to them. */
import { join } from 'node:path';
import { type SimulatedStations, startStations } from '../cli/simulated-stations.ts';
import { type Config, configSchema } from '../config.ts';
import { DaemonProcess } from './daemon-process.ts';
import type { Ground } from './ground.ts';
import type { Witness } from './judge.ts';
import type { ClockStep } from './times.ts';

export interface RigOptions {
  readonly ground: Ground;
  /** Tells rigs on one ground apart: part of folders and serials. */
  readonly name: string;
  readonly version: string;
  readonly stations: number;
  readonly rateHz: number;
  /** Beside what the ground says. */
  readonly config?: Partial<Config>;
}

export interface Rig {
  readonly ground: Ground;
  readonly daemon: DaemonProcess;
  /** Links are numbered from 1. */
  readonly stations: SimulatedStations;
  readonly witnesses: readonly Witness[];
  /** UTC ms of every connection that was ended by force. */
  readonly cutsMs: number[];
  readonly clockSteps: ClockStep[];
  /** One more simulator, whose stations the daemon is told of while it runs; ended by `stop` of what it returns. */
  join(name: string, args: readonly string[]): Promise<{ stop(): Promise<void> }>;
  /** Ends the stations in order, so that everything they said has left and the ledgers are complete. */
  endStations(): Promise<void>;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';

export async function startRig({ ground, name, version, stations, rateHz, config = {} }: RigOptions): Promise<Rig> {
  const opened: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  const witnesses: Witness[] = [];
  const simulate = async (part: string, count: number, args: readonly string[], restless?: true) => {
    const ledger = join(ground.folder, `ledger-${name}${part}.jsonl`);
    const started = await startStations([
      ...['--stations', String(count), '--tcp', `${HOST}:0`, '--control', '--ledger', ledger],
      ...['--serial-prefix', `DRILL-${ground.name.slice(-8)}-${name}${part}`, '--scenario', 'nominal-refill'],
      // Scenario time flies, so that there are many events among the readings.
      ...['--speed', '20', ...args],
    ]);
    opened.push(() => started.stop());
    witnesses.push({ ledger, startedUtcMs: started.startedUtcMs, ...(restless && { restless }) });
    return started;
  };
  try {
    const first = await simulate('', stations, ['--rate', String(rateHz)]);
    const links = first.stations.map(({ url }) => ({ url }));
    const full = configSchema.parse({
      ...{ ...ground.config, data: join(ground.folder, `data-${name}`), links },
      ...{ http: { listen: `${HOST}:0` }, log: { level: 'info' }, ...config },
    });
    const daemon = new DaemonProcess(full, version, join(ground.folder, `daemon-${name}.log`));
    opened.push(() => daemon.stop());
    await daemon.start();
    return {
      ...{ ground, daemon, stations: first, witnesses, cutsMs: [], clockSteps: [] },
      join: async (part, args) => {
        const more = await simulate(part, 1, args, true);
        const urls = more.stations.map(({ url }) => url);
        const added = configSchema.parse({
          ...daemon.config,
          links: [...daemon.config.links, ...urls.map((url) => ({ url }))],
        });
        await daemon.reload(added);
        return {
          stop: async () => {
            await more.stop();
            await daemon.reload({ ...added, links: added.links.filter(({ url }) => !urls.includes(url)) });
          },
        };
      },
      endStations: () => first.stop(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
