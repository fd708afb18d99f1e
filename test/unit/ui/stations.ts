import { CHANNELS } from '../../../protocols/reading.ts';
import type { Hello, LatestReading, StationView } from '../../../src/web/api-types.ts';

export function hello(over: Partial<Hello> = {}): Hello {
  return {
    product: 'hai-bridge',
    version: '1',
    site: 'clinic',
    bridge: 'bridge-1',
    runId: 'run-1',
    serverUtcMs: 1_800_000_000_000,
    expiryMs: 2000,
    bedside: 'here',
    channels: CHANNELS.map(({ name, unit, decimals, describe }) => ({ name, unit, decimals, describe })),
    store: { description: 'store', ok: true, reason: null },
    broker: { description: 'broker', ok: true, reason: null },
    ...over,
  };
}

export function reading(over: Partial<LatestReading> = {}): LatestReading {
  return {
    ageMs: 0,
    atUtcMs: 1_800_000_000_000,
    tickMs: 0,
    lineSeq: 1,
    values: [12.345, 0, 0, 0, 0, 0],
    flags: [],
    ...over,
  };
}

export function station(key: string, over: Partial<StationView> = {}): StationView {
  return {
    key,
    station: key,
    link: `/dev/${key}`,
    state: 'live',
    reason: null,
    sinceUtcMs: 0,
    simulated: false,
    hardwareRevision: 'A',
    firmwareVersion: '1.0.0',
    instruments: [],
    rateHz: 4,
    linkQuality: 1,
    faults: 0,
    latest: null,
    ...over,
  };
}
