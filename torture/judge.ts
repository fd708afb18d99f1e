/** The simulator's ledger against what InfluxDB really holds, asked past all of the product's code. */
import { type Verdict as Judgement, judge as judgeEvidence, newTally, type Tally } from '../src/drill/judge.ts';
import type { Stall } from '../src/drill/stalls.ts';
import { everythingHeld } from './database.ts';

export interface Kill {
  /** UTC ms of the signal. */
  readonly atMs: number;
}

export interface Evidence {
  readonly ledger: string;
  readonly databaseUrl: string;
  /** UTC ms of the stations' tick 0. */
  readonly startedUtcMs: number;
  readonly bridgeKills: readonly Kill[];
  /** Longest time before a kill, ms of ledger ticks, whose lines may be gone with the bridge. */
  readonly windowMs: number;
  /** Times in which the machine stood still: they do not count as window. */
  readonly stalls: readonly Stall[];
}

export type Verdict = Judgement & Readonly<Omit<Tally, 'holes'>>;

export async function judge(evidence: Evidence): Promise<Verdict> {
  const { ledger, databaseUrl, startedUtcMs, bridgeKills, windowMs, stalls } = evidence;
  const total = newTally();
  const verdict = await judgeEvidence(
    {
      witnesses: [{ ledger, startedUtcMs }],
      held: (station) => everythingHeld(databaseUrl, station),
      cutsMs: bridgeKills.map(({ atMs }) => atMs),
      windowMs,
      stalls,
    },
    () => total,
  );
  const { holes, ...counts } = total;
  return { ...verdict, ...counts, lostOutside: counts.lostOutside + holes };
}
