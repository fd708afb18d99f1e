/**
 * What is known of every station right now, made from the bus.
 *
 * One row per link (`StationStatus.link` is unique on the bus), keyed by the station that answers there, plus one `offline` row for a station whose
 * link is now answered by another one: a station never just disappears. Values are kept per station, never per link,
 * so those of a previous station cannot show under the next identity. How old a value is, is worked out when a view is
 * made, from the monotonic clock; a view never says that a value is fresh, it says its age.
 */
import { FLAG, flagNames, type Reading } from '../../protocols/reading.ts';
import type { Clock } from '../clock.ts';
import type { StationHealth, StationInfo, StationState, StationStatus } from '../station/model.ts';
import type { LatestReading, StationView } from './api-types.ts';

/** Stations that lost their link to another one and are still shown; the oldest gives way. */
const MAX_DEPARTED = 256;

/**
 * Of two links that name one station, the one further left owns its row; of equals the last one heard, unless both are
 * refused: then nobody does, and no value is shown.
 */
const CLAIM_ORDER: readonly StationState[] = ['live', 'quiet', 'identifying', 'connecting', 'offline', 'refused'];

/** What a status did to the rows: one row changed, or rows came, went or changed their key. */
export type FleetChange = 'row' | 'rows';

interface LinkRow {
  readonly status: StationStatus;
  /** The station of `status`, or the one that answered here last while the link has not said who it is. */
  readonly station: string | null;
  /** Counts up with every status, to tell which of two links spoke last. */
  readonly heard: number;
  key: string;
}

interface StationRecord {
  info: StationInfo | null;
  health: StationHealth | null;
  latest: Reading | null;
}

