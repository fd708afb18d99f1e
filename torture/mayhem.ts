/** Kills and restarts the parts of a rig at random moments that a seed decides; independent of each other, so also together. */
import { type Random, seededRandom } from '../simulator/random.ts';
import type { Kill } from './judge.ts';
import { PARTS, type Part, type Rig } from './rig.ts';

export interface MayhemOptions {
  readonly parts: readonly Part[];
  /** Of each part. */
  readonly kills: number;
  readonly seed: number;
}

export interface Mayhem {
  readonly kills: Readonly<Record<Part, Kill[]>>;
  readonly restarts: Readonly<Record<Part, number>>;
  /** Parts that are down now. */
  readonly down: ReadonlySet<Part>;
  /** When the last part came back; UTC ms. */
  readonly wholeSinceMs: () => number;
  /** Resolves when all kills are done and all parts run; rejects when a part cannot be started. */
  readonly done: Promise<void>;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A quarter dies while it starts or has just begun; the others in the middle of their work. */
async function live(part: Part, rig: Rig, random: Random): Promise<void> {
  if (random.next() < 0.25) return pause(random.between(0, 600));
  const ms = random.between(600, 3000);
  await rig.works(part);
  return pause(ms);
}

function downMs(random: Random): number {
  return random.next() < 0.85 ? random.between(0, 400) : random.between(400, 2500);
}

export function startMayhem(rig: Rig, { parts, kills: wanted, seed }: MayhemOptions): Mayhem {
  const kills: Record<Part, Kill[]> = { bridge: [], recorder: [], broker: [], database: [] };
  const restarts: Record<Part, number> = { bridge: 0, recorder: 0, broker: 0, database: 0 };
  const down = new Set<Part>();
  let wholeSinceMs = Date.now();
  const torment = async (part: Part) => {
    const random = seededRandom(seed, 100 + PARTS.indexOf(part));
    for (let i = 0; i < wanted; i++) {
      await live(part, rig, random);
      down.add(part);
      kills[part].push({ atMs: Date.now() });
      await rig.kill(part);
      await pause(downMs(random));
      await rig.restart(part);
      restarts[part]++;
      down.delete(part);
      wholeSinceMs = Date.now();
    }
  };
  return {
    kills,
    restarts,
    down,
    wholeSinceMs: () => wholeSinceMs,
    done: Promise.all(parts.map(torment)).then(() => {}),
  };
}
