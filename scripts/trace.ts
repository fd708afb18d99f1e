/** `npm run trace`: requirements and hazards against what verifies them; exits with 1 when an id leads nowhere. */
import { join } from 'node:path';
import { claimsOfScenarios, loadTrace, TraceProblems } from '../src/trace/load.ts';
import { traceMatrix } from '../src/trace/matrix.ts';
import { matrixText } from '../src/trace/text.ts';

const ROOT = join(import.meta.dirname, '..');

try {
  const matrix = traceMatrix(loadTrace(join(ROOT, 'docs')), claimsOfScenarios(join(ROOT, 'scenarios')));
  process.stdout.write(`${process.argv.includes('--json') ? JSON.stringify(matrix, null, 2) : matrixText(matrix)}\n`);
  if (matrix.unknown.length > 0) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof TraceProblems)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
