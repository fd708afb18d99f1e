/** The real road from bus to store, short: journal, connection, publisher, recorder, SQLite store. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { vi } from 'vitest';
import { Bus } from '../../../src/bus.ts';
import { systemClock } from '../../../src/clock.ts';
import { configSchema } from '../../../src/config.ts';
import { feedJournal } from '../../../src/journal/feed.ts';
import { openJournal } from '../../../src/journal/journal.ts';
import type { Journal } from '../../../src/journal/port.ts';
import { connectMqtt, type MqttConnection } from '../../../src/mqtt/connection.ts';
import type { MqttConfig } from '../../../src/mqtt/credentials.ts';
import { Publisher } from '../../../src/mqtt/publisher.ts';
import { Quarantine } from '../../../src/record/quarantine.ts';
import { Recorder } from '../../../src/record/recorder.ts';
import type { StationInfo, StationStatus } from '../../../src/station/model.ts';
import type { StoredRow, TimeSeriesStore } from '../../../src/store/port.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { temporaryFolder } from '../../support/services.ts';
import { collectingLogger } from '../journal/support.ts';

export function mqttConfig(url: string, over: Partial<MqttConfig> = {}): MqttConfig {
  return { ...configSchema.parse({}).mqtt, url, ...over };
}

export interface Pipeline {
  readonly bus: Bus;
  readonly journal: Journal;
  readonly store: TimeSeriesStore;
  readonly connection: MqttConnection;
  readonly publisher: Publisher;
  readonly recorder: Recorder;
  readonly logger: ReturnType<typeof collectingLogger>;
  connected(): Promise<void>;
  /** Every row of a station that the store has, in order. */
  rows(station: string): Promise<StoredRow[]>;
  stop(): Promise<void>;
}

export async function startPipeline(url: string, over: Partial<MqttConfig> = {}): Promise<Pipeline> {
  const folder = temporaryFolder();
  const logger = collectingLogger();
  const mqtt = mqttConfig(url, over);
  const config = { ...configSchema.parse({ site: 'ward-3', bridge: 'bay-a' }), mqtt };
  const { site, bridge } = config;
  const clock = systemClock;
  const bus = new Bus((error) => {
    throw error;
  });
  const store = createSqliteStore({ path: join(folder.path, 'store.db') });
  await store.open();
  const connection = connectMqtt({ config: mqtt, site, bridge, version: '0.1.0', clock, logger });
  const reader = connectMqtt({ config: mqtt, site, bridge, role: 'recorder', version: '0.1.0', clock, logger });
  const quarantine = new Quarantine({ folder: join(folder.path, 'quarantine'), clock });
  const recorder = new Recorder({ connection: reader, store, quarantine, site, recorder: 'rec-1', clock, logger });
  recorder.start();
  const journal = await openJournal({ path: join(folder.path, 'journal.db'), bridge, clock, logger });
  const publisher = new Publisher({ bus, journal, connection, config, clock, logger });
  publisher.start();
  const endFeed = feedJournal(bus, journal);
  return {
    bus,
    journal,
    store,
    connection,
    publisher,
    recorder,
    logger,
    connected: () =>
      vi.waitFor(
        () => {
          if (!connection.connected || !reader.connected) throw new Error(connection.state().reason ?? 'reader');
        },
        { timeout: 15_000, interval: 20 },
      ),
    rows: async (station) => {
      const found: StoredRow[] = [];
      for (const { epoch, firstSeq, lastSeq } of await store.count(station)) {
        found.push(...(await store.read(station, epoch, firstSeq, lastSeq, 1_000_000)));
      }
      return found;
    },
    stop: async () => {
      endFeed();
      publisher.stop();
      await journal.close();
      await recorder.stop();
      await Promise.all([connection.close(), reader.close()]);
      await store.close();
      folder.remove();
    },
  };
}

/** mosquitto_sub, as a person would run it. */
export function listen(port: number, ...more: string[]): { lines: string[]; child: ChildProcess; stop(): void } {
  const child = spawn('mosquitto_sub', ['-h', '127.0.0.1', '-p', String(port), '-v', '-t', 'hai/v1/#', ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  let rest = '';
  child.stdout?.on('data', (data: Buffer) => {
    const parts = (rest + data.toString()).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  return { lines, child, stop: () => child.kill('SIGKILL') };
}

/** Payloads seen on topics that end in `/name`. */
export function seen(lines: readonly string[], name: string): Record<string, unknown>[] {
  return lines
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const)
    .filter(([topic, payload]) => topic.endsWith(`/${name}`) && /^[{[]/.test(payload))
    .flatMap(([, payload]) => JSON.parse(payload));
}

export function info(station: string): StationInfo {
  return {
    station,
    link: '/dev/ttyUSB0',
    bootId: '0A1B2C3D',
    identifiedUtcMs: Date.now(),
    identification: {
      type: 'ID',
      serial: station,
      hardwareRevision: 'B2',
      firmwareVersion: '1.4.0',
      protocol: { major: 1, minor: 0 },
      mode: 'simulated',
      rateHz: 10,
      instruments: [
        { kind: 'scale', model: 'SC-300', serial: '77', channels: ['MAS'] },
        { kind: 'flow', model: 'LF-60', serial: '12', channels: ['FLO', 'TMP', 'NEW'] },
      ],
    },
  };
}

export function status(station: string, over: Partial<StationStatus> = {}): StationStatus {
  return { station, link: '/dev/ttyUSB0', state: 'live', reason: null, sinceUtcMs: Date.now(), ...over };
}
