/** What is shown of each station's firmware, from what it says itself and what it answered. */
import { BOOTLOADER_MODES } from '../../protocols/smp/index.ts';
import type { StationInfo, StationStatus } from '../station/model.ts';
import { activeSlot, type Held } from './inventory.ts';
import { judge, type Policy } from './policy/policy.ts';
import type { SlotState } from './update/words.ts';
import type { SlotView, StationFirmwareView } from './views.ts';

export interface StationViewParts {
  readonly station: string;
  readonly status: StationStatus;
  readonly info: StationInfo | null;
  readonly held: Held | null;
  readonly policy: Policy | null;
  readonly busy: string | null;
  readonly job: string | null;
}

const FLAGS = ['active', 'confirmed', 'pending', 'permanent', 'bootable'] as const satisfies (keyof SlotState)[];

export function stationFirmwareView(parts: StationViewParts): StationFirmwareView {
  const { station, status, info, held, policy, busy, job } = parts;
  const said = info?.identification;
  const active = held === null ? undefined : activeSlot(held);
  const version = active?.version ?? said?.firmwareVersion ?? null;
  const hardwareRevision = said?.hardwareRevision ?? null;
  return {
    station,
    link: status.link,
    state: status.state,
    simulated: said?.mode === 'simulated',
    hardwareRevision,
    firmwareVersion: said?.firmwareVersion ?? null,
    answers: held?.answers ?? 'not-asked',
    askedUtcMs: held?.askedUtcMs ?? null,
    running: active ? { version: active.version, hash: active.hash, kept: active.confirmed } : null,
    slots: held?.slots.map((slot) => slotView(slot, held)) ?? [],
    bootloader: held?.bootloader ?? null,
    mode: held?.mode === null || held?.mode === undefined ? null : modeText(held.mode),
    policy:
      hardwareRevision === null || version === null
        ? { verdict: 'unknown', code: 'not-identified', reason: 'the station has not said its hardware and version' }
        : judge(policy, hardwareRevision, { version, hash: active?.hash ?? null }),
    busy,
    job,
  };
}

function slotView(slot: SlotState, { slotBytes }: Held): SlotView {
  const { image, slot: number, version, hash } = slot;
  return {
    image,
    slot: number,
    version,
    hash,
    flags: FLAGS.filter((flag) => slot[flag]),
    bytes: slotBytes[number] ?? null,
  };
}

const modeText = (mode: number): string =>
  (BOOTLOADER_MODES as Readonly<Record<number, string>>)[mode] ?? `mode ${mode}`;
