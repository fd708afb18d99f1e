/** Bus types -> what stands in the topics. Everything is cut to the bounds that `topics.ts` promises. */
import { CHANNELS, flagNames, type Reading } from '../../protocols/reading.ts';
import type { StationFirmwareView } from '../firmware/views.ts';
import type { StationHealth, StationInfo, StationStatus } from '../station/model.ts';
import type { TopicPayload } from './topics.ts';

export const utc = (ms: number): string => new Date(ms).toISOString();

const CODE_TO_NAME = new Map<string, string>(CHANNELS.map((c) => [c.code, c.name]));

export function statusPayloadOf(
  status: StationStatus & { station: string },
  said: { atMs: number; validForMs: number; bridge: string },
): TopicPayload<'status'> {
  return {
    station: status.station,
    state: status.state,
    reason: status.reason?.slice(0, 500) ?? null,
    since: utc(status.sinceUtcMs),
    at: utc(said.atMs),
    validForMs: said.validForMs,
    bridge: said.bridge,
    ...(status.updating && { updating: status.updating }),
  };
}

export function infoPayloadOf(info: StationInfo, firmware: StationFirmwareView | null = null): TopicPayload<'info'> {
  const id = info.identification;
  const supplied = new Set(id.instruments.flatMap((i) => i.channels));
  return {
    station: info.station,
    bootId: info.bootId.slice(0, 16),
    hardwareRevision: id.hardwareRevision.slice(0, 32),
    firmwareVersion: id.firmwareVersion.slice(0, 32),
    protocol: `${id.protocol.major}.${id.protocol.minor}`,
    mode: id.mode,
    rateHz: id.rateHz,
    link: info.link.slice(0, 256),
    identified: utc(info.identifiedUtcMs),
    instruments: id.instruments.slice(0, 16).map((i) => ({
      kind: i.kind.slice(0, 64),
      model: i.model.slice(0, 64),
      serial: i.serial.slice(0, 64),
      channels: i.channels.slice(0, 16).map((code) => CODE_TO_NAME.get(code) ?? code.slice(0, 32)),
    })),
    channels: CHANNELS.map((c) => ({
      name: c.name,
      unit: c.unit,
      description: c.describe,
      supplied: supplied.has(c.code),
    })),
    ...(firmware && { firmware: firmwareOf(firmware) }),
  };
}

function firmwareOf(view: StationFirmwareView): NonNullable<TopicPayload<'info'>['firmware']> {
  const { askedUtcMs, answers, bootloader, mode, running, slots, policy } = view;
  return {
    asked: askedUtcMs === null ? null : utc(askedUtcMs),
    answers,
    bootloader: bootloader?.slice(0, 64) ?? null,
    mode: mode?.slice(0, 64) ?? null,
    running: running && { ...running, version: running.version.slice(0, 64) },
    slots: slots.slice(0, 32).map((slot) => ({ ...slot, version: slot.version.slice(0, 64), flags: [...slot.flags] })),
    policy: { ...policy, reason: policy.reason.slice(0, 500) },
  };
}

export function livePayloadOf(reading: Reading, validForMs: number): TopicPayload<'live'> {
  const values: Record<string, number | null> = {};
  for (let i = 0; i < CHANNELS.length; i++) {
    const value = reading.values[i];
    values[(CHANNELS[i] as (typeof CHANNELS)[number]).name] = Number.isFinite(value) ? (value as number) : null;
  }
  return {
    station: reading.station,
    at: utc(reading.received.utcMs),
    validForMs,
    lineSeq: reading.lineSeq,
    tickMs: reading.deviceTickMs,
    values,
    flags: flagNames(reading.flags),
  };
}

export function healthPayloadOf(health: StationHealth): TopicPayload<'health'> {
  return {
    station: health.station,
    at: utc(health.atUtcMs),
    state: health.state,
    rateHz: Math.round(health.rateHz * 100) / 100,
    linkQuality: health.linkQuality === null ? null : Math.round(health.linkQuality * 1e4) / 1e4,
    tickDriftMs: health.tickDriftMs === null ? null : Math.round(health.tickDriftMs),
    counters: { ...health.counters },
  };
}
