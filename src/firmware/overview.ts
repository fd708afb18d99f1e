/** The whole of it as the API shows it, and what anybody may ask for there. */
import { imageRefused } from './images.ts';
import type { Job } from './jobs.ts';
import { FirmwareRefusal } from './refusal.ts';
import type { Rollout } from './rollouts.ts';
import type { Firmware } from './service.ts';
import type { AuditView, FirmwareNews, FirmwareView, ImageView, JobView, RolloutView } from './views.ts';

const SHOWN_JOBS = 50;
const NEWS_MS = 60_000;

export function jobView({ record, view }: Job): JobView {
  const { order, by, rollout, beganUtcMs, endedUtcMs } = record;
  const { job, station, image } = order;
  const { phase, sent, waitsFor, outcome } = view;
  return { job, station, image, by, rollout, phase, sent, waitsFor, outcome, beganUtcMs, endedUtcMs };
}

export function rolloutView({ image, by, beganUtcMs, state }: Rollout): RolloutView {
  const { plan, stage, wave, waves, members, reason, watchLeftMs } = state;
  return {
    rollout: plan.rollout,
    image,
    by,
    beganUtcMs,
    stage,
    wave: wave + 1,
    waves,
    reason,
    watchLeftMs,
    members: members.map((member) => ({ ...member, wave: member.wave + 1 })),
  };
}

export function firmwareView(firmware: Firmware): FirmwareView {
  const { rollouts, policy, keys, jobs } = firmware;
  return {
    stations: firmware.stations(),
    jobs: jobs.all().slice(0, SHOWN_JOBS).map(jobView),
    rollout: rollouts.current && rolloutView(rollouts.current),
    policy: { configured: policy.configured, problem: policy.problem },
    keys: keys.map(({ name, algorithm }) => ({ name, algorithm })),
  };
}

export function firmwareNews(firmware: Firmware, nowUtcMs: number): FirmwareNews {
  const recent = ({ record }: Job) => record.endedUtcMs === null || nowUtcMs - record.endedUtcMs < NEWS_MS;
  return {
    jobs: firmware.jobs.all().filter(recent).slice(0, SHOWN_JOBS).map(jobView),
    rollout: firmware.rollouts.current && rolloutView(firmware.rollouts.current),
    inventory: firmware.revision,
  };
}

/** The image and what stands against it here and there. Throws `FirmwareRefusal` when it is not on the shelf. */
export async function imageView(firmware: Firmware, file: string, only: string | null): Promise<ImageView> {
  const { images, updates } = firmware;
  const content = await images.read(file);
  const { facts, problems } = images.check(content);
  const stations: ImageView['stations'][number][] = [];
  for (const { station } of firmware.stations()) {
    if (facts === null || (only !== null && only !== station)) continue;
    stations.push({ station, problems: await images.against(facts, await updates.facts(station, 'swap')) });
  }
  if (only !== null && stations.length === 0 && facts !== null) throw unknownStation(only);
  return {
    file,
    bytes: content.length,
    version: facts?.version ?? null,
    hash: facts?.hash ?? null,
    hardwareRevisions: facts?.hardwareRevisions ?? [],
    signedBy: facts?.signedBy ?? null,
    problems,
    stations,
  };
}

export interface RolloutRequest {
  readonly image: string;
  readonly by: string;
  /** In this order; all that are connected, do not run it yet and may get it, when left out. */
  readonly stations?: readonly string[] | undefined;
}

export interface RolloutSettings {
  readonly canaries: number;
  readonly waveStations: number;
  readonly atOnce: number;
  readonly watchMs: number;
}

/** Returns its id. Throws `FirmwareRefusal`. */
export async function beginRollout(
  firmware: Firmware,
  { image, by, stations: asked }: RolloutRequest,
  settings: RolloutSettings,
): Promise<string> {
  if (firmware.rollouts.underWay) {
    throw new FirmwareRefusal('rollout-under-way', 'a rollout is under way', 'wait for its end, or abort it');
  }
  const { facts } = await firmware.images.sound(image);
  const known = firmware.stations();
  const missing = (asked ?? []).find((station) => !known.some((view) => view.station === station));
  if (missing !== undefined) throw unknownStation(missing);
  const wanted = asked === undefined ? known : known.filter(({ station }) => asked.includes(station));
  const stations: string[] = [];
  for (const { station, running, answers } of wanted) {
    if (running?.hash === facts.hash && running.kept) continue;
    const problems = await firmware.images.against(facts, await firmware.updates.facts(station, 'swap'));
    if (problems.length === 0 && answers !== 'bootloader') stations.push(station);
    // Who was named must get it; of the others those that may.
    else if (asked !== undefined && problems.length > 0) throw imageRefused(problems);
  }
  if (asked !== undefined) stations.sort((a, b) => asked.indexOf(a) - asked.indexOf(b));
  if (stations.length === 0) {
    const message = 'no station is there that needs this image and may get it';
    throw new FirmwareRefusal('nobody-to-update', message, 'hai-bridge firmware verify IMAGE says why for each');
  }
  const { file, hash, version } = facts;
  return firmware.rollouts.begin({ file, hash, version }, by, { stations, ...settings });
}

export async function auditView(firmware: Firmware, most: number): Promise<AuditView> {
  const { entries, broken } = await firmware.audit.read(most);
  return { entries: entries.map(({ prev: _, seal: __, ...entry }) => entry), broken };
}

function unknownStation(station: string): FirmwareRefusal {
  const message = `no station ${station.slice(0, 64)} has said who it is`;
  return new FirmwareRefusal('unknown-station', message, 'hai-bridge firmware list shows those that have');
}
