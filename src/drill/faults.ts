/** What a drill does to the daemon and its surroundings, one thing at a time and then several at once. */
import type { Rig } from './rig.ts';

export interface Fault {
  readonly name: string;
  /** How long, ms; `null`: not in a quick drill. */
  readonly lastsMs: { readonly full: number; readonly quick: number | null };
  /** Does the harm, and takes it back after `ms`. Rejects when the signal is aborted. */
  run(rig: Rig, ms: number, pause: (ms: number) => Promise<void>): Promise<void>;
}

export const CLOCK_STEP_MS = 60_000;

/** The clock of the daemon alone: nobody else's is touched. */
async function step(rig: Rig, offsetMs: number): Promise<void> {
  rig.clockSteps.push({ atMs: Date.now(), offsetMs });
  await rig.daemon.step(offsetMs);
}

async function kill(rig: Rig, downMs: number, pause: (ms: number) => Promise<void>): Promise<void> {
  rig.cutsMs.push(Date.now());
  await rig.daemon.kill();
  await pause(downMs);
  await rig.daemon.start();
}

export const FAULTS: readonly Fault[] = [
  {
    name: 'no fault',
    lastsMs: { full: 10_000, quick: 1000 },
    run: (_, ms, pause) => pause(ms),
  },
  {
    name: 'broker cut',
    lastsMs: { full: 20_000, quick: 2000 },
    run: async ({ ground }, ms, pause) => {
      await ground.brokerPath.set('cut');
      await pause(ms);
      await ground.brokerPath.set('open');
    },
  },
  {
    name: 'broker silent',
    lastsMs: { full: 20_000, quick: null },
    run: async ({ ground }, ms, pause) => {
      await ground.brokerPath.set('silent');
      await pause(ms);
      await ground.brokerPath.set('open');
    },
  },
  {
    name: 'store cut',
    lastsMs: { full: 20_000, quick: 2000 },
    run: async ({ ground }, ms, pause) => {
      await ground.storePath.cut();
      await pause(ms);
      await ground.storePath.mend();
    },
  },
  {
    name: 'link cut',
    lastsMs: { full: 5000, quick: 1000 },
    run: async (rig, ms, pause) => {
      rig.cutsMs.push(Date.now());
      rig.stations.order('unplug', 1);
      await pause(ms);
      rig.stations.order('replug', 1);
    },
  },
  {
    name: 'link babbling',
    lastsMs: { full: 15_000, quick: 3000 },
    run: async (rig, ms, pause) => {
      const faults = ['babble:0.005', 'bit-flip:0.02', 'noise-burst:0.01', 'drop-bytes:0.01'];
      const babbler = await rig.join('B', ['--rate', '50', ...faults.flatMap((fault) => ['--fault', fault])]);
      await pause(ms);
      await babbler.stop();
    },
  },
  {
    name: 'clock stepped',
    lastsMs: { full: 10_000, quick: 2000 },
    run: async (rig, ms, pause) => {
      await step(rig, CLOCK_STEP_MS);
      await pause(ms / 2);
      await step(rig, 0);
      await pause(ms / 2);
    },
  },
  {
    name: 'daemon killed',
    lastsMs: { full: 2000, quick: 500 },
    run: kill,
  },
  {
    name: 'killed again',
    lastsMs: { full: 500, quick: null },
    run: kill,
  },
  {
    name: 'all at once',
    lastsMs: { full: 20_000, quick: null },
    run: async (rig, ms, pause) => {
      await rig.ground.brokerPath.set('silent');
      await rig.ground.storePath.cut();
      await pause(ms / 2);
      await kill(rig, 1000, pause);
      await pause(ms / 2);
      await rig.ground.storePath.mend();
      await rig.ground.brokerPath.set('open');
    },
  },
];
