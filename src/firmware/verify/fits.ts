/** Is this image, sound in itself, the right one for this station, and does the policy want it there? */
import { compareVersions } from '../../../protocols/smp/index.ts';
import { judge, listsBuild, mayGoBack, type Policy } from '../policy/policy.ts';
import { versionOf } from '../version.ts';
import { type ImageProblemCode, type ImageTrouble, trouble } from './problems.ts';
import type { ImageFacts } from './verify.ts';

export interface StationFacts {
  /** As the station says it, or an engineer for one that cannot; `null` when nobody has. */
  readonly hardwareRevision: string | null;
  /** What runs; `null` when not known. */
  readonly version: string | null;
  /** Of the slot the image goes to; `null` when the station has not said. */
  readonly slotBytes: number | null;
}

export interface PolicyNow {
  readonly policy: Policy | null;
  /** The file cannot be used. */
  readonly problem: string | null;
}

/** Policy verdicts that forbid an image. */
const FORBIDDING: readonly string[] = [
  'withdrawn',
  'below-minimum',
  'not-approved',
  'other-build',
  'hardware-not-listed',
] satisfies ImageProblemCode[];

export function fitsStation(image: ImageFacts, station: StationFacts, now: PolicyNow): ImageTrouble[] {
  const { hardwareRevision, slotBytes } = station;
  const problems: ImageTrouble[] = [];
  if (now.problem !== null) problems.push(trouble('policy-unreadable', now.problem.split('\n')[0]));
  if (slotBytes !== null && image.bytes > slotBytes) {
    problems.push(trouble('too-large', `${image.bytes} bytes, the slot takes ${slotBytes}`));
  }
  if (hardwareRevision === null) return [...problems, trouble('hardware-unknown')];
  problems.push(...board(image, hardwareRevision, now.policy));
  if (isOlder(image.version, station.version) && !mayGoBack(now.policy, hardwareRevision)) {
    problems.push(trouble('older', `${image.version} after ${station.version}`));
  }
  const { code, reason } = judge(now.policy, hardwareRevision, image);
  if (FORBIDDING.includes(code)) problems.push(trouble(code as ImageProblemCode, reason));
  return problems;
}

/** What the image itself says under its signature counts; else that its hash is approved for the hardware. */
function board(image: ImageFacts, hardwareRevision: string, policy: Policy | null): ImageTrouble[] {
  const { hardwareRevisions, hash } = image;
  if (hardwareRevisions.length > 0) {
    if (hardwareRevisions.includes(hardwareRevision)) return [];
    return [trouble('wrong-board', `for ${hardwareRevisions.join(', ')}, the station is ${hardwareRevision}`)];
  }
  if (hash !== null && listsBuild(policy, hardwareRevision, hash)) return [];
  return [trouble('board-unknown')];
}

function isOlder(image: string, running: string | null): boolean {
  const [a, b] = [versionOf(image), running === null ? null : versionOf(running)];
  return a !== null && b !== null && compareVersions(a, b) < 0;
}
