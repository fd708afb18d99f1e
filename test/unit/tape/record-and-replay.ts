/** A bridge's stations over one link in memory, recorded by a tap, and the same over the recording. */
import type { Reading } from '../../../protocols/reading.ts';
import { Bus } from '../../../src/bus.ts';
import type { Link } from '../../../src/link/link.ts';
import { silentLogger } from '../../../src/logger.ts';
import type { StationEvent, StationHealth, StationInfo, StationStatus } from '../../../src/station/model.ts';
import { Stations } from '../../../src/station/stations.ts';
import type { CaptureRecord } from '../../../src/tape/format.ts';
import { Tapes } from '../../../src/tape/tapes.ts';
import { linkConfig } from '../link/link-config.ts';
import { MemoryLink } from '../station/bench.ts';
import { FakeClock, settle } from '../station/fake-clock.ts';
import type { Script } from '../station/scripted-station.ts';

export interface Heard {
  readonly clock: FakeClock;
  readonly readings: Reading[];
  readonly events: StationEvent[];
  readonly infos: StationInfo[];
  readonly statuses: StationStatus[];
  /** The last one said. */
  health: StationHealth | null;
  stop(): Promise<void>;
}

/** `random` decides the numbers of its commands: a replay must not depend on them. */
export async function bridgeOver(link: Link, clock: FakeClock, random: number): Promise<Heard & { readonly bus: Bus }> {
  const bus = new Bus((error) => {
    throw error;
  });
  const heard: Heard & { readonly bus: Bus } = {
    ...{ bus, clock, readings: [], events: [], infos: [], statuses: [], health: null },
    stop: () => stations.stop(),
  };
  bus.on('reading', (one) => heard.readings.push(one));
  bus.on('event', (one) => heard.events.push(one));
  bus.on('identified', (one) => heard.infos.push(one));
  bus.on('status', (one) => heard.statuses.push(one));
  bus.on('health', (one) => {
    heard.health = one;
  });
  const stations = new Stations({
    links: [linkConfig(link.name)],
    ...{ bus, clock, logger: silentLogger, random: () => random, limits: {} },
    freshness: { expiryMs: 2000, quietPeriods: 3 },
    openLink: () => link,
  });
  stations.start();
  await settle();
  return heard;
}

export interface Recording {
  readonly station: MemoryLink;
  readonly heard: Heard;
  /** Telemetry for so long. */
  run(ms: number): Promise<void>;
  /** What is on the tape now. */
  capture(): CaptureRecord[];
}

export async function record(script: Script = {}, keepMs = 3_600_000): Promise<Recording> {
  const clock = new FakeClock();
  const station = new MemoryLink('/dev/port', script);
  const tapes = new Tapes(clock, { keepMs, maxBytes: 1e8 });
  const heard = await bridgeOver(tapes.tap(station), clock, 0.25);
  heard.bus.on('identified', (info) => tapes.identified(info));
  for (const info of heard.infos) tapes.identified(info);
  let volume = 20;
  return {
    station,
    heard,
    run: async (ms) => {
      for (let at = 0; at < ms; at += 100) {
        volume -= 0.01;
        if (station.handlers) station.deliver(station.station.telemetry(volume));
        await clock.advanceSoftly(100, 50);
      }
    },
    capture: () => [...tapes.capture({ program: 'test', site: 'clinic', bridge: 'b' })],
  };
}

/** What of a reading must come out of a replay again. */
export const essence = ({ bootId, lineSeq, deviceTickMs, values }: Reading) =>
  JSON.stringify({ bootId, lineSeq, deviceTickMs, values });
