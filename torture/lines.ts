/**
 * npm run torture:lines [-- --lines N --seed S]: damages so many HRSP lines in every way a wire can, and counts those that
 * are accepted although nobody sent them. Exits with 1 when there is more than one in a million.
 */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { DAMAGE_KINDS, DamagedLines } from '../test/support/damaged-lines.ts';

const ALLOWED = 1e-6;

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return value;
}

function main(): number {
  const { lines, seed } = new Command('torture:lines')
    .option('--lines <n>', 'how many are damaged', whole, 10_000_000)
    .option('--seed <n>', 'decides how', whole, Date.now() % 2 ** 32)
    .exitOverride()
    .parse()
    .opts<{ lines: number; seed: number }>();
  const wire = new DamagedLines(seed);
  const each = Math.ceil(lines / DAMAGE_KINDS.length);
  let all = 0;
  for (const kind of DAMAGE_KINDS) {
    const wrong: string[] = [];
    for (let i = 0; i < each; i++) wrong.push(...wire.acceptedWrongly(wire.damaged(kind)));
    all += wrong.length;
    console.log(`${kind.padEnd(18)} ${each} damaged, ${wrong.length} accepted`);
    for (const line of wrong.slice(0, 5)) console.log(`  ${JSON.stringify(line)}`);
  }
  const rate = all / (each * DAMAGE_KINDS.length);
  console.log(
    `seed ${seed}: ${all} of ${each * DAMAGE_KINDS.length} accepted, ${(rate * 1e6).toFixed(2)} in a million`,
  );
  console.log(rate < ALLOWED ? 'passed' : 'FAILED: more than one in a million');
  return rate < ALLOWED ? 0 : 1;
}

try {
  process.exitCode = main();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
