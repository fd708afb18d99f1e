/** `/metrics`: everything that is counted, in Prometheus' text format, read at the moment of asking. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { JournalCounters, JournalState } from '../journal/port.ts';
import type { StationHealth } from '../station/model.ts';
import type { StationView } from './api-types.ts';
import type { Condition } from './conditions.ts';
import type { StreamCounters } from './stream.ts';

export interface MetricsSource {
  readonly version: string;
  readonly views: () => readonly StationView[];
  readonly health: (station: string) => StationHealth | null;
  /** Readings of stations that may not be shown. */
  readonly unclaimed: () => number;
  readonly stream: Readonly<StreamCounters>;
  readonly store: () => Condition;
  readonly broker: () => Condition;
  readonly refusedLogins: () => number;
  readonly journal: () => Readonly<JournalCounters> | null;
  readonly journalState: () => JournalState | null;
  readonly recorder: () => Readonly<Record<string, number>> | null;
}

const STATES = ['connecting', 'identifying', 'live', 'quiet', 'offline', 'refused'] as const;

export function metricsRegistry(source: MetricsSource): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  daemonMetrics(registry, source);
  stationMetrics(registry, source);
  pipelineMetrics(registry, source);
  return registry;
}

type Emit<L extends string> = (labels: Record<L, string>, value: number) => void;

/** A value looked up at every scrape. Counters keep their own total elsewhere: it is copied, not added up. */
function gauge<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  labels: L[],
  read: (emit: Emit<L>) => void,
) {
  return new Gauge<L>({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    collect() {
      this.reset();
      read((of, value) => this.set(of as Partial<Record<L, string>>, value));
    },
  });
}

function counter<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  labels: L[],
  read: (emit: Emit<L>) => void,
) {
  return new Counter<L>({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    collect() {
      this.reset();
      read((of, value) => this.inc(of as Partial<Record<L, string>>, value));
    },
  });
}

function daemonMetrics(registry: Registry, source: MetricsSource): void {
  const { stream } = source;
  gauge(registry, 'hai_build_info', 'version of the daemon; always 1', ['version'], (emit) =>
    emit({ version: source.version }, 1),
  );
  gauge(registry, 'hai_store_ok', '1 when the store answers', [], (emit) => emit({}, source.store().ok ? 1 : 0));
  gauge(registry, 'hai_broker_ok', '1 when the MQTT broker is connected', [], (emit) =>
    emit({}, source.broker().ok ? 1 : 0),
  );
  for (const [what, of] of [
    ['store', source.store],
    ['broker', source.broker],
  ] as const) {
    gauge(registry, `hai_${what}_state`, `state of the ${what}: 1 for the one it is in`, ['state'], (emit) =>
      emit({ state: of().state ?? 'unknown' }, 1),
    );
    gauge(registry, `hai_${what}_round_trip_seconds`, `until the last answer of the ${what} was there`, [], (emit) => {
      const ms = of().roundTripMs;
      if (ms !== null && ms !== undefined) emit({}, ms / 1000);
    });
  }
  counter(registry, 'hai_unclaimed_readings_total', 'readings of refused or unknown stations, not shown', [], (emit) =>
    emit({}, source.unclaimed()),
  );
  gauge(registry, 'hai_sse_clients', 'listeners of the event stream', [], (emit) => emit({}, stream.clients));
  counter(registry, 'hai_sse_clients_cut_off_total', 'listeners cut off because they took nothing', [], (emit) =>
    emit({}, stream.cutOff),
  );
  counter(registry, 'hai_sse_clients_turned_away_total', 'listeners refused because there were too many', [], (emit) =>
    emit({}, stream.turnedAway),
  );
  counter(registry, 'hai_http_refused_logins_total', 'requests without the right user name and password', [], (emit) =>
    emit({}, source.refusedLogins()),
  );
}

