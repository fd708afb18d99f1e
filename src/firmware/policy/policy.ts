/**
 * Which firmware a site wants on which hardware: approved, at least, withdrawn. Read from a file by `policy-file.ts`; this
 * is the shape and the judgement.
 */
import { z } from 'zod';
import { compareVersions, type McubootVersion } from '../../../protocols/smp/index.ts';
import { versionOf } from '../version.ts';

const versionText = z
  .string()
  .max(32)
  .refine((text) => versionOf(text) !== null, 'is no version: major.minor.revision, such as 2.4.1')
  .describe('major.minor.revision of the image, in quotes');
const hashText = z
  .string()
  .regex(/^([0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/i, 'is no hash of an image: 64 hexadecimal digits')
  .transform((text) => text.toLowerCase())
  .describe("the image's own hash, as `hai-bridge firmware verify` shows it");

const approvedSchema = z.strictObject({ version: versionText, hash: hashText.optional() });
const withdrawnSchema = z.strictObject({
  version: versionText,
  hash: hashText.optional().describe('only this build; every build of the version when left out'),
  reason: z.string().min(1).max(300),
});

const hardwareSchema = z.strictObject({
  minimum: versionText.optional().describe('older firmware is out of policy'),
  approved: z
    .array(approvedSchema)
    .max(200)
    .optional()
    .describe('nothing else is installed; any version when left out'),
  withdrawn: z.array(withdrawnSchema).max(200).default([]),
  downgrade: z.enum(['forbidden', 'allowed']).default('forbidden'),
});

export const policySchema = z.strictObject({
  hardware: z.record(z.string().min(1).max(32), hardwareSchema).describe('by hardware revision as the stations say it'),
});

export type Policy = z.infer<typeof policySchema>;
export type HardwarePolicy = z.infer<typeof hardwareSchema>;

export interface Firmware {
  /** As the station or the image says it. */
  readonly version: string;
  /** `null` when the station did not say. */
  readonly hash: string | null;
}

export type PolicyCode =
  | 'approved'
  | 'acceptable'
  | 'no-policy'
  | 'hardware-not-listed'
  | 'version-unreadable'
  | 'withdrawn'
  | 'below-minimum'
  | 'not-approved'
  | 'other-build'
  | 'hash-not-known';

export interface PolicyVerdict {
  /** `unknown`: nobody can say, and why. */
  readonly verdict: 'in' | 'out' | 'unknown';
  readonly code: PolicyCode;
  readonly reason: string;
}

const verdict = (is: PolicyVerdict['verdict'], code: PolicyCode, reason: string): PolicyVerdict => ({
  verdict: is,
  code,
  reason,
});

function rulesFor(policy: Policy | null, hardwareRevision: string): HardwarePolicy | undefined {
  return policy !== null && Object.hasOwn(policy.hardware, hardwareRevision)
    ? policy.hardware[hardwareRevision]
    : undefined;
}

/** Of what runs on a station, or of an image for stations of this hardware. `policy` `null`: none is configured. */
export function judge(policy: Policy | null, hardwareRevision: string, firmware: Firmware): PolicyVerdict {
  if (policy === null) return verdict('unknown', 'no-policy', 'no firmware policy is configured');
  const rules = rulesFor(policy, hardwareRevision);
  if (rules === undefined) {
    return verdict('unknown', 'hardware-not-listed', `the policy does not list hardware ${hardwareRevision}`);
  }
  const version = versionOf(firmware.version);
  if (version === null) {
    return verdict('unknown', 'version-unreadable', `${firmware.version} is no version that can be compared`);
  }
  return withdrawn(rules, version, firmware) ?? tooOld(rules, version, firmware) ?? approved(rules, version, firmware);
}

function withdrawn(rules: HardwarePolicy, version: McubootVersion, { hash }: Firmware): PolicyVerdict | null {
  const entries = rules.withdrawn.filter((entry) => isVersion(entry.version, version));
  const hit = entries.find((entry) => entry.hash === undefined || entry.hash === hash);
  if (hit !== undefined) return verdict('out', 'withdrawn', `withdrawn: ${hit.reason}`);
  if (entries.length === 0 || hash !== null) return null;
  return verdict('unknown', 'hash-not-known', 'a build of this version is withdrawn, and the station has not said its');
}

function tooOld(
  { minimum }: HardwarePolicy,
  version: McubootVersion,
  { version: said }: Firmware,
): PolicyVerdict | null {
  const least = minimum === undefined ? null : versionOf(minimum);
  if (least === null || compareVersions(version, least) >= 0) return null;
  return verdict('out', 'below-minimum', `${said} is older than ${minimum}, the least allowed`);
}

function approved(rules: HardwarePolicy, version: McubootVersion, { version: said, hash }: Firmware): PolicyVerdict {
  if (rules.approved === undefined) return verdict('in', 'acceptable', 'neither too old nor withdrawn');
  const entries = rules.approved.filter((entry) => isVersion(entry.version, version));
  if (entries.length === 0) return verdict('out', 'not-approved', `${said} is not among the approved versions`);
  if (entries.some((entry) => entry.hash === undefined || entry.hash === hash)) {
    return verdict('in', 'approved', 'approved');
  }
  return hash === null
    ? verdict('unknown', 'hash-not-known', 'the version is approved, but the station has not said which build it runs')
    : verdict('out', 'other-build', `${said} is approved, but not this build of it`);
}

/** A version in the policy without a build number means all of them. */
function isVersion(wanted: string, version: McubootVersion): boolean {
  const entry = versionOf(wanted);
  return entry !== null && compareVersions(entry, version, entry.build === 0 ? 'ignored' : 'counts') === 0;
}

/** The policy ties an image to hardware by its hash. */
export function listsBuild(policy: Policy | null, hardwareRevision: string, hash: string): boolean {
  return rulesFor(policy, hardwareRevision)?.approved?.some((entry) => entry.hash === hash) ?? false;
}

export function mayGoBack(policy: Policy | null, hardwareRevision: string): boolean {
  return rulesFor(policy, hardwareRevision)?.downgrade === 'allowed';
}
