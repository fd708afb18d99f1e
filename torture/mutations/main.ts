/**
 * Plants deliberate faults in a copy of the built daemon, one at a time, and shows which scenario caught each. Exit code 1 when
 * one was not caught, or when a scenario fails without any.
 *
 *   npm run mutations -- [--only TEXT] [--jobs N]
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ScenarioResult } from '../../src/hil/run-scenario.ts';
import { MUTATIONS, type Mutation } from './list.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Inside the project, where packages are found. */
const COPIES = join(ROOT, '.mutations');
const { values } = parseArgs({ options: { only: { type: 'string' }, jobs: { type: 'string', default: '2' } } });

interface Outcome {
  readonly mutation: Mutation;
  readonly caughtBy: string | null;
  readonly how: string;
}

function plant({ name, file, from, to }: Mutation, copy: string): void {
  cpSync(join(ROOT, 'dist'), copy, { recursive: true });
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  const places = text.split(from).length - 1;
  if (places !== 1) throw new Error(`${name}: ${JSON.stringify(from)} stands ${places} times in ${file}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
}

async function scenarioOn(copy: string, scenario: string): Promise<ScenarioResult> {
  const json = join(copy, 'result.json');
  const file = join(ROOT, 'scenarios', `${scenario}.yaml`);
  const child = spawn(process.execPath, [join(copy, 'src/cli/main.js'), 'hil', 'run', file, '--json', json], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await new Promise((done) => child.once('exit', done));
  const [result] = JSON.parse(readFileSync(json, 'utf8')) as ScenarioResult[];
  if (result === undefined) throw new Error(`${scenario}: no result`);
  return result;
}

async function tryOne(mutation: Mutation, index: number): Promise<Outcome> {
  const copy = join(COPIES, String(index));
  rmSync(copy, { recursive: true, force: true });
  plant(mutation, copy);
  try {
    const { outcome, verdicts, troubles } = await scenarioOn(copy, mutation.scenario);
    const failed = verdicts.find(({ passed }) => !passed);
    const how = failed === undefined ? (troubles[0] ?? '') : `${failed.requirement}: ${failed.seen}`;
    return { mutation, caughtBy: outcome === 'failed' ? mutation.scenario : null, how };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const { only } = values;
  const chosen = MUTATIONS.filter(({ name, scenario }) => only === undefined || `${name} ${scenario}`.includes(only));
  mkdirSync(COPIES, { recursive: true });
  const waiting = chosen.map((mutation, index) => ({ mutation, index }));
  const outcomes: Outcome[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const outcome = await tryOne(next.mutation, next.index);
      outcomes.push(outcome);
      const { mutation, caughtBy, how } = outcome;
      console.log(`${caughtBy === null ? 'MISSED' : 'caught'}  ${mutation.name}  |  ${mutation.scenario}  |  ${how}`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  // The same scenarios on the daemon as it is: a scenario that always fails catches nothing.
  const sound = join(COPIES, 'sound');
  mkdirSync(sound, { recursive: true });
  symlinkSync(join(ROOT, 'dist/src'), join(sound, 'src'));
  const bad: string[] = [];
  for (const scenario of new Set(chosen.map(({ scenario: name }) => name))) {
    const { outcome } = await scenarioOn(sound, scenario);
    console.log(`${outcome === 'passed' ? 'ok    ' : 'FAILED'}  without a fault: ${scenario}`);
    if (outcome === 'failed') bad.push(scenario);
  }
  rmSync(COPIES, { recursive: true, force: true });
  const missed = outcomes.filter(({ caughtBy }) => caughtBy === null);
  console.log(`${outcomes.length - missed.length} of ${outcomes.length} caught`);
  process.exitCode = missed.length === 0 && bad.length === 0 ? 0 : 1;
}

await main();
