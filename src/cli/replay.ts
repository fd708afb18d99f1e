/** `hai-bridge replay`: a capture into a real daemon, its own or another. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../clock.ts';
import { configFromDefaults } from '../config-file.ts';
import { isLoopback, splitListen } from '../config-rules.ts';
import type { ReplayLink } from '../tape/replay-link.ts';
import { guarded } from './decode.ts';
import { CommandFailure, EXIT, messageOf } from './exit.ts';
import { createLogger } from './log.ts';
import { ALL_ROLES, examples } from './options.ts';
import { stopSignal, within } from './stop-signal.ts';
import { bold, complain, dim, say, yellow } from './terminal.ts';
import { productVersion } from './version.ts';

interface ReplayOptions {
  readonly speed: number;
  readonly serve?: string;
  readonly http?: string;
  readonly stay?: true;
}

const STOP_WITHIN_MS = 10_000;
const PROGRESS_MS = 1000;

function speedOf(text: string): number {
  const speed = Number(text);
  if (!(speed >= 0.1 && speed <= 100)) throw new InvalidArgumentError('a number from 0.1 to 100');
  return speed;
}

export function addReplay(program: Command): void {
  program
    .command('replay')
    .summary('play a capture into a real daemon')
    .description(
      'Starts a daemon of its own, with page, broker and store in a temporary folder, and gives it the recorded bytes as ' +
        'they came. Everything shown and published is marked as simulated, and the station is called REPLAY-... ' +
        'With --serve, another daemon is given the bytes over TCP instead.',
    )
    .argument('<file>', 'capture or incident capsule')
    .option('--speed <x>', 'recorded seconds per second, 0.1 to 100; the daemon’s own clock goes with it', speedOf, 1)
    .option('--serve <host:port>', 'no daemon: be a serial device server for one; further links on the next ports')
    .option('--http <host:port>', 'where the page listens (default: a free port on loopback)')
    .option('--stay', 'leave the daemon running when all has been played')
    .addHelpText(
      'after',
      examples(
        ['hai-bridge replay incident.capsule.gz', 'see on the page what was seen'],
        ['hai-bridge replay day.capture.jsonl --speed 20', 'the same, quicker; ages and alarms go with it'],
        ['hai-bridge replay incident.capsule.gz --serve 127.0.0.1:4001', 'links: [{ url: tcp://127.0.0.1:4001 }]'],
      ),
    )
    .action(replay);
}

async function replay(file: string, options: ReplayOptions): Promise<void> {
  const { readCapture } = await import('../tape/read.ts');
  const { scriptsOf } = await import('../tape/replay.ts');
  const { ReplayLink } = await import('../tape/replay-link.ts');
  const capture = guarded(() => readCapture(file));
  for (const problem of capture.problems) complain(yellow(`${file}: ${problem}`));
  const scripts = guarded(() => scriptsOf(capture, file));
  if (options.serve !== undefined) {
    const links = scripts.map((script) => new ReplayLink(script, { clock: systemClock, speed: options.speed }));
    await serve(links, options.serve);
    return;
  }
  const { FastClock } = await import('../tape/fast-clock.ts');
  const clock = new FastClock(systemClock, options.speed);
  const links = scripts.map((script) => new ReplayLink(script, { clock }));
  await ownDaemon(links, clock, options);
}

async function ownDaemon(
  links: readonly ReplayLink[],
  clock: typeof systemClock,
  options: ReplayOptions,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hai-replay-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  process.once('exit', removeFolder);
  const stopAsked = stopSignal();
  const value = {
    ...{ site: 'replay', bridge: 'replay', data: folder, log: { level: 'error' } },
    links: links.map(({ name }) => ({ url: name })),
    http: { listen: options.http ?? '127.0.0.1:0' },
    mqtt: { embeddedPort: 0 },
    capture: { minutes: 0 },
  };
  const overrides = Object.entries(value).map(([key, part]) => ({ option: 'replay', path: [key], value: part }));
  const { config } = configFromDefaults(overrides);
  const { logger } = await createLogger(config.log.level);
  const { startDaemon } = await import('../main.ts');
  const byName = new Map(links.map((link) => [link.name, link]));
  const openLink = ({ url }: { url: string }) => byName.get(url) ?? null;
  const daemon = await startDaemon(config, {
    ...{ roles: ALL_ROLES, version: productVersion(), logger, clock, openLink },
  }).catch((error: unknown) => {
    throw new CommandFailure(EXIT.failed, `hai-bridge replay: cannot start: ${messageOf(error)}`);
  });
  try {
    say(
      `${bold('hai-bridge replay')}: ${links.map(({ name }) => name).join(', ')} at ${options.speed} times the speed`,
    );
    say(`  Page    ${bold(daemon.url ?? '')}`);
    say(`  Broker  ${daemon.brokerUrl}`);
    say('  Everything is marked as simulated. Ctrl-C stops and leaves nothing behind.');
    const reason = await Promise.race([stopAsked, played(links)]);
    if (reason === 'played' && options.stay) {
      say(dim('All has been played. Ctrl-C ends it.'));
      await stopAsked;
    }
  } finally {
    if ((await within(STOP_WITHIN_MS, daemon.stop())) === 'too late') {
      complain(`hai-bridge replay: not everything stopped within ${STOP_WITHIN_MS / 1000} s`);
      process.exitCode = EXIT.failed;
    }
    removeFolder();
  }
}

async function serve(links: readonly ReplayLink[], listen: string): Promise<void> {
  const { serveLink } = await import('../tape/serve.ts');
  const { host, port } = splitListen(listen.includes(':') ? listen : `127.0.0.1:${listen}`);
  if (host === '' || !Number.isInteger(port) || port < 0 || port + links.length > 65_536) {
    throw new CommandFailure(
      EXIT.usage,
      `hai-bridge replay: --serve ${listen} is no HOST:PORT — such as 127.0.0.1:4001`,
    );
  }
  if (!isLoopback(host)) complain(yellow('hai-bridge replay: anybody who reaches this address can read the recording'));
  const stopAsked = stopSignal();
  const opened: { close(): Promise<void> }[] = [];
  try {
    for (const [i, link] of links.entries()) {
      const served = await serveLink(link, host, port === 0 ? 0 : port + i).catch((error: unknown) => {
        throw new CommandFailure(
          EXIT.usage,
          `hai-bridge replay: ${listen}: ${messageOf(error)} — choose another address`,
        );
      });
      opened.push(served);
      say(`tcp://${host.includes(':') ? `[${host}]` : host}:${served.port}  ${link.name}`);
    }
    await Promise.race([stopAsked, played(links)]);
  } finally {
    await Promise.all(opened.map((one) => one.close()));
  }
}

/** Resolves when every link has been played; says how far it is meanwhile, and what was left out. */
async function played(links: readonly ReplayLink[]): Promise<'played'> {
  const seconds = (ms: number) => (ms / 1000).toFixed(0);
  const sum = (of: (link: ReplayLink) => number) => links.reduce((total, link) => total + of(link), 0);
  const tell = setInterval(() => {
    const done = sum(({ progress }) => progress.playedMs);
    if (process.stdout.isTTY)
      process.stdout.write(`\r  ${seconds(done)} of ${seconds(sum(({ progress }) => progress.totalMs))} s `);
  }, PROGRESS_MS);
  try {
    await Promise.all(links.map((link) => link.done));
  } finally {
    clearInterval(tell);
  }
  const skipped = sum(({ progress }) => progress.skippedMs);
  say(`Played ${seconds(sum(({ progress }) => progress.playedMs))} s.`);
  if (skipped > 0) {
    complain(
      `hai-bridge replay: ${seconds(skipped)} s were not played: the daemon had closed the link before their end`,
    );
    process.exitCode = EXIT.failed;
  }
  return 'played';
}
