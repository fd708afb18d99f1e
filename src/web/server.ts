/**
 * The HTTP side of the daemon: page, API, event stream, metrics, health.
 *
 *   bus ──▶ fleet ──┬──▶ event stream ══SSE══▶ pages
 *                   └──▶ /api/v1, /metrics
 */
import type { Readable } from 'node:stream';
import { CHANNELS } from '../../protocols/reading.ts';
import type { Bus } from '../bus.ts';
import type { CertificateMaker } from '../certificate/certificates.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Desks } from '../desk/desks.ts';
import { firmwareNews } from '../firmware/overview.ts';
import type { Firmware } from '../firmware/service.ts';
import type { JournalCounters, JournalState } from '../journal/port.ts';
import type { Logger } from '../logger.ts';
import { reports } from '../report/reports.ts';
import type { CommandAnswer } from '../station/commands.ts';
import type { StationStatus } from '../station/model.ts';
import type { StoreImpression, TimeSeriesStore } from '../store/port.ts';
import { parseListen, readCredentials } from './access.ts';
import type { AlarmBoard, Hello } from './api-types.ts';
import { capsuleRoute } from './capsule-route.ts';
import { certificateRoute } from './certificate-route.ts';
import { type Condition, journalCondition, StoreCondition } from './conditions.ts';
import { deskRoutes } from './desk-routes.ts';
import { type Elsewhere, elsewhereRoutes } from './elsewhere-routes.ts';
import { feed } from './feed.ts';
import { firmwareRoutes } from './firmware-routes.ts';
import { Fleet } from './fleet.ts';
import { guard } from './guard.ts';
import { History } from './history.ts';
import { listen } from './listen.ts';
import { metricsRegistry } from './metrics.ts';
import { describeApi, newServer, urlOf } from './new-server.ts';
import { operationsRoutes } from './operations-routes.ts';
import { servePage } from './page.ts';
import { problemHandler } from './problems.ts';
import { reportRoutes } from './report-routes.ts';
import { apiRoutes } from './routes.ts';
import { EventStream } from './stream.ts';
import { guardWrites } from './writes.ts';

