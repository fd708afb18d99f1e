import type { Command } from 'commander';
import type { Certificate } from '../certificate/certificate.ts';
import type { CertificateRequest } from '../certificate/certify.ts';
import type { Config } from '../config.ts';
import { loadConfig } from '../config-file.ts';
import { NAME_PATTERN } from '../mqtt/topics.ts';
import { CommandFailure, EXIT, messageOf } from './exit.ts';
import { examples, overrides } from './options.ts';
import { askDaemon } from './own-daemon.ts';
import { stopSignal } from './stop-signal.ts';
import { bold, complain, dim, green, red, say, yellow } from './terminal.ts';
import { timeOf } from './time-option.ts';
import { productVersion } from './version.ts';

const HELLO_MS = 2000;
const ANSWER_MS = 150_000;
const MOST_API_DAYS = 31;
const DAY_MS = 86_400_000;
/** Seconds that messages on their way into the store are waited for. */
const PATIENCE = 5;

interface VerifyOptions {
  readonly from?: string;
  readonly to?: string;
  readonly config?: string;
  readonly data?: string;
  readonly json?: true;
}

export function addVerify(program: Command): void {
  program
    .command('verify')
    .summary('prove that the store is complete')
    .description(
      'Reads the store back and holds it against what was journaled: every reading and event of the station must be ' +
        'there exactly once, with equal content. Lists what is not, and why. Works beside a running daemon and ' +
        'without one; changes nothing. Exits with 0 only when all is there.',
    )
    .argument('<station>', 'serial of the station')
    .option('--from <time>', 'start, such as 2026-03-14T09:00:00Z (default: as far back as is known)')
    .option('--to <time>', 'end (default: now)')
    .option(
      '-c, --config <file>',
      'configuration of the bridge (default: ./hai-bridge.yaml, else the built-in defaults)',
    )
    .option('--data <dir>', 'folder of journal and manifest, instead of data')
    .option('--json', 'the certificate as JSON')
    .addHelpText(
      'after',
      examples(
        ['hai-bridge verify HRS-0001', 'everything that is known of this station'],
        ['hai-bridge verify HRS-0001 --from 2026-03-14T09:00Z --to 2026-03-14T10:00Z', 'one refill'],
        ['hai-bridge verify HRS-0001 --json > certificate.json', 'to keep; docs/certificate.md says how to check it'],
      ),
    )
    .action(verify);
}

function requestOf(station: string, options: VerifyOptions): CertificateRequest {
  if (!NAME_PATTERN.test(station)) {
    throw new CommandFailure(EXIT.usage, `hai-bridge verify: '${station}' is no station name — such as HRS-0001`);
  }
  const [fromMs, toMs] = [timeOf('verify', '--from', options.from), timeOf('verify', '--to', options.to)];
  if (fromMs !== null && fromMs >= (toMs ?? Date.now())) {
    throw new CommandFailure(EXIT.usage, 'hai-bridge verify: --from is not before --to — swap them');
  }
  return { station, fromMs, toMs };
}

async function verify(station: string, options: VerifyOptions): Promise<void> {
  const request = requestOf(station, options);
  const { config } = loadConfig(options.config, overrides(options.data === undefined ? {} : { data: options.data }));
  const stop = new AbortController();
  void stopSignal().then(() => stop.abort(new CommandFailure(EXIT.failed, 'hai-bridge verify: stopped')));
  const certificate = (await fromDaemon(config, request)) ?? (await fromFiles(config, request, stop.signal));
  if (options.json) say(JSON.stringify(certificate, null, 2));
  else {
    const { certificateText } = await import('../certificate/text.ts');
    const colour = { complete: green, incomplete: red, 'cannot-say': yellow }[certificate.verdict];
    say(certificateText(certificate, (text) => bold(colour(text))));
  }
  if (certificate.verdict !== 'complete') process.exitCode = EXIT.failed;
}

async function fromFiles(config: Config, request: CertificateRequest, signal: AbortSignal): Promise<Certificate> {
  const { certifyFromFiles } = await import('../certificate/certify-files.ts');
  const slow = setTimeout(() => complain(dim('Reading the store back; a day at 10 Hz takes some seconds ...')), 3000);
  try {
    const about = { version: productVersion(), nowMs: Date.now(), patience: PATIENCE, notes: [] };
    return await certifyFromFiles(config, request, { ...about, signal });
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(EXIT.failed, `hai-bridge verify: cannot be done: ${messageOf(error)}`);
  } finally {
    clearTimeout(slow);
  }
}

/**
 * A running daemon knows the last second better than its files do. `null` when none answers for this site and bridge, or
 * the range is longer than it takes: then the files are read beside it.
 */
async function fromDaemon(config: Config, { station, fromMs, toMs }: CertificateRequest): Promise<Certificate | null> {
  const now = Date.now();
  if (fromMs === null || (toMs ?? now) - fromMs > MOST_API_DAYS * DAY_MS) return null;
  const hello = (await askDaemon(config, '/api/v1/hello', HELLO_MS)) as { site?: string; bridge?: string } | null;
  if (hello?.site !== config.site || hello.bridge !== config.bridge) return null;
  const query = new URLSearchParams({ from: String(fromMs), ...(toMs !== null && { to: String(toMs) }) });
  const answer = await askDaemon(
    config,
    `/api/v1/stations/${encodeURIComponent(station)}/certificate?${query}`,
    ANSWER_MS,
  );
  if (answer === null) return null;
  const { certificateSchema } = await import('../certificate/certificate.ts');
  const parsed = certificateSchema.safeParse(answer);
  return parsed.success ? parsed.data : null;
}
