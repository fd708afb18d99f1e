/** `docs/requirements.yaml` and `docs/hazards.yaml`: what is promised, what could harm, and what controls it (ISO 14971). */
import { z } from 'zod';

export const REQUIREMENT_ID = /^REQ-[A-Z]{2,8}-\d{2}$/;
export const HAZARD_ID = /^HAZ-\d{2}$/;

/** A test file, or a scenario by its id. */
const verification = z
  .string()
  .regex(/^(test\/[\w./-]+\.test\.ts|scenario:[\w.-]+)$/, "'test/.../name.test.ts' or 'scenario:ID'");

const words = z.string().min(1).max(600);

export const requirementSchema = z
  .strictObject({
    id: z.string().regex(REQUIREMENT_ID, 'REQ-AREA-01'),
    text: words,
    verifiedBy: z.array(verification).min(1).max(40).optional(),
    notVerified: words.optional(),
  })
  .refine((r) => r.verifiedBy !== undefined || r.notVerified !== undefined, {
    message: 'say by what it is verified (verifiedBy), or what is not verified and why (notVerified)',
  });

/** Of the harm, in the five qualitative levels that ISO/TR 24971:2020, 5.5.2 gives as an example. */
export const SEVERITIES = ['negligible', 'minor', 'serious', 'critical', 'catastrophic'] as const;
/** Options of risk control in order of preference: ISO 14971:2019, 7.1. */
export const CONTROL_KINDS = ['design', 'protective', 'information'] as const;

export const hazardSchema = z.strictObject({
  id: z.string().regex(HAZARD_ID, 'HAZ-01'),
  hazard: words,
  situation: words,
  harm: words,
  severity: z.enum(SEVERITIES),
  causes: z.array(words).min(1).max(40),
  controls: z
    .array(z.strictObject({ requirement: z.string().regex(REQUIREMENT_ID), kind: z.enum(CONTROL_KINDS) }))
    .min(1, 'a hazard needs a control')
    .max(60),
  residual: words,
});

export const requirementsFileSchema = z.strictObject({ requirements: z.array(requirementSchema).min(1).max(2000) });
export const hazardsFileSchema = z.strictObject({ hazards: z.array(hazardSchema).min(1).max(500) });

export type Requirement = z.infer<typeof requirementSchema>;
export type Hazard = z.infer<typeof hazardSchema>;

export interface Trace {
  readonly requirements: readonly Requirement[];
  readonly hazards: readonly Hazard[];
}
