import { join } from 'node:path';
import type { Command } from 'commander';
import { loadConfig } from '../config-file.ts';
import { resend } from '../journal/resend.ts';
import { sizeText } from '../journal/state.ts';
import { NAME_PATTERN } from '../mqtt/topics.ts';
import { CommandFailure, EXIT, messageOf } from './exit.ts';
import { examples, overrides } from './options.ts';
import { say } from './terminal.ts';
import { timeOf } from './time-option.ts';

interface ResendOptions {
  readonly from?: string;
  readonly to?: string;
  readonly config?: string;
  readonly data?: string;
}

/** What may wait for the store afterwards, of all that may: new readings need room too. */
const MOST = 0.7;

export function addResend(program: Command): void {
  program
    .command('resend')
    .summary('fill a lost store again from the journal')
    .description(
      'Sends again what the journal still keeps although the store has had it (journal.keepDays, journal.maxBytes): for a ' +
        'store that was lost or restored from an old copy. What the store has already does not change. Works beside a ' +
        'running bridge, which begins within seconds, and without one: then at its next start.',
    )
    .argument('[station]', 'serial of the station (default: all)')
    .option('--from <time>', 'journaled from then on, such as 2026-03-14T09:00:00Z (default: all that is kept)')
    .option('--to <time>', 'journaled until then (default: now)')
    .option(
      '-c, --config <file>',
      'configuration of the bridge (default: ./hai-bridge.yaml, else the built-in defaults)',
    )
    .option('--data <dir>', 'folder of the journal, instead of data')
    .addHelpText(
      'after',
      examples(
        ['hai-bridge resend', 'everything that is kept'],
        ['hai-bridge resend --from 2026-03-14', 'since the last good copy of the database'],
        ['hai-bridge verify HRS-0001', 'proves afterwards that all is there'],
      ),
    )
    .action(run);
}

function run(station: string | undefined, options: ResendOptions): void {
  if (station !== undefined && !NAME_PATTERN.test(station)) {
    throw new CommandFailure(EXIT.usage, `hai-bridge resend: '${station}' is no station name — such as HRS-0001`);
  }
  const seconds = (ms: number | null) => (ms === null ? null : Math.floor(ms / 1000));
  const fromS = seconds(timeOf('resend', '--from', options.from));
  const toS = seconds(timeOf('resend', '--to', options.to));
  const { config } = loadConfig(options.config, overrides(options.data === undefined ? {} : { data: options.data }));
  const path = join(config.data, 'journal.db');
  const mostBytes = Math.floor(config.journal.maxBytes * MOST);
  const { batches, bytes, more, oldestS } = found(path, { station: station ?? null, fromS, toS, mostBytes });
  const since = oldestS === null ? 'it is empty' : `it goes back to ${new Date(oldestS * 1000).toISOString()}`;
  if (batches === 0) {
    const why = more ? 'what waits for the store leaves no room for more' : `nothing of that is kept: ${since}`;
    throw new CommandFailure(EXIT.failed, `hai-bridge resend: journal ${path}: ${why}`);
  }
  say(`${batches} batches (${sizeText(bytes)}) are sent again; the journal: ${since}.`);
  if (more) say('There are more: repeat this command when these have arrived (hai-bridge doctor says what waits).');
}

function found(path: string, request: Parameters<typeof resend>[1]): ReturnType<typeof resend> {
  try {
    return resend(path, request);
  } catch (error) {
    const remedy = 'is this the data folder of a bridge that was started at least once, and may this user write it?';
    throw new CommandFailure(EXIT.failed, `hai-bridge resend: journal ${path}: ${messageOf(error)} — ${remedy}`);
  }
}
