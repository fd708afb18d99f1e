/** Version negotiation: same major interoperates, minor is additive, another major is refused. */
import { HRSP_VERSION } from './messages.ts';

export interface ProtocolVersion {
  readonly major: number;
  readonly minor: number;
}

export type Negotiation =
  | { readonly ok: true /** What both sides may use. */; readonly version: ProtocolVersion }
  | { readonly ok: false; readonly reason: string };

export function negotiateVersion(theirs: ProtocolVersion, ours: ProtocolVersion = HRSP_VERSION): Negotiation {
  if (theirs.major !== ours.major) {
    return {
      ok: false,
      reason:
        `the station speaks HRSP ${theirs.major}.${theirs.minor}, this program HRSP ${ours.major}.x: ` +
        `update the ${theirs.major > ours.major ? 'program' : "station's firmware"}`,
    };
  }
  return { ok: true, version: { major: ours.major, minor: Math.min(ours.minor, theirs.minor) } };
}