function stationMetrics(registry: Registry, source: MetricsSource): void {
  gauge(registry, 'hai_stations', 'stations by state', ['state'], (emit) => {
    const views = source.views();
    for (const state of STATES) emit({ state }, views.filter((view) => view.state === state).length);
  });
  gauge(registry, 'hai_reading_age_seconds', 'age of the latest reading', ['station'], (emit) => {
    for (const { station, latest } of source.views()) if (station && latest) emit({ station }, latest.ageMs / 1000);
  });
  gauge(
    registry,
    'hai_link_quality_ratio',
    'share of the lines of the last minute that arrived whole',
    ['station'],
    (emit) => {
      for (const { station, linkQuality } of source.views())
        if (station && linkQuality !== null) emit({ station }, linkQuality);
    },
  );

  const perStation = (emit: (station: string, health: StationHealth) => void) => {
    for (const station of new Set(source.views().map((view) => view.station))) {
      const health = station === null ? null : source.health(station);
      if (station !== null && health !== null) emit(station, health);
    }
  };
  const counted = [
    ['hai_bytes_total', 'bytes received', 'bytes'],
    ['hai_lines_total', 'good lines of any known type', 'lines'],
    ['hai_readings_total', 'readings', 'readings'],
    ['hai_events_total', 'events of the station', 'events'],
    ['hai_lines_lost_total', 'lines sent by the station that never arrived whole', 'linesLost'],
    ['hai_duplicate_lines_total', 'lines that came a second time and were not used', 'duplicates'],
    ['hai_out_of_range_total', 'impossible values, blanked', 'outOfRange'],
    ['hai_beyond_limit_total', 'readings beyond a limit of the site', 'beyondLimit'],
    ['hai_reboots_total', 'restarts of the station', 'reboots'],
    ['hai_disconnects_total', 'times the link was lost', 'disconnects'],
    ['hai_quiets_total', 'times an open link fell silent', 'quiets'],
  ] as const;
  for (const [name, help, key] of counted) {
    counter(registry, name, `${help}, since the daemon started`, ['station'], (emit) =>
      perStation((station, health) => emit({ station }, health.counters[key])),
    );
  }
  counter(registry, 'hai_faults_total', 'damaged or unreadable pieces by kind', ['station', 'kind'], (emit) =>
    perStation((station, health) => {
      for (const [kind, count] of Object.entries(health.counters.faults)) emit({ station, kind }, count);
    }),
  );
}

function pipelineMetrics(registry: Registry, source: MetricsSource): void {
  const journal = (key: keyof JournalCounters) => (emit: Emit<never>) => {
    const counters = source.journal();
    if (counters !== null) emit({}, counters[key]);
  };
  gauge(registry, 'hai_journal_waiting', 'batches that no recorder has acknowledged', [], journal('waiting'));
  counter(registry, 'hai_journal_readings_total', 'readings made durable', [], journal('readings'));
  counter(registry, 'hai_journal_commits_total', 'commits of the journal', [], journal('commits'));
  counter(registry, 'hai_journal_retired_total', 'batches the store has', [], journal('retired'));
  counter(registry, 'hai_journal_lost_total', 'readings that could not be made durable', [], journal('lost'));
  counter(registry, 'hai_journal_damaged_total', 'batches the disk has changed, set aside', [], journal('damaged'));
  counter(registry, 'hai_journal_asides_total', 'damaged files of the journal, put aside', [], journal('asides'));
  const room = (of: (state: JournalState) => number | null) => (emit: Emit<never>) => {
    const state = source.journalState();
    const value = state === null ? null : of(state);
    if (value !== null) emit({}, value);
  };
  gauge(
    registry,
    'hai_journal_ok',
    '1 when what arrives is made durable',
    [],
    room((s) => (s.writing ? 1 : 0)),
  );
  gauge(
    registry,
    'hai_journal_bytes',
    'content of the journal',
    [],
    room(({ room: r }) => r.usedBytes),
  );
  gauge(
    registry,
    'hai_journal_waiting_bytes',
    'of it not acknowledged',
    [],
    room(({ room: r }) => r.waitingBytes),
  );
  gauge(
    registry,
    'hai_journal_limit_bytes',
    'what may wait in it',
    [],
    room(({ room: r }) => r.limitBytes),
  );
  gauge(
    registry,
    'hai_journal_disk_free_bytes',
    'free beside it',
    [],
    room(({ room: r }) => r.diskFreeBytes),
  );
  gauge(
    registry,
    'hai_journal_seconds_left',
    'until it is full at the rate of the last minute; +Inf when it does not fill',
    [],
    room((s) => s.secondsLeft ?? Number.POSITIVE_INFINITY),
  );
  gauge(registry, 'hai_recorder', 'what the recorder counts', ['counter'], (emit) => {
    for (const [name, value] of Object.entries(source.recorder() ?? {})) {
      if (typeof value === 'number') emit({ counter: name }, value);
    }
  });
}
