/** The matrix for a terminal. */
import type { TraceMatrix } from './matrix.ts';

export function matrixText({ requirements, hazards, unknown }: TraceMatrix): string {
  const lines: string[] = ['REQUIREMENTS'];
  for (const { requirement, verifiedBy, hazards: of } of requirements) {
    lines.push('', `${requirement.id}  ${requirement.text}`);
    if (of.length > 0) lines.push(`  controls      ${of.join(' ')}`);
    for (const [i, by] of verifiedBy.entries()) lines.push(`  ${i === 0 ? 'verified by' : '           '}   ${by}`);
    if (requirement.notVerified) lines.push(`  NOT VERIFIED  ${requirement.notVerified}`);
  }
  lines.push('', '', 'HAZARDS');
  for (const { hazard, unverified, shownBy } of hazards) {
    lines.push('', `${hazard.id}  ${hazard.hazard} (${hazard.severity})`, `  harm          ${hazard.harm}`);
    for (const { requirement, kind } of hazard.controls) {
      const bare = unverified.includes(requirement) ? '  NOT VERIFIED' : '';
      lines.push(`  control       ${requirement.padEnd(14)} ${kind}${bare}`);
    }
    for (const by of shownBy) lines.push(`  shown by      ${by}`);
    lines.push(`  residual      ${hazard.residual}`);
  }
  const none = requirements.filter((row) => row.verifiedBy.length === 0);
  const partly = requirements.filter((row) => row.verifiedBy.length > 0 && row.requirement.notVerified);
  const open = hazards.filter((row) => row.unverified.length > 0);
  const list = (ids: string[]) => (ids.length === 0 ? '' : `: ${ids.join(' ')}`);
  lines.push(
    '',
    '',
    `${requirements.length} requirements: ${requirements.length - none.length} verified, of these ${partly.length} in part${list(partly.map((r) => r.requirement.id))}`,
    `  not verified: ${none.length}${list(none.map((r) => r.requirement.id))}`,
    `${hazards.length} hazards, each with a control; with a control that is not verified: ${open.length}${list(open.map((r) => r.hazard.id))}`,
  );
  for (const { id, by } of unknown) lines.push(`UNKNOWN ID ${id}, named by ${by}`);
  return lines.join('\n');
}