export class Fleet {
  readonly #clock: Clock;
  readonly #links = new Map<string, LinkRow>();
  readonly #byKey = new Map<string, LinkRow>();
  readonly #stations = new Map<string, StationRecord>();
  readonly #departed = new Map<string, StationStatus>();
  #shownKeys: ReadonlySet<string> = new Set();
  #heard = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  status(status: StationStatus): FleetChange {
    const before = this.#links.get(status.link);
    const station = status.station ?? before?.station ?? null;
    this.#links.set(status.link, { status, station, heard: ++this.#heard, key: before?.key ?? status.link });
    const left = before?.station ?? null;
    if (left !== null && left !== station) this.#depart(left, status);
    if (station !== null) this.#departed.delete(station);
    return this.#assignKeys() || left !== station ? 'rows' : 'row';
  }

  /** `true` when something a view shows has changed. */
  identified(info: StationInfo): boolean {
    this.#record(info.station).info = info;
    return this.#byKey.has(info.station);
  }

  /** `true` when something a view shows has changed: counters that move every second do not count. */
  health(health: StationHealth): boolean {
    const record = this.#record(health.station);
    const before = record.health;
    record.health = health;
    if (!this.#byKey.has(health.station)) return false;
    return before === null || shownHealth(before) !== shownHealth(health);
  }

  /** Hot path. `false` for a reading of a station that is refused or that no link claims: it is not shown. */
  reading(reading: Reading): boolean {
    const row = this.#byKey.get(reading.station);
    if (row === undefined || row.status.state === 'refused') return false;
    this.#record(reading.station).latest = reading;
    return true;
  }

  /** Rows in the order their links came up, departed stations last. */
  views(): StationView[] {
    const now = this.#clock.monotonicMs();
    return [
      ...[...this.#links.values()].map((row) => this.#view(row.status, row.key, now)),
      ...[...this.#departed.values()].map((status) => this.#view(status, status.station ?? status.link, now)),
    ];
  }

  /** By `StationView.key`. */
  view(key: string): StationView | null {
    const now = this.#clock.monotonicMs();
    const row = this.#byKey.get(key);
    if (row !== undefined) return this.#view(row.status, key, now);
    const departed = this.#departed.get(key);
    return departed === undefined ? null : this.#view(departed, key, now);
  }

  /** The key of the row a link has now; `null` for an unknown link. */
  keyOf(link: string): string | null {
    return this.#links.get(link)?.key ?? null;
  }

  latest(station: string): LatestReading | null {
    const row = this.#byKey.get(station);
    if (row === undefined || row.status.state === 'refused') return null;
    const reading = this.#stations.get(station)?.latest ?? null;
    return reading === null ? null : latestOf(reading, this.#clock.monotonicMs());
  }

  healthOf(station: string): StationHealth | null {
    return this.#stations.get(station)?.health ?? null;
  }

  #record(station: string): StationRecord {
    let record = this.#stations.get(station);
    if (record === undefined) {
      record = { info: null, health: null, latest: null };
      this.#stations.set(station, record);
    }
    return record;
  }

  /** `station` lost its link to whoever answers there now; keeps its row unless another link has it. */
  #depart(station: string, by: StationStatus): void {
    for (const row of this.#links.values()) if (row.station === station) return;
    this.#departed.set(station, {
      station,
      link: by.link,
      state: 'offline',
      reason: `${by.station} answers on ${by.link} now; find out where ${station} is plugged in`,
      sinceUtcMs: by.sinceUtcMs,
    });
    for (const oldest of this.#departed.keys()) {
      if (this.#departed.size <= MAX_DEPARTED) break;
      this.#departed.delete(oldest);
      this.#stations.delete(oldest);
    }
  }

  /** `true` when a row got another key. */
  #assignKeys(): boolean {
    const owners = this.#owners();
    let changed = false;
    this.#byKey.clear();
    for (const [link, row] of this.#links) {
      const key = row.station !== null && owners.get(row.station) === row ? row.station : link;
      if (key !== row.key || !this.#shownKeys.has(key)) changed = true;
      row.key = key;
      this.#byKey.set(key, row);
    }
    this.#shownKeys = new Set(this.#byKey.keys());
    return changed;
  }
  /** The one link that may show a station's values; `null` when several claim it equally. */
  #owners(): Map<string, LinkRow | null> {
    const owners = new Map<string, LinkRow | null>();
    const ranks = new Map<string, number>();
    for (const row of [...this.#links.values()].sort((a, b) => b.heard - a.heard)) {
      if (row.station === null) continue;
      const rank = CLAIM_ORDER.indexOf(row.status.state);
      const best = ranks.get(row.station) ?? Number.POSITIVE_INFINITY;
      if (rank < best) owners.set(row.station, row);
      else if (rank === best && row.status.state === 'refused') owners.set(row.station, null);
      ranks.set(row.station, Math.min(rank, best));
    }
    return owners;
  }

  #view(status: StationStatus, key: string, now: number): StationView {
    const owned = key === status.link && status.station !== key ? null : key;
    const record = owned === null ? undefined : this.#stations.get(owned);
    const reading = status.state === 'refused' ? null : (record?.latest ?? null);
    const said = record?.info?.identification;
    return {
      key,
      station: owned ?? status.station,
      link: status.link,
      state: status.state,
      reason: status.reason,
      sinceUtcMs: status.sinceUtcMs,
      simulated: said?.mode === 'simulated' || (reading !== null && (reading.flags & FLAG.simulated) !== 0),
      hardwareRevision: said?.hardwareRevision ?? null,
      firmwareVersion: said?.firmwareVersion ?? null,
      instruments: said?.instruments ?? [],
      rateHz: status.state === 'live' ? (record?.health?.rateHz ?? null) : null,
      linkQuality: record?.health?.linkQuality ?? null,
      faults: record?.health ? faultsOf(record.health) : 0,
      latest: reading === null ? null : latestOf(reading, now),
    };
  }
}

function latestOf(reading: Reading, nowMonotonicMs: number): LatestReading {
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

/** What the page shows of a health report, as coarse as it shows it. */
function shownHealth(health: StationHealth): string {
  const quality = health.linkQuality === null ? '' : health.linkQuality.toFixed(3);
  return `${health.rateHz.toFixed(1)} ${quality} ${faultsOf(health)}`;
}
