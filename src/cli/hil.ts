import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { LibraryOptions } from '../hil/run-library.ts';
import type { ScenarioResult } from '../hil/run-scenario.ts';
import type { LoadedScenario } from '../hil/scenario/load.ts';
import type { Target } from '../hil/target.ts';
import { guarded } from './decode.ts';
import { CommandFailure, EXIT, messageOf } from './exit.ts';
import { terminalOperator } from './operator.ts';
import { examples } from './options.ts';
import { stopSignal } from './stop-signal.ts';
import { bold, complain, dim, green, plain, red, say } from './terminal.ts';
import { productVersion } from './version.ts';

const MOST_JOBS = 16;

interface AskedRun {
  readonly target: string;
  readonly junit?: string;
  readonly html?: string;
  readonly json?: string;
  readonly ledgers?: string;
  readonly captures?: string;
  readonly jobs: number;
}

function jobsOf(text: string): number {
  const jobs = Number(text);
  if (Number.isInteger(jobs) && jobs >= 1 && jobs <= MOST_JOBS) return jobs;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_JOBS}.`);
}

export function addHil(program: Command): void {
  const hil = program
    .command('hil')
    .summary('run scenarios and judge them')
    .description('Scenarios: what happens at a station, and what the product has to let out (docs/scenarios.md).');
  hil
    .command('run')
    .summary('run scenarios and judge what the daemon lets out')
    .description(
      'Runs the real daemon with a real broker and store, stations by the simulator in a time of their own, and judges by ' +
        'MQTT, HTTP, store and counters alone. Exit code 1 when an expectation is not met.',
    )
    .argument('<file...>', 'scenario files, or folders of them')
    .option('--target <target>', 'sim, replay:FILE for a capture, link:PORT for a station on a bench', 'sim')
    .option('--junit <file>', 'write JUnit XML')
    .option('--html <file>', 'write a report in one file')
    .option('--json <file>', 'write the results for programs')
    .option('--ledgers <dir>', 'leave what the simulator said, a file per scenario')
    .option('--captures <dir>', 'leave the raw bytes between stations and daemon, a capture per scenario')
    .option('--jobs <n>', 'scenarios at a time', jobsOf, Math.min(2, availableParallelism()))
    .addHelpText(
      'after',
      examples(
        ['hai-bridge hil run scenarios', 'the whole library'],
        ['hai-bridge hil run scenarios/pocket-fill.yaml', 'one scenario'],
        ['hai-bridge hil run scenarios --html report.html --junit junit.xml', 'with reports'],
        [
          'hai-bridge hil run bench.yaml --target link:/dev/ttyUSB0',
          'a real station; you are asked to do what needs hands',
        ],
        ['hai-bridge hil run bench.yaml --target replay:day.capture.jsonl', 'the same, by what was recorded'],
        ['hai-bridge hil run bench.yaml --target link:/dev/ttyUSB0 --captures .', 'leave bench.capture.jsonl'],
      ),
    )
    .action(run);
}

async function run(paths: string[], asked: AskedRun): Promise<void> {
  const target = await targetOf(asked.target);
  for (const file of [asked.junit, asked.html, asked.json]) if (file !== undefined) writable(file);
  if (target.kind === 'replay' && asked.captures !== undefined) {
    throw new CommandFailure(EXIT.usage, 'hai-bridge hil run: --captures: what is replayed is a capture already');
  }
  for (const folder of [asked.ledgers, asked.captures])
    if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const scenarios = await loaded(paths);
  const { unplayable } = await import('../hil/target.ts');
  const problems = scenarios.flatMap((scenario) => unplayable(scenario, target));
  if (problems.length > 0) throw new CommandFailure(EXIT.usage, ...problems);
  const stop = new AbortController();
  void stopSignal().then(() => stop.abort());
  const began = Date.now();
  say(
    `${bold('hai-bridge hil run')} ${productVersion()}: ${scenarios.length} scenario${scenarios.length === 1 ? '' : 's'}, target ${asked.target}`,
  );
  const options = {
    ...{ target: asked.target, version: productVersion(), jobs: asked.jobs },
    ...{ ledgers: asked.ledgers ?? null, captures: asked.captures ?? null },
    signal: stop.signal,
    progress: (file: string, nowMs: number, doing: string) =>
      status(`${file}: ${(nowMs / 1000).toFixed(0)} s, ${doing}`),
    ended: show,
  };
  const results = await (target.kind === 'link' ? atBench(scenarios, options) : library(scenarios, options)).catch(
    (error: unknown) => {
      throw new CommandFailure(
        EXIT.failed,
        `hai-bridge hil run: ${stop.signal.aborted ? 'stopped' : messageOf(error)}`,
      );
    },
  );
  status('');
  await write(results, asked);
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  const took = `${((Date.now() - began) / 1000).toFixed(1)} s`;
  const lasted = results.reduce((sum, { lastedS }) => sum + lastedS, 0);
  say(dim(`${lasted.toFixed(0)} s of time at the stations in ${took}`));
  if (failed.length === 0) return say(bold(green(`Passed: all ${results.length}.`)));
  complain(red(`FAILED: ${failed.length} of ${results.length}.`));
  process.exitCode = EXIT.failed;
}

async function targetOf(text: string): Promise<Target> {
  const { parseTarget } = await import('../hil/target.ts');
  try {
    const target = parseTarget(text);
    if (target.kind !== 'replay') return target;
    const [{ readCapture }, { scriptsOf }] = await Promise.all([
      import('../tape/read.ts'),
      import('../tape/replay.ts'),
    ]);
    const capture = guarded(() => readCapture(target.file));
    for (const problem of capture.problems) complain(`${target.file}: ${problem}`);
    return { ...target, stations: guarded(() => scriptsOf(capture, target.file)).length };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CommandFailure(EXIT.usage, `hai-bridge hil run: --target ${plain(error.message)}`);
  }
}

async function library(scenarios: readonly LoadedScenario[], options: LibraryOptions): Promise<ScenarioResult[]> {
  const { runLibrary } = await import('../hil/run-library.ts');
  return runLibrary(scenarios, options);
}

/** One after the other, in this process: whoever stands at the bench sits at this terminal. */
async function atBench(scenarios: readonly LoadedScenario[], options: LibraryOptions): Promise<ScenarioResult[]> {
  const { runScenario } = await import('../hil/run-scenario.ts');
  const operator = terminalOperator(process.stdin, options.signal);
  const results: ScenarioResult[] = [];
  for (const { file } of scenarios) {
    if (options.signal?.aborted) break;
    const progress = (nowMs: number, doing: string) => options.progress?.(file, nowMs, doing);
    const { target, version, captures } = options;
    const result = await runScenario(file, {
      ...{ target, version, progress, operator },
      ...(captures !== null && { captures }),
    });
    results.push(result);
    options.ended?.(result);
  }
  operator.close();
  return results;
}

async function loaded(paths: string[]) {
  const { ScenarioProblems, scenarioFiles, loadScenario } = await import('../hil/scenario/load.ts');
  const problems: string[] = [];
  try {
    const scenarios = scenarioFiles(paths).flatMap((file) => {
      try {
        return [loadScenario(file)];
      } catch (error) {
        if (!(error instanceof ScenarioProblems)) throw error;
        problems.push(...error.lines);
        return [];
      }
    });
    if (problems.length > 0) throw new ScenarioProblems(problems);
    return scenarios;
  } catch (error) {
    if (error instanceof ScenarioProblems) throw new CommandFailure(EXIT.usage, ...error.lines);
    throw error;
  }
}

function status(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${plain(text, 100)}`);
}