export interface WebParts {
  readonly config: Config;
  readonly bus: Bus;
  readonly store: TimeSeriesStore;
  readonly broker: () => Condition;
  /** What those who use the store have met. */
  readonly storeImpression?: () => StoreImpression | null;
  /** State of every link now; what comes later is heard on the bus. */
  readonly statuses: () => readonly StationStatus[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Differs at every start of the daemon. */
  readonly runId: string;
  readonly version: string;
  /** Where the built page is; it may be missing. */
  readonly uiFolder: string;
  readonly certify?: CertificateMaker;
  /** Incident capsule of a station, or of all; absent where no bytes are kept. */
  readonly capsule?: (station: string | null) => Readable;
  /** Absent where no stations are read: a dashboard apart from its bridge. */
  readonly desks?: Desks;
  /** Alarms and refills as bridges say them; only where there are no desks. */
  readonly elsewhere?: Elsewhere;
  /** Absent where no stations are read. */
  readonly firmware?: Firmware;
  /** Asks a station to tare or zero; `null`: nobody of that name answers. */
  readonly command?: (station: string, name: 'tare' | 'zero') => Promise<CommandAnswer | null>;
  readonly journalCounters?: () => Readonly<JournalCounters>;
  readonly journalState?: () => JournalState;
  readonly recorderCounters?: () => Readonly<Record<string, number>>;
}

const NO_ALARMS: AlarmBoard = { atUtcMs: 0, entries: [], pauses: [], highest: null, sounding: null };

export interface Web {
  readonly url: string;
  readonly port: number;
  /** Says from now on what this configuration says of freshness; all else stays until a restart. */
  retune(config: Pick<Config, 'freshness'>): void;
  /** Ends every connection and lets go of the port. */
  close(): Promise<void>;
}

/**
 * Start it before the stations, so that it hears every handshake.
 * Throws `UnsafeHttpConfiguration` or `NoFreePort`, both with the remedy.
 */
export async function startWeb(parts: WebParts): Promise<Web> {
  const { config, bus, clock, logger } = parts;
  const address = parseListen(config.http.listen);
  const credentials = readCredentials(config.http, address);
  if (credentials !== null && !address.loopback && config.http.tls === undefined) {
    logger.warn({ listen: config.http.listen }, 'passwords and readings travel unencrypted: set http.tls');
  }

  const fleet = new Fleet(clock);
  for (const status of parts.statuses()) fleet.status(status);
  const condition = new StoreCondition(
    parts.store,
    clock,
    () => parts.storeImpression?.() ?? null,
    () => stream.helloChanged(),
  );
  let { freshness } = config;
  const journal = () => parts.journalState && journalCondition(parts.journalState());
  const hello = (): Hello => helloOf(parts, freshness, condition.now, journal());
  const stream = new EventStream(
    {
      hello,
      fleet: () => fleet.views(),
      station: (key) => fleet.view(key),
      latest: (station) => fleet.latest(station),
      stationsWithRefill: () => parts.desks?.refills.stations() ?? [],
      refill: (station) => parts.desks?.refills.state(station) ?? null,
      alarms: () => parts.desks?.alarms.board() ?? parts.elsewhere?.board() ?? NO_ALARMS,
      elsewhere: () => parts.elsewhere?.refills() ?? null,
      firmware: () => (parts.firmware ? firmwareNews(parts.firmware, clock.utcMs()) : null),
    },
    clock,
  );

  const app = newServer(config.http.tls);
  app.setErrorHandler(problemHandler(logger));
  const refused = guard(app, { address, credentials });
  guardWrites(app);
  const registry = metricsRegistry({
    version: parts.version,
    views: () => fleet.views(),
    health: (station) => fleet.healthOf(station),
    unclaimed: () => fleet.unclaimed,
    stream: stream.counters,
    store: () => condition.now,
    broker: parts.broker,
    refusedLogins: () => refused.logins,
    journal: () => parts.journalCounters?.() ?? null,
    journalState: () => parts.journalState?.() ?? null,
    recorder: () => parts.recorderCounters?.() ?? null,
  });
  await describeApi(app, {
    title: 'hai-bridge API',
    version: parts.version,
    description:
      'Readings of hepatic artery infusion refill stations. Information only, not a medical device. Every error is JSON with its remedy.',
  });
  await app.register(async (api) =>
    apiRoutes(api, { fleet, stream, hello, clock, history: new History(parts.store, clock) }),
  );
  const { certify } = parts;
  if (certify) await app.register(async (api) => certificateRoute(api, certify, clock));
  await app.register(async (api) => capsuleRoute(api, parts.capsule ?? null, clock));
  const { desks } = parts;
  if (desks !== undefined) {
    const { logKeepDays: keepDays } = config.alarms;
    const login = credentials?.username ?? null;
    const command = parts.command ?? (async () => null);
    await app.register(async (api) => deskRoutes(api, { desks, keepDays, login, command }));
    const ofReports = { refills: desks.refills, certify: certify ?? null, make: reports(clock), clock };
    await app.register(async (api) => reportRoutes(api, ofReports));
  }
  const { elsewhere } = parts;
  if (elsewhere !== undefined) await app.register(async (api) => elsewhereRoutes(api, elsewhere));
  const { firmware } = parts;
  if (firmware !== undefined) {
    const login = credentials?.username ?? null;
    await app.register(async (api) => firmwareRoutes(api, { firmware, settings: config.firmware, login }));
  }
  await app.register(async (operations) =>
    operationsRoutes(operations, { registry, store: () => condition.now, broker: parts.broker, journal }),
  );
  await servePage(app, parts.uiFolder);

  const unfeed = feed(bus, fleet, stream, { clock, asked: [parts.broker, journal] });
  stream.start();
  await condition.start();
  const unfirmware = firmware?.onChange(() => stream.firmwareChanged()) ?? (() => {});
  const close = async () => {
    unfeed();
    unfirmware();
    condition.stop();
    stream.stop();
    await app.close();
  };
  try {
    const port = await listen(app, address, logger);
    const url = urlOf(address, port, config.http.tls === undefined ? 'http' : 'https');
    logger.info({ url }, 'the page is open');
    const retune: Web['retune'] = (to) => {
      freshness = to.freshness;
      stream.helloChanged();
    };
    return { url, port, retune, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function helloOf(
  parts: WebParts,
  freshness: Config['freshness'],
  store: Condition,
  journal: Condition | undefined,
): Hello {
  const { site, bridge } = parts.config;
  return {
    product: 'hai-bridge',
    version: parts.version,
    site,
    bridge,
    runId: parts.runId,
    serverUtcMs: parts.clock.utcMs(),
    expiryMs: freshness.expiryMs,
    channels: CHANNELS.map(({ name, unit, shownDecimals, describe }) => ({
      name,
      unit,
      decimals: shownDecimals,
      describe,
    })),
    bedside: parts.elsewhere ? 'elsewhere' : 'here',
    store,
    broker: parts.broker(),
    journal,
  };
}
