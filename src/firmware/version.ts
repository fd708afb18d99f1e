/** Versions as people and stations write them; those of images themselves are in `protocols/smp/mcuboot/version.ts`. */
import { compareVersions, type McubootVersion, parseVersion } from '../../protocols/smp/index.ts';

/** What stands in front of anything that a station adds to it: `v1.4.0-sim` is 1.4.0. `null` when there is none. */
export function versionOf(text: string): McubootVersion | null {
  const front = /^v?(\d+(?:\.\d+){0,3}(?:\+\d+)?)/.exec(text.trim())?.[1];
  return front === undefined ? null : parseVersion(front);
}

/** The build number does not count: a station need not report it. */
export function sameRelease(a: McubootVersion, b: McubootVersion): boolean {
  return compareVersions(a, b) === 0;
}
