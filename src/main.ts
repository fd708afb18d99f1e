/**
 * Composition root: the only place that constructs the daemon's parts and ties them together.
 *
 *   stations ──▶ bus ──┬──▶ journal ──▶ publisher ══broker══▶ recorder ──▶ store
 *                      └──▶ web
 */
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Bus } from './bus.ts';
import { certificates } from './certificate/certificates.ts';
import { MANIFEST_FILE } from './certificate/certify-files.ts';
import { Manifest } from './certificate/manifest.ts';
import { type Clock, systemClock } from './clock.ts';
import { openDesks } from './compose/desks.ts';
import { openFirmware } from './compose/firmware.ts';
import { openTape } from './compose/tape.ts';
import type { Config, LinkConfig } from './config.ts';
import { feedJournal } from './journal/feed.ts';
import { openJournal } from './journal/journal.ts';
import { FolderInUse, lockFolder } from './journal/lock.ts';
import type { OpenJournal } from './journal/port.ts';
import type { Link } from './link/link.ts';
import type { Logger } from './logger.ts';
import { BedsideFeed } from './mqtt/bedside-feed.ts';
import { connectMqtt } from './mqtt/connection.ts';
import { startEmbeddedBroker } from './mqtt/embedded-broker.ts';
import { LiveFeed } from './mqtt/live-feed.ts';
import { Publisher } from './mqtt/publisher.ts';
import { Quarantine } from './record/quarantine.ts';
import { Recorder } from './record/recorder.ts';
import type { ConfigChange } from './reload/difference.ts';
import { Reload } from './reload/reload.ts';
import { Stations } from './station/stations.ts';
import { createStore } from './store/create.ts';
import { openEventually } from './store/open-eventually.ts';
import { watchConditions } from './watch/conditions.ts';
import { startWeb, type Web } from './web/server.ts';

/** The built page lies beside the built daemon; run from source, it is in `dist/` too. */
const UI_FOLDER = join(import.meta.dirname, import.meta.filename.endsWith('.ts') ? '../dist/ui' : '../ui');

export const ROLES = ['bridge', 'recorder', 'dashboard'] as const;
export type Role = (typeof ROLES)[number];

export interface DaemonOptions {
  readonly roles: readonly Role[];
  readonly version: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Changes what the logger lets through; without it a new `log.level` waits for the next start. */
  readonly setLogLevel?: (level: Config['log']['level']) => void;
  /** Refills of simulated patients are begun without anybody at a screen. */
  readonly demo?: boolean;
  /** A link that stands in for what its URL says; `null`: the URL counts. */
  readonly openLink?: (config: LinkConfig) => Link | null;
  /** The last lines of the log, for an incident capsule. */
  readonly logTail?: () => readonly string[];
}

export interface Daemon {
  /** Of the page; `null` without the dashboard role. */
  readonly url: string | null;
  readonly brokerUrl: string;
  /**
   * Applies what differs from the configuration that holds now, as far as that can be done while running; says so in the
   * log. Throws, and changes nothing, when it cannot work.
   */
  reload(config: Config): Promise<readonly ConfigChange[]>;
  /** Journals and publishes what is in memory, then lets go of everything; within a few seconds. */
  stop(): Promise<void>;
}

/** A configuration that cannot work; the message says what to change. */
export class UnusableConfiguration extends Error {
  override readonly name = 'UnusableConfiguration';
}

/** From the last reading until broker and store have it; what takes longer comes out of the journal at the next start. */
const DRAIN_MS = 3000;

