/** What stands in the topics -> bus types: the way back of `payloads.ts`. */
import { FAULT_KINDS, type FaultKind } from '../../protocols/framing.ts';
import { CHANNEL_NAMES, CHANNELS, FLAG, type Reading } from '../../protocols/reading.ts';
import type { StationCounters, StationHealth, StationInfo, StationState, StationStatus } from '../station/model.ts';
import { TOPICS, type TopicPayload } from './topics.ts';

const NAME_TO_CODE = new Map<string, string>(CHANNELS.map((c) => [c.name, c.code]));
const STATES: readonly string[] = TOPICS.status.payload.shape.state.options;
const COUNTERS = [
  'bytes',
  'lines',
  'readings',
  'events',
  'linesLost',
  'duplicates',
  'outOfOrder',
  'beforeIdentified',
  'unknownMessages',
  'extraFields',
  'foreign',
  'outOfRange',
  'beyondLimit',
  'tickJumps',
  'reboots',
  'opens',
  'openFailures',
  'disconnects',
  'quiets',
  'commandTimeouts',
] as const satisfies readonly Exclude<keyof StationCounters, 'faults'>[];

export function statusOf(said: TopicPayload<'status'>, link: string): StationStatus {
  return {
    station: said.station,
    link,
    state: said.state,
    reason: said.reason,
    sinceUtcMs: Date.parse(said.since),
    ...(said.updating && { updating: said.updating }),
  };
}

export function infoOf(said: TopicPayload<'info'>): StationInfo {
  const [major = 0, minor = 0] = said.protocol.split('.').map((part) => Number.parseInt(part, 10) || 0);
  return {
    station: said.station,
    link: said.link,
    bootId: said.bootId,
    identifiedUtcMs: Date.parse(said.identified),
    identification: {
      type: 'ID',
      serial: said.station,
      hardwareRevision: said.hardwareRevision,
      firmwareVersion: said.firmwareVersion,
      protocol: { major, minor },
      mode: said.mode,
      rateHz: said.rateHz,
      instruments: said.instruments.map((i) => ({
        ...i,
        channels: i.channels.map((name) => NAME_TO_CODE.get(name) ?? name),
      })),
    },
  };
}

/** `monotonicMs` is when it arrived here: the clocks of two machines are never subtracted. */
export function readingOf(said: TopicPayload<'live'>, bootId: string, monotonicMs: number): Reading {
  let flags = 0;
  for (const name of said.flags) if (Object.hasOwn(FLAG, name)) flags |= FLAG[name as keyof typeof FLAG];
  return {
    station: said.station,
    bootId,
    lineSeq: said.lineSeq,
    deviceTickMs: said.tickMs,
    received: { utcMs: Date.parse(said.at), monotonicMs },
    values: CHANNEL_NAMES.map((name) => said.values[name] ?? null),
    flags,
  };
}

export function healthOf(said: TopicPayload<'health'>): StationHealth {
  const number = (value: unknown) => (typeof value === 'number' ? value : 0);
  const { faults } = said.counters;
  const counters = Object.fromEntries(COUNTERS.map((name) => [name, number(said.counters[name])])) as unknown as Omit<
    StationCounters,
    'faults'
  >;
  return {
    station: said.station,
    atUtcMs: Date.parse(said.at),
    state: STATES.includes(said.state) ? (said.state as StationState) : 'offline',
    rateHz: said.rateHz,
    linkQuality: said.linkQuality,
    tickDriftMs: said.tickDriftMs,
    counters: {
      ...counters,
      faults: Object.fromEntries(
        FAULT_KINDS.map((kind) => [kind, typeof faults === 'object' ? number(faults[kind]) : 0]),
      ) as Record<FaultKind, number>,
    },
  };
}
