import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { loadConfig } from '../config-file.ts';
import type { DrillResult } from '../drill/drill.ts';
import type { DrillRow } from '../drill/examine.ts';
import { CommandFailure, EXIT, messageOf } from './exit.ts';
import { examples } from './options.ts';
import { stopSignal } from './stop-signal.ts';
import { bold, complain, dim, green, plain, red, say, table } from './terminal.ts';
import { productVersion } from './version.ts';

const LONGEST_WINDOW_MS = 60_000;

interface AskedDrill {
  readonly config?: string;
  readonly quick?: true;
  readonly keep?: true;
  readonly window: number;
  readonly json?: string;
}

function windowOf(text: string): number {
  const ms = Number(text);
  if (text.trim() === '' || !Number.isInteger(ms) || ms < 0 || ms > LONGEST_WINDOW_MS) {
    throw new InvalidArgumentError(`It must be a whole number of ms, 0 to ${LONGEST_WINDOW_MS}.`);
  }
  return ms;
}

export function addDrill(program: Command): void {
  program
    .command('drill')
    .summary('break things on this site, with simulated stations, and prove that nothing is lost')
    .description(
      "Runs a daemon of its own with simulated stations on the site's broker and database (through paths of its own, so " +
        'that those are never touched), does to it what happens in the field, and compares what the stations said with what ' +
        'the store holds. Real stations, a running daemon and their data are left alone; what the drill makes is removed. ' +
        'About three minutes.',
    )
    .option('-c, --config <file>', 'configuration (default: ./hai-bridge.yaml, else the built-in defaults)')
    .option('--quick', 'fewer and shorter faults, half a minute')
    .option('--keep', 'leave the data of the drill, to look at it')
    .option('--window <ms>', 'what a killed daemon may take with it', windowOf, 500)
    .option('--json <file>', 'also write what was found, with the certificates')
    .addHelpText(
      'after',
      examples(
        ['hai-bridge drill', 'on the installation of ./hai-bridge.yaml'],
        ['hai-bridge drill --quick', 'the short form'],
        ['hai-bridge drill -c /etc/hai-bridge/hai-bridge.yaml --json drill.json', 'to keep with the acceptance papers'],
      ),
    )
    .action(runDrill);
}

async function runDrill({ config: file, quick, keep, window, json }: AskedDrill): Promise<void> {
  const stop = new AbortController();
  const stopped = new CommandFailure(EXIT.failed, 'hai-bridge drill: stopped; what it had made is removed');
  void stopSignal().then(() => stop.abort(stopped));
  const { config, source } = loadConfig(file);
  if (json !== undefined) writable(json);
  const { drill } = await import('../drill/drill.ts');
  say(`${bold('hai-bridge drill')} ${productVersion()}: ${source}`);
  say(dim('Simulated stations only. Real stations and their data are left alone.'));
  const result = await drill({
    config,
    version: productVersion(),
    length: quick ? 'quick' : 'full',
    data: keep ? 'keep' : 'clear',
    windowMs: window,
    say: (line) => say(plain(line, 600)),
    signal: stop.signal,
  }).catch((error: unknown) => {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(EXIT.failed, `hai-bridge drill: cannot be done: ${messageOf(error)}`);
  });
  await show(result);
  if (json !== undefined) {
    const { passed, ...rest } = result;
    const about = { product: 'hai-bridge', version: productVersion(), madeAt: new Date().toISOString(), passed };
    writeFileSync(json, `${JSON.stringify({ ...about, ...rest }, null, 2)}\n`);
  }
  if (!result.passed) process.exitCode = EXIT.failed;
}

/** Before minutes are spent. */
function writable(file: string): void {
  try {
    writeFileSync(file, '', { flag: 'a' });
  } catch (error) {
    throw new CommandFailure(EXIT.usage, `hai-bridge drill: --json ${resolve(file)}: ${messageOf(error)}`);
  }
}

const seconds = (ms: number | null) => (ms === null ? 'never' : `${(ms / 1000).toFixed(1)} s`);

function cellsOf(row: DrillRow): string[] {
  const { fault, lastedMs, sent, stored, lost, inWindow, givenUp, duplicates, falseValues, recoveredMs, verdict } = row;
  const counts = [sent, stored, lost, inWindow, givenUp, duplicates, falseValues].map(String);
  return [fault, seconds(lastedMs), ...counts, seconds(recoveredMs), verdict === 'ok' ? green('ok') : red('FAILED')];
}

async function show(result: DrillResult): Promise<void> {
  const counts = ['sent', 'stored', 'lost', 'in window', 'given up', 'twice', 'false'];
  const head = ['fault', 'lasted', ...counts, 'well after', 'verdict'];
  say();
  say(table([head, ...result.rows.map(cellsOf)]));
  say();
  say(
    dim(`in window: what went with a killed daemon or a cut cable, from at most ${result.windowMs} ms before the end.`),
  );
  say(dim('given up: not taken in while the journal was full, and every one counted by the daemon.'));
  for (const line of result.details) complain(red(plain(line, 400)));
  const { certificateText } = await import('../certificate/text.ts');
  for (const certificate of result.certificates) {
    const colour = certificate.verdict === 'complete' ? green : red;
    say();
    say(certificateText(certificate, (text) => bold(colour(text))));
  }
  say();
  // Said at the beginning, too: but it is part of what the verdict is worth.
  for (const note of [...result.notDrilled, ...result.notes]) say(plain(note, 600));
  const verdict = result.passed
    ? green('Passed: nothing lost outside the window, nothing twice, nothing false.')
    : red('FAILED: see the rows and lines above.');
  say(bold(verdict));
}
