/** `hai-bridge fidelity`: how far two recordings of one scenario diverge; a scenario itself is played on the simulator. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { CHANNEL_NAMES, type Channel } from '../../protocols/reading.ts';
import type { ChannelFidelity, ChannelLimits, Fidelity } from '../tape/fidelity.ts';
import type { Capture } from '../tape/read.ts';
import type { Series } from '../tape/series.ts';
import { guarded } from './decode.ts';
import { CommandFailure, EXIT, messageOf } from './exit.ts';
import { examples } from './options.ts';
import { complain, dim, green, red, say, table, yellow } from './terminal.ts';
import { productVersion } from './version.ts';

interface Limit {
  readonly channel: Channel;
  readonly of: keyof ChannelLimits;
  readonly value: number;
}

interface FidelityOptions {
  readonly limit: readonly Limit[];
  readonly shift: number;
  readonly json?: true;
}

function limitOf(text: string, before: readonly Limit[]): readonly Limit[] {
  const [, name, of, value] = /^(\w+)\.(rms|max|lag)=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  const channel = CHANNEL_NAMES.find((known) => known === name);
  if (channel === undefined || of === undefined) {
    throw new InvalidArgumentError(`CHANNEL.rms=N, .max=N or .lag=N, of the channels ${CHANNEL_NAMES.join(', ')}`);
  }
  return [...before, { channel, of: of as keyof ChannelLimits, value: Number(value) }];
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 3600)) throw new InvalidArgumentError('seconds, 0 to 3600');
  return value;
}

export function addFidelity(program: Command): void {
  program
    .command('fidelity')
    .summary('compare two recordings of one scenario')
    .description(
      'Puts two captures on one time and prints per channel how far they diverge: root mean square, largest difference, ' +
        'and lag. Simulator against bench, or against itself with another seed. Exits with 1 when a limit is exceeded.',
    )
    .argument('<a>', 'capture, or capture#LINK when it has several; or a scenario, which is played on the simulator')
    .argument('<b>', 'the same')
    .option('--limit <channel.what=value>', 'such as linePressure.rms=2; repeatable', limitOf, [])
    .option('--shift <s>', 'how much later one of them may have begun', seconds, 120)
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      examples(
        ['hai-bridge fidelity bench.yaml bench.capture.jsonl', 'is the simulator like the bench?'],
        ['hai-bridge fidelity a.jsonl b.jsonl --limit collectorMass.max=1', 'with a limit of the site’s own'],
      ),
    )
    .action(compare);
}

async function compare(a: string, b: string, options: FidelityOptions): Promise<void> {
  const { fidelity, FIDELITY_LIMITS } = await import('../tape/fidelity.ts');
  const [of, to] = [await series(a), await series(b)];
  const limits = { ...FIDELITY_LIMITS };
  for (const { channel, of: what, value } of options.limit) limits[channel] = { ...limits[channel], [what]: value };
  let found: Fidelity;
  try {
    found = fidelity(of, to, limits, options.shift);
  } catch (error) {
    throw new CommandFailure(EXIT.usage, `hai-bridge fidelity: ${messageOf(error)}`);
  }
  if (options.json) say(JSON.stringify({ a, b, ...found }, null, 2));
  else print(found, of, to);
  if (!found.good) process.exitCode = EXIT.failed;
}

async function series(file: string): Promise<Series> {
  const { linkNames, readCapture } = await import('../tape/read.ts');
  const { seriesOf } = await import('../tape/series.ts');
  const at = file.lastIndexOf('#');
  const [path, wanted] = at < 0 ? [file, null] : [file.slice(0, at), file.slice(at + 1)];
  const capture = path.endsWith('.yaml') ? await played(path) : guarded(() => readCapture(path));
  for (const problem of capture.problems) complain(yellow(`${path}: ${problem}`));
  const names = [...linkNames(capture)];
  const [found, second] = names.filter(([l, name]) => wanted === null || name === wanted || String(l) === wanted);
  if (found === undefined || second !== undefined) {
    const known = names.map(([, name]) => `${path}#${name}`).join(', ');
    throw new CommandFailure(
      EXIT.usage,
      `hai-bridge fidelity: ${path}: which link? — one of: ${known || 'it has none'}`,
    );
  }
  return seriesOf(capture.records, found[0]);
}

/** What the stations of the simulator say in this scenario, and what the daemon says to them. */
async function played(file: string): Promise<Capture> {
  const [{ runScenario }, { workFolder }, { readCapture }, { ScenarioProblems }] = await Promise.all([
    import('../hil/run-scenario.ts'),
    import('../hil/stand/product.ts'),
    import('../tape/read.ts'),
    import('../hil/scenario/load.ts'),
  ]);
  const captures = workFolder('hai-fidelity-');
  complain(dim(`${file}: is played on the simulator`));
  try {
    const result = await runScenario(file, { target: 'sim', version: productVersion(), captures });
    for (const trouble of result.troubles) complain(yellow(`${file}: ${trouble}`));
    const [first, ...more] = readdirSync(captures).sort();
    if (first === undefined) throw new CommandFailure(EXIT.failed, `${file}: no station was heard when it was played`);
    if (more.length > 0) complain(yellow(`${file}: the daemon was started anew in it: what is compared ends there`));
    return readCapture(join(captures, first));
  } catch (error) {
    if (error instanceof ScenarioProblems) throw new CommandFailure(EXIT.usage, ...error.lines);
    throw error;
  } finally {
    rmSync(captures, { recursive: true, force: true });
  }
}

function print({ shiftS, commonS, channels, good }: Fidelity, a: Series, b: Series): void {
  const text = (value: number | null, limit: number, unit: string) =>
    value === null ? '-' : `${value.toFixed(3)} of ${limit} ${unit}`;
  const row = ({ channel, unit, rms, max, lag, missing, limits, beyond }: ChannelFidelity) => [
    channel,
    text(rms, limits.rms, unit),
    text(max, limits.max, unit),
    lag === null ? '-' : `${lag.toFixed(1)} of ${limits.lag} s`,
    `${(missing * 100).toFixed(1)} %`,
    beyond.length === 0 ? 'within' : `BEYOND: ${beyond.join(', ')}`,
  ];
  say(`A ${a.station}, B ${b.station}: ${commonS.toFixed(1)} s in common, B begins ${shiftS.toFixed(1)} s later`);
  say(table([['channel', 'RMS', 'max', 'lag', 'only in one', ''], ...channels.map(row)]));
  say(good ? green('The two agree within the limits.') : red('The two differ by more than the limits allow.'));
}