const reproduce = ({ file, target }: ScenarioResult) =>
  `hai-bridge hil run ${file}${target === 'sim' ? '' : ` --target ${target}`}`;

function show(result: ScenarioResult): void {
  status('');
  const { scenario, outcome, verdicts, troubles, lastedS, tookS, startS, file, target } = result;
  const bad = verdicts.filter(({ passed }) => !passed);
  const judged = verdicts.filter((verdict) => verdict.judged).length;
  const met = `${judged - bad.length}/${judged}`;
  const left = judged === verdicts.length ? '' : `, ${verdicts.length - judged} not judged`;
  const times = (lastedS / (tookS - startS)).toFixed(0);
  // Time on a bench is the real one.
  const speed = target.startsWith('link:')
    ? `${lastedS.toFixed(0)} s`
    : `${lastedS.toFixed(0)} s in ${tookS.toFixed(1)} s (${startS.toFixed(1)} s to start, then ${times}x)`;
  say(
    `${outcome === 'passed' ? green('ok    ') : red('FAILED')} ${scenario.padEnd(34)} ${met.padStart(6)}  ${dim(speed + left)}`,
  );
  for (const trouble of troubles) complain(red(`       ${plain(trouble, 500)}`));
  for (const { line, wanted, seen } of bad) {
    complain(`       ${file}:${line}: ${plain(wanted, 300)}`);
    complain(red(`         seen: ${plain(seen, 400)}`));
  }
  if (outcome === 'failed') complain(dim(`       again: ${reproduce(result)}`));
}

async function write(results: readonly ScenarioResult[], { junit: junitFile, html: htmlFile, json, target }: AskedRun) {
  if (junitFile !== undefined) {
    const { junit } = await import('../hil/report/junit.ts');
    writeFileSync(junitFile, junit(results, reproduce));
  }
  if (htmlFile !== undefined) {
    const { html } = await import('../hil/report/html.ts');
    const about = { version: productVersion(), node: process.version, target, madeAt: new Date().toISOString() };
    writeFileSync(htmlFile, html(results, { ...about, trace: await traceOf(), reproduce }));
  }
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(results)}\n`);
}

/** Beside the scenarios in a checkout; an installation may have no documents. */
async function traceOf() {
  const docs = join(process.cwd(), 'docs');
  if (!existsSync(join(docs, 'requirements.yaml'))) return null;
  const { loadTrace } = await import('../trace/load.ts');
  return loadTrace(docs);
}

/** Before minutes are spent. */
function writable(file: string): void {
  try {
    writeFileSync(file, '', { flag: 'a' });
  } catch (error) {
    throw new CommandFailure(EXIT.usage, `hai-bridge hil run: ${resolve(file)}: ${messageOf(error)}`);
  }
}
