/** `hai-bridge capsule`: what has just happened, saved; and a test case made of it. */
import { existsSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { DaemonApi, type DaemonOptions, daemonOptions } from './daemon-api.ts';
import { CommandFailure, EXIT, messageOf } from './exit.ts';
import { examples } from './options.ts';
import { bold, complain, green, red, say, yellow } from './terminal.ts';

interface SaveOptions extends DaemonOptions {
  readonly out?: string;
}

const NAME = 'hai-bridge capsule';

export function addCapsule(program: Command): void {
  const capsule = daemonOptions(program.command('capsule'))
    .summary('save what has just happened; open it as a test case')
    .description(
      'Saves the last minutes of raw bytes with counters, clocks, versions, a hash of the configuration and the last lines ' +
        'of the log, as one file. It holds no secret, but what was scanned at the station.',
    )
    .argument('[station]', 'serial of the station (default: all)')
    .option('--out <file>', 'where to (default: STATION-TIME.capsule.gz)')
    .enablePositionalOptions()
    .addHelpText(
      'after',
      examples(
        ['hai-bridge capsule HRS-0001', 'save the last 10 minutes of this station'],
        ['hai-bridge capsule open HRS-0001-....capsule.gz', 'make a folder of it: a test case that fails'],
        ['hai-bridge capsule check FOLDER', 'play it to the real ingest and say what is not as expected'],
        ['hai-bridge replay HRS-0001-....capsule.gz', 'see it on the page again'],
      ),
    )
    .action(save);
  capsule
    .command('open')
    .summary('make a test case of it')
    .description('Makes a folder with the recording, what is expected of it, and its lines decoded.')
    .argument('<file>', 'incident capsule, or any capture')
    .option('--out <dir>', 'folder to make (default: the name of the file)')
    .action(open);
  capsule
    .command('check')
    .summary('run a test case')
    .description(
      'Plays the recording to the real ingest in virtual time. Exits with 1 when something is not as expected.',
    )
    .argument('<dir>', 'folder that open has made')
    .action(check);
}

async function save(station: string | undefined, options: SaveOptions): Promise<void> {
  const api = await DaemonApi.from(NAME, options);
  const content = await api.download(
    station === undefined ? 'capsule' : `capsule?station=${encodeURIComponent(station)}`,
  );
  const stamp = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '');
  const file = options.out ?? `${station ?? 'all'}-${stamp}Z.capsule.gz`;
  try {
    // What was scanned may be about a patient: for this user alone.
    writeFileSync(file, content, { flag: options.out === undefined ? 'wx' : 'w', mode: 0o600 });
  } catch (error) {
    throw new CommandFailure(
      EXIT.failed,
      `${NAME}: ${file} cannot be written (${messageOf(error)}) — choose with --out`,
    );
  }
  say(`${bold(file)}  ${content.length} bytes`);
  say(`  hai-bridge decode ${file}`);
  say(`  hai-bridge replay ${file}`);
  say(`  hai-bridge capsule open ${file}`);
}

async function open(file: string, options: { readonly out?: string }): Promise<void> {
  const { readCapture } = await import('../tape/read.ts');
  const { makeCase } = await import('../tape/case.ts');
  const folder = options.out ?? basename(file).replace(/(\.(capsule|capture|jsonl|gz))+$/, '');
  if (folder === basename(file) && options.out === undefined && existsSync(folder)) {
    throw new CommandFailure(EXIT.usage, `${NAME} open: ${folder} is there already — choose a folder with --out`);
  }
  try {
    const capture = readCapture(file);
    for (const problem of capture.problems) complain(yellow(`${file}: ${problem}`));
    await makeCase(capture, file, folder);
  } catch (error) {
    throw new CommandFailure(EXIT.usage, `${NAME} open: ${messageOf(error)}`);
  }
  say(`${bold(folder)}: say in expect.yaml what ought to have happened, then`);
  say(`  hai-bridge capsule check ${folder}`);
}

async function check(folder: string): Promise<void> {
  const { checkCase } = await import('../tape/case.ts');
  let wrong: string[];
  try {
    wrong = await checkCase(folder);
  } catch (error) {
    throw new CommandFailure(EXIT.usage, `${NAME} check: ${messageOf(error)}`);
  }
  for (const line of wrong) say(`${red('not as expected')}  ${line}`);
  if (wrong.length === 0) say(`${green('as expected')}  ${folder}`);
  else process.exitCode = EXIT.failed;
}
