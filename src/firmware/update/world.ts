/** What the machine knows of the station beside its answers. */
import type { UpdateEvent } from './words.ts';

export interface World {
  linkOpen: boolean;
  /** Why the station may not be touched; `null` when it may. */
  refill: string | null;
  /** What it said last of itself. */
  said: Extract<UpdateEvent, { kind: 'identified' }> | null;
  /** When it last said anything of its own accord. */
  spokeMs: number;
  /** A fault that it reports of itself, in its present boot. */
  fault: string | null;
  health: { readonly lines: number; readonly badChecksums: number };
}

export function newWorld(): World {
  return {
    linkOpen: true,
    refill: null,
    said: null,
    spokeMs: Number.NEGATIVE_INFINITY,
    fault: null,
    health: { lines: 0, badChecksums: 0 },
  };
}
