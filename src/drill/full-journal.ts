/**
 * Disk full, by a quota: never the real disk. The store is away until the journal has no room left; from then on readings go
 * out live only and are counted. So something is lost here, aloud: what is judged is that every single one was counted,
 * and that all else arrives when the store is back, without a hand.
 */
import type { Config } from '../config.ts';
import type { Fault } from './faults.ts';

/** A station that is loud enough to fill the smallest journal in some seconds. */
export const LOUD_RATE_HZ = 2000;
export const SMALL_JOURNAL: Pick<Config, 'journal'> = {
  journal: { keepDays: 0, maxBytes: 1_000_000, minFreeBytes: 1_000_000 },
};

const LOOK_EVERY_MS = 100;
const FULL_WITHIN_MS = 90_000;

export const GIVEN_UP = 'hai_journal_lost_total';

export const FULL_JOURNAL: Fault = {
  name: 'journal full',
  lastsMs: { full: 2000, quick: 500 },
  run: async ({ ground, daemon }, ms, pause) => {
    await ground.storePath.cut();
    const end = Date.now() + FULL_WITHIN_MS;
    while (((await daemon.metric(GIVEN_UP).catch(() => null)) ?? 0) === 0) {
      if (Date.now() > end) throw new Error(`the journal of the drill is not full after ${FULL_WITHIN_MS / 1000} s`);
      await pause(LOOK_EVERY_MS);
    }
    await pause(ms);
    await ground.storePath.mend();
  },
};
