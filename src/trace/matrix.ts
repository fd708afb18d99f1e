/** Who verifies what: requirements and hazards against tests and scenarios. Pure. */
import type { Hazard, Requirement, Trace } from './schema.ts';

/** `by` (a test file, `scenario:ID`) says that it verifies `id`, a requirement or a hazard. */
export interface Claim {
  readonly id: string;
  readonly by: string;
}

export interface RequirementRow {
  readonly requirement: Requirement;
  /** Sorted, each once. */
  readonly verifiedBy: readonly string[];
  /** Hazards it controls. */
  readonly hazards: readonly string[];
}

export interface HazardRow {
  readonly hazard: Hazard;
  /** Its controls that no test and no scenario verifies. */
  readonly unverified: readonly string[];
  /** Tests and scenarios that name the hazard itself. */
  readonly shownBy: readonly string[];
}

export interface TraceMatrix {
  readonly requirements: readonly RequirementRow[];
  readonly hazards: readonly HazardRow[];
  /** Claims about ids that do not exist. */
  readonly unknown: readonly Claim[];
}

export function traceMatrix(trace: Trace, claims: readonly Claim[]): TraceMatrix {
  const claimed = new Map<string, string[]>();
  for (const { id, by } of claims) claimed.set(id, [...(claimed.get(id) ?? []), by]);
  const named = (id: string, also: readonly string[] = []) =>
    [...new Set([...also, ...(claimed.get(id) ?? [])])].sort();
  const requirements = trace.requirements.map((requirement) => ({
    requirement,
    verifiedBy: named(requirement.id, requirement.verifiedBy),
    hazards: trace.hazards.filter((h) => h.controls.some((c) => c.requirement === requirement.id)).map(({ id }) => id),
  }));
  const bare = new Set(requirements.filter((row) => row.verifiedBy.length === 0).map((row) => row.requirement.id));
  const hazards = trace.hazards.map((hazard) => ({
    hazard,
    unverified: hazard.controls.map((c) => c.requirement).filter((id) => bare.has(id)),
    shownBy: named(hazard.id),
  }));
  const known = new Set([...trace.requirements, ...trace.hazards].map(({ id }) => id));
  return { requirements, hazards, unknown: claims.filter(({ id }) => !known.has(id)) };
}
