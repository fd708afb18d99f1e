/** Puts the taps on the links, and the capsule together from what the daemon knows. */
import type { Readable } from 'node:stream';
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Config, LinkConfig } from '../config.ts';
import type { Link } from '../link/link.ts';
import { openLink } from '../link/open-link.ts';
import type { Logger } from '../logger.ts';
import type { StationHealth, StationStatus } from '../station/model.ts';
import { capsule, configHash } from '../tape/capsule.ts';
import { CaptureFiles } from '../tape/capture-files.ts';
import { isReplayUrl, replayLink } from '../tape/replay.ts';
import { Tapes } from '../tape/tapes.ts';

export interface OpenTape {
  readonly openLink: (config: LinkConfig) => Link;
  /** Given `null`: of all stations. Throws `UnknownStation`. `null` where no bytes are kept. */
  readonly capsule: ((station: string | null) => Readable) | null;
  stop(): Promise<void>;
}

export interface TapeParts {
  readonly config: Config;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly version: string;
  readonly statuses: () => readonly StationStatus[];
  /** Further facts by name: journal, broker, store. */
  readonly facts: () => Record<string, unknown>;
  /** Absent: the log is not kept. */
  readonly logTail?: () => readonly string[];
  /** Links that stand in for what their URL says; `null`: none does. */
  readonly openLink?: ((config: LinkConfig) => Link | null) | undefined;
}

export function openTape(parts: TapeParts): OpenTape {
  const { config, bus, clock, logger, version } = parts;
  const { minutes, maxBytes, folder, folderMaxBytes } = config.capture;
  const untapped = (link: LinkConfig) => {
    const other = parts.openLink?.(link) ?? (isReplayUrl(link.url) ? replayLink(link.url, { clock }) : null);
    return other ?? openLink(link);
  };
  if (minutes === 0 && folder === undefined) return { openLink: untapped, capsule: null, stop: async () => {} };
  const origin = { program: `hai-bridge ${version}`, site: config.site, bridge: config.bridge };
  const tapes = new Tapes(clock, { keepMs: Math.max(minutes, 1) * 60_000, maxBytes });
  const health = new Map<string, StationHealth>();
  const unhear = [
    bus.on('identified', (info) => tapes.identified(info)),
    bus.on('health', (one) => void health.set(one.station, one)),
  ];
  const files =
    folder === undefined ? null : new CaptureFiles({ folder, maxBytes: folderMaxBytes, tapes, origin, clock, logger });
  files?.start();
  const startedUtcMs = clock.utcMs();
  const facts = (station: string | null) => ({
    configHash: configHash(config),
    versions: { 'hai-bridge': version, node: process.versions.node, platform: `${process.platform} ${process.arch}` },
    clocks: { utcMs: clock.utcMs(), monotonicMs: clock.monotonicMs(), startedUtcMs },
    stations: parts.statuses().filter((status) => station === null || status.station === station),
    health: [...health.values()].filter((one) => station === null || one.station === station),
    memory: process.memoryUsage(),
    ...parts.facts(),
  });
  const source = { tapes, origin, facts, log: () => parts.logTail?.() ?? [] };
  return {
    openLink: (link) => tapes.tap(untapped(link)),
    capsule: (station) => capsule(source, station),
    stop: async () => {
      for (const stop of unhear) stop();
      await files?.stop();
    },
  };
}
