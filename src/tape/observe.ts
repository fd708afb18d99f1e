/** What the real stations of a bridge make of a recording, in virtual time: nothing stands in for the ingest. */
import { Bus } from '../bus.ts';
import { configSchema } from '../config.ts';
import { silentLogger } from '../logger.ts';
import type { StationCounters, StationState } from '../station/model.ts';
import { Stations } from '../station/stations.ts';
import type { CaptureRecord } from './format.ts';
import { ReplayLink } from './replay-link.ts';
import { scriptOf } from './script.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface Observation {
  /** As recorded; `null`: nobody was identified. */
  readonly station: string | null;
  readonly counters: StationCounters | null;
  readonly events: readonly string[];
  /** Every state once it was reached, with the s at which and the reason given. */
  readonly states: readonly { readonly state: StationState; readonly atS: number; readonly reason: string | null }[];
  /** Recorded s that the bridge did not take, because it had closed the link. */
  readonly skippedS: number;
}

/** Health is reported once a second. */
const REST_MS = 1100;
const MOST_MS = 7 * 86_400_000;

/** Throws `NoScript` when the link cannot be replayed. */
export async function observe(records: readonly CaptureRecord[], l: number, link: string): Promise<Observation> {
  const from = records.find((record) => record.k === 'in' && record.l === l);
  const clock = new VirtualClock(from?.k === 'in' ? from.u : 0);
  const bus = new Bus((error) => {
    throw error;
  });
  const replay = new ReplayLink(scriptOf(records, l, link), { clock, serial: (recorded) => recorded });
  const states: Observation['states'][number][] = [];
  const events: string[] = [];
  let station: string | null = null;
  let counters: StationCounters | null = null;
  bus.on('identified', (info) => {
    station = info.station;
  });
  bus.on('event', ({ source, state, data }) => events.push(`${source} ${state}${data === '' ? '' : ` ${data}`}`));
  bus.on('status', ({ state, reason }) => {
    if (states.at(-1)?.state !== state) states.push({ state, atS: clock.monotonicMs() / 1000, reason });
  });
  bus.on('health', (health) => {
    counters = structuredClone(health.counters) as StationCounters;
  });
  const { limits, freshness, links } = configSchema.parse({ links: [{ url: 'replay' }] });
  // Not at random: the same recording gives the same observation.
  const stations = new Stations({
    links,
    bus,
    clock,
    limits,
    freshness,
    logger: silentLogger,
    random: () => 0.5,
    openLink: () => replay,
  });
  stations.start();
  await clock.run(() => replay.progress.over, MOST_MS);
  // The end of the recording is none of the station.
  const seen = { states: [...states], events: [...events] };
  await clock.run(() => false, REST_MS);
  const stopped = stations.stop();
  await clock.run(() => false, REST_MS);
  await stopped;
  return { station, counters, ...seen, skippedS: replay.progress.skippedMs / 1000 };
}
