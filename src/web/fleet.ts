/**
 * What is known of every station right now, made from the bus.
 *
 * One row per link (`StationStatus.link` is unique on the bus), keyed by the station that answers there, plus one
 * `offline` row for a station whose link is now answered by another one: a station never just disappears. Values are
 * kept per station, never per link, so those of a previous station cannot show under the next identity. A view never
 * says that a value is fresh, it says its age, from the monotonic clock at the moment the view is made.
 */
import type { Reading } from '../../protocols/reading.ts';
import type { Clock } from '../clock.ts';
import type { StationHealth, StationInfo, StationState, StationStatus } from '../station/model.ts';
import type { LatestReading, StationView } from './api-types.ts';
import { latestOf, type StationRecord, shownHealth, stationView } from './station-view.ts';

/** Stations that lost their link to another one and are still shown; the oldest gives way. */
const MAX_DEPARTED = 256;

/**
 * Of several links that name one station, the one further left owns its row; of equals the last one heard, unless all
 * are refused: then nobody does, and no value is shown.
 */
const CLAIM_ORDER: readonly StationState[] = ['live', 'quiet', 'identifying', 'connecting', 'offline', 'refused'];

/** `row`: one row changed; `rows`: rows came, went or got another key; `none`: nothing that a view shows. */
export type FleetChange = 'row' | 'rows' | 'none';

interface LinkRow {
  status: StationStatus;
  /** Station of the status, or the one that answered here last while the link has not said who it is. */
  station: string | null;
  /** Counts up with every status, to tell which of two links spoke last. */
  heard: number;
  key: string;
}

export class Fleet {
  readonly #clock: Clock;
  readonly #links = new Map<string, LinkRow>();
  readonly #byKey = new Map<string, LinkRow>();
  /** Links that name a station, by station. */
  readonly #claims = new Map<string, Set<LinkRow>>();
  readonly #stations = new Map<string, StationRecord>();
  readonly #departed = new Map<string, StationStatus>();
  #heard = 0;
  #unclaimed = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Readings not shown because their station is refused, or no link names it. */
  get unclaimed(): number {
    return this.#unclaimed;
  }

  status(status: StationStatus): FleetChange {
    return status.removed ? this.#remove(status.link) : this.#place(status, status.station);
  }

  /** The handshake names the station, whether or not the link's status has done so yet. */
  identified(info: StationInfo): FleetChange {
    this.#record(info.station).info = info;
    const row = this.#links.get(info.link);
    if (row !== undefined && row.station !== info.station) return this.#place(row.status, info.station);
    return this.#byKey.has(info.station) ? 'row' : 'none';
  }

  health(health: StationHealth): FleetChange {
    const record = this.#record(health.station);
    const before = record.health;
    record.health = health;
    const same = before !== null && shownHealth(before) === shownHealth(health);
    return same || !this.#byKey.has(health.station) ? 'none' : 'row';
  }

  /** Hot path. `false` when the reading may not be shown; it is counted then. */
  reading(reading: Reading): boolean {
    const row = this.#byKey.get(reading.station);
    if (row === undefined || row.status.state === 'refused') {
      this.#unclaimed += 1;
      return false;
    }
    this.#record(reading.station).latest = reading;
    return true;
  }

  /** Rows in the order their links came up, departed stations last. */
  views(): StationView[] {
    return [
      ...[...this.#links.values()].map((row) => this.#rowView(row)),
      ...[...this.#departed].map(([station, status]) => this.#departedView(station, status)),
    ];
  }

  /** By `StationView.key`. */
  view(key: string): StationView | null {
    const row = this.#byKey.get(key);
    if (row !== undefined) return this.#rowView(row);
    const departed = this.#departed.get(key);
    return departed === undefined ? null : this.#departedView(key, departed);
  }

  /** The key of the row a link has now. */
  keyOf(link: string): string {
    return this.#links.get(link)?.key ?? link;
  }

  latest(station: string): LatestReading | null {
    const row = this.#byKey.get(station);
    const reading = this.#stations.get(station)?.latest ?? null;
    if (row === undefined || row.status.state === 'refused' || reading === null) return null;
    return latestOf(reading, this.#clock.monotonicMs());
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

  #place(status: StationStatus, named: string | null): FleetChange {
    let row = this.#links.get(status.link);
    if (row === undefined) {
      row = { status, station: null, heard: 0, key: '' };
      this.#links.set(status.link, row);
    }
    const left = row.station;
    row.status = status;
    row.station = named ?? left;
    row.heard = ++this.#heard;
    const moved = row.station !== left;
    if (left !== null && moved) this.#claims.get(left)?.delete(row);
    if (row.station === null) return this.#setKey(row, status.link) ? 'rows' : 'row';

    this.#claimsOf(row.station).add(row);
    this.#departed.delete(row.station);
    const rekeyed = this.#assignKeys(row.station);
    if (left !== null && moved) this.#leave(left, row);
    return rekeyed || moved ? 'rows' : 'row';
  }

  #remove(link: string): FleetChange {
    const row = this.#links.get(link);
    if (row === undefined) return 'none';
    this.#links.delete(link);
    if (this.#byKey.get(row.key) === row) this.#byKey.delete(row.key);
    if (row.station === null) return 'rows';
    const others = this.#claimsOf(row.station);
    others.delete(row);
    if (others.size > 0) this.#assignKeys(row.station);
    else {
      this.#claims.delete(row.station);
      this.#stations.delete(row.station);
    }
    return 'rows';
  }

  /** `station` lost its link to whoever answers there now. */
  #leave(station: string, by: LinkRow): void {
    if (this.#claimsOf(station).size > 0) {
      this.#assignKeys(station);
      return;
    }
    this.#claims.delete(station);
    const { link, sinceUtcMs } = by.status;
    const reason = `${by.station} answers on ${link} now; find out where ${station} is plugged in`;
    this.#departed.set(station, { station, link, state: 'offline', reason, sinceUtcMs });
    for (const oldest of this.#departed.keys()) {
      if (this.#departed.size <= MAX_DEPARTED) break;
      this.#departed.delete(oldest);
      this.#stations.delete(oldest);
    }
  }

  #claimsOf(station: string): Set<LinkRow> {
    let rows = this.#claims.get(station);
    if (rows === undefined) {
      rows = new Set();
      this.#claims.set(station, rows);
    }
    return rows;
  }

  /** `true` when a row got another key. */
  #assignKeys(station: string): boolean {
    const rows = [...this.#claimsOf(station)];
    const rank = (row: LinkRow) => CLAIM_ORDER.indexOf(row.status.state);
    rows.sort((a, b) => rank(a) - rank(b) || b.heard - a.heard);
    const [first, second] = rows;
    const owner = first?.status.state === 'refused' && second !== undefined ? undefined : first;
    return rows.filter((row) => this.#setKey(row, row === owner ? station : row.status.link)).length > 0;
  }

  #setKey(row: LinkRow, key: string): boolean {
    const before = row.key;
    row.key = key;
    if (before !== key && this.#byKey.get(before) === row) this.#byKey.delete(before);
    this.#byKey.set(key, row);
    return before !== key;
  }

  #rowView(row: LinkRow): StationView {
    const owned = row.station !== null && row.key === row.station;
    const record = owned ? this.#stations.get(row.key) : undefined;
    const station = owned ? row.station : row.status.station;
    return stationView(row.key, station, row.status, record, this.#clock.monotonicMs());
  }

  #departedView(station: string, status: StationStatus): StationView {
    return stationView(station, station, status, this.#stations.get(station), this.#clock.monotonicMs());
  }
}