/** Starts the given roles. Throws `UnusableConfiguration` before anything has been opened. */
export async function startDaemon(config: Config, options: DaemonOptions): Promise<Daemon> {
  const { roles, version, logger } = options;
  if (roles.length < ROLES.length && config.mqtt.url === 'embedded') {
    throw new UnusableConfiguration(
      `roles ${roles.join(', ')} alone need a broker that the other roles reach too: set mqtt.url (the embedded broker serves one process only)`,
    );
  }
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const { site, bridge } = config;
  const has = (role: Role) => roles.includes(role);
  const part = (name: string) => logger.child({ part: name });
  /** Undone in reverse order, so that sources stop before their sinks. */
  const opened: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const close of opened.splice(0).reverse()) {
      await Promise.resolve()
        .then(close)
        .catch((error: unknown) => logger.error({ error }, 'a part did not stop cleanly'));
    }
  };

  /** Before anything else is opened or connected: a second bridge must not disturb the one that works. */
  const openOwnJournal = async () => {
    try {
      opened.push(lockFolder(config.data));
    } catch (error) {
      if (error instanceof FolderInUse) throw new UnusableConfiguration(error.message);
      throw error;
    }
    const path = join(config.data, 'journal.db');
    const log = await openJournal({ path, bridge, clock, logger: part('journal'), limits: config.journal });
    opened.push(() => log.close());
    return log;
  };

  const openManifest = async (journal: OpenJournal) => {
    const { keepDays } = config.certificate;
    const path = join(config.data, MANIFEST_FILE);
    const manifest = new Manifest({ path, journal, keepDays, clock, logger: part('manifest') });
    await manifest.start();
    opened.push(() => manifest.stop());
    return manifest;
  };

  try {
    await mkdir(config.data, { recursive: true });
    const journal = has('bridge') ? await openOwnJournal() : null;
    const manifest = journal && (await openManifest(journal));
    const bus = new Bus((error, topic) => logger.error({ error, topic }, 'a bus listener failed; the others go on'));

    const desks = journal && (await openDesks({ config, bus, clock, random, logger, version }));
    if (desks !== null) opened.push(() => desks.stop());

    const store = createStore(config, { logger: part('store') });
    opened.push(() => store.close());

    let brokerUrl = config.mqtt.url;
    if (brokerUrl === 'embedded') {
      const broker = await startEmbeddedBroker({
        port: config.mqtt.embeddedPort,
        logger: part('broker'),
      });
      opened.push(() => broker.close());
      brokerUrl = broker.url;
    }
    const connection = connectMqtt({
      config: { ...config.mqtt, url: brokerUrl },
      site,
      bridge,
      role: has('bridge') ? 'bridge' : has('recorder') ? 'recorder' : 'dashboard',
      version,
      clock,
      logger: part('mqtt'),
      random,
    });
    opened.push(() => connection.close());

    let publisher: Publisher | null = null;
    const recorder = new Recorder({
      connection,
      store,
      quarantine: new Quarantine({ folder: join(config.data, 'quarantine'), clock }),
      site,
      recorder: bridge,
      // On this connection the broker hears of the subscription first, then of the batches.
      onListen: () => publisher?.catchUp(),
      clock,
      random,
      logger: part('recorder'),
    });
    let recording = false;
    const startRecording = () => {
      if (!has('recorder')) return;
      recorder.start();
      recording = true;
    };
    const opening = openEventually(store, { clock, logger, onOpen: startRecording });
    opened.push(async () => {
      opening.cancel();
      await recorder.stop();
    });

    const storeImpression = () =>
      opening.trouble === null ? recorder.storeImpression : { trouble: opening.trouble, tookMs: null };
    opened.push(
      watchConditions({
        ...{ bus, clock, bridge, broker: () => connection.state() },
        quarantine: join(config.data, 'quarantine'),
        ...(has('recorder') && {
          storeTrouble: () => storeImpression().trouble?.reason ?? null,
          refusals: () => recorder.counters,
        }),
        ...(journal && { journal }),
        ...(desks && { board: desks.alarms.board(), links: () => stations.statuses().map(({ link }) => link) }),
      }),
    );

    const tape = openTape({
      ...{ config, bus, clock, logger: part('capture'), version, statuses: () => stations.statuses() },
      facts: () => ({ broker: connection.state(), store: storeImpression(), journal: journal?.counters ?? null }),
      openLink: options.openLink,
      ...(options.logTail && { logTail: options.logTail }),
    });
    opened.push(() => tape.stop());
    const stations = new Stations({
      openLink: tape.openLink,
      links: has('bridge') ? config.links : [],
      bus,
      clock,
      random,
      limits: config.limits,
      freshness: config.freshness,
      logger: part('station'),
    });
    const bay = has('bridge')
      ? await openFirmware({
          config,
          bus,
          clock,
          random,
          wires: stations,
          expected: desks?.expected ?? null,
          logger: part('firmware'),
        })
      : null;

    const elsewhere =
      has('dashboard') && desks === null
        ? new BedsideFeed({ bus, connection, site, clock, logger: part('bedside-feed') })
        : null;
    if (journal !== null && manifest !== null) {
      const publishes = new Publisher({
        bus,
        journal: manifest.guard(),
        connection,
        config,
        clock,
        logger: part('publisher'),
        onReported: (refill) => desks?.reported(refill),
      });
      publisher = publishes;
      publishes.start();
      opened.push(() => publishes.stop());
      opened.push(() =>
        publishes.drain({
          committed: journal.flush().then(async () => void (await manifest.flush(DRAIN_MS))),
          recorder: recording ? 'here' : 'elsewhere',
          withinMs: DRAIN_MS,
        }),
      );
      opened.push(feedJournal(bus, journal));
    } else if (elsewhere !== null) {
      const feed = new LiveFeed({ bus, connection, site, clock, logger: part('live-feed') });
      feed.start();
      elsewhere.start();
      opened.push(() => feed.stop());
      opened.push(() => elsewhere.stop());
    }

    let web: Web | null = null;
    if (has('dashboard')) {
      const serves = await startWeb({
        config,
        bus,
        store,
        broker: () => connection.state(),
        storeImpression,
        statuses: () => stations.statuses(),
        clock,
        logger: part('web'),
        runId: randomUUID(),
        version,
        uiFolder: UI_FOLDER,
        ...(bay ? { firmware: bay.firmware } : {}),
        ...(elsewhere && { elsewhere }),
        ...(desks ? { desks, command: (station, name) => stations.ask(station, { name }) } : {}),
        ...(tape.capsule && { capsule: tape.capsule }),
        certify: certificates({ config, version, clock, manifest }),
        ...(journal ? { journalCounters: () => journal.counters, journalState: () => journal.state() } : {}),
        ...(has('recorder') ? { recorderCounters: () => ({ ...recorder.counters }) } : {}),
      });
      opened.push(() => serves.close());
      web = serves;
    }

    desks?.announce();
    if (options.demo && desks !== null) opened.push(desks.demonstrate());
    stations.start();
    opened.push(() => stations.stop());
    // Before its wires are taken away.
    if (bay !== null) opened.push(() => bay.stop());
    const reload = new Reload({
      config,
      logger: part('reload'),
      stations,
      connection,
      brokerUrl,
      bridge: has('bridge'),
      live: publisher && ((tuning) => publisher.retune(tuning)),
      page: web && ((next) => web.retune(next)),
      logLevel: options.setLogLevel ?? null,
    });
    reload.start();
    return { url: web?.url ?? null, brokerUrl, reload: (next) => reload.apply(next), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
