/** One station as the API shows it. */
import { FLAG, flagNames, type Reading } from '../../protocols/reading.ts';
import type { StationHealth, StationInfo, StationStatus } from '../station/model.ts';
import type { LatestReading, StationView } from './api-types.ts';

/** What a station itself has said. */
export interface StationRecord {
  info: StationInfo | null;
  health: StationHealth | null;
  latest: Reading | null;
}

/** `record` is that of `station`, or absent while it is not sure who is there. */
export function stationView(
  key: string,
  station: string | null,
  status: StationStatus,
  record: StationRecord | undefined,
  nowMonotonicMs: number,
): StationView {
  const { state, link, reason, sinceUtcMs } = status;
  const reading = state === 'refused' ? null : (record?.latest ?? null);
  const said = record?.info?.identification;
  const health = record?.health ?? null;
  return {
    key,
    station,
    link,
    state,
    reason,
    sinceUtcMs,
    simulated: said?.mode === 'simulated' || (reading !== null && (reading.flags & FLAG.simulated) !== 0),
    hardwareRevision: said?.hardwareRevision ?? null,
    firmwareVersion: said?.firmwareVersion ?? null,
    instruments: said?.instruments ?? [],
    rateHz: state === 'live' && health !== null ? health.rateHz : null,
    linkQuality: health?.linkQuality ?? null,
    faults: health === null ? 0 : faultsOf(health),
    ...(status.updating && { updating: status.updating }),
    latest: reading === null ? null : latestOf(reading, nowMonotonicMs),
  };
}

/** The age is worked out here, at the moment of sending. */
export function latestOf(reading: Reading, nowMonotonicMs: number): LatestReading {
  return {
    ageMs: Math.max(0, Math.round(nowMonotonicMs - reading.received.monotonicMs)),
    atUtcMs: reading.received.utcMs,
    tickMs: reading.deviceTickMs,
    lineSeq: reading.lineSeq,
    values: reading.values,
    flags: flagNames(reading.flags),
  };
}

function faultsOf(health: StationHealth): number {
  return Object.values(health.counters.faults).reduce((sum, count) => sum + count, 0);
}

/** What a view shows of a health report, as coarse as a person can see it: equal means nothing to say. */
export function shownHealth(health: StationHealth): string {
  const quality = health.linkQuality === null ? '' : health.linkQuality.toFixed(3);
  return `${health.rateHz.toFixed(1)} ${quality} ${faultsOf(health)}`;
}
