/** Versions of MCUboot images: as texts of devices (`1.2.3.4`), of files (`1.2.3+4`), and in order. */
import type { McubootVersion } from './format.ts';

/** As servers list it: `1.2.3`, or `1.2.3.4` when the build number is not 0. */
export function versionText({ major, minor, revision, build }: McubootVersion): string {
  return `${major}.${minor}.${revision}${build === 0 ? '' : `.${build}`}`;
}

const VERSION = /^(\d{1,3})(?:\.(\d{1,3}))?(?:\.(\d{1,5}))?(?:[.+](\d{1,10}))?$/;

/** Reads `1.2.3`, `1.2.3.4` and `1.2.3+4`; parts that are left out are 0. `null` for anything else. */
export function parseVersion(text: string): McubootVersion | null {
  const match = VERSION.exec(text);
  if (match === null) return null;
  const [major, minor, revision, build] = match.slice(1, 5).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  return major > 0xff || minor > 0xff || revision > 0xffff || build > 0xffff_ffff
    ? null
    : { major, minor, revision, build };
}

/** Below 0 when `a` is older, above 0 when newer. The build number does not count unless asked for, as in MCUboot. */
export function compareVersions(a: McubootVersion, b: McubootVersion, build: 'ignored' | 'counts' = 'ignored'): number {
  return (
    a.major - b.major ||
    a.minor - b.minor ||
    a.revision - b.revision ||
    (build === 'counts' ? Math.sign(a.build - b.build) : 0)
  );
}
