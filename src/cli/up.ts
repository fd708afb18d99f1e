import type { Command } from 'commander';
import { configFromDefaults, type LoadedConfig, loadConfig } from '../config-file.ts';
import { splitListen } from '../config-rules.ts';
import type { Daemon, Role } from '../main.ts';
import { type Demo, startDemo } from './demo.ts';
import { CommandFailure, EXIT, messageOf } from './exit.ts';
import { createLogger } from './log.ts';
import { ALL_ROLES, examples, overrides, parseRoles } from './options.ts';
import { reloader } from './reload-signal.ts';
import { stopSignal, within } from './stop-signal.ts';
import { bold, complain, dim, say } from './terminal.ts';
import { productVersion } from './version.ts';

const STOP_WITHIN_MS = 10_000;

interface UpOptions {
  readonly config?: string;
  readonly demo?: true;
  readonly role?: Role[];
  readonly http?: string;
  readonly data?: string;
}

export function addUp(program: Command): void {
  program
    .command('up')
    .summary('run the daemon')
    .description('Runs the daemon: reads the stations, publishes, records, serves the page. Ctrl-C stops it.')
    .option('-c, --config <file>', 'configuration (default: ./hai-bridge.yaml, else the built-in defaults)')
    .option('--demo', 'simulated stations, embedded broker and store; leaves nothing behind')
    .option('--role <roles>', 'comma-separated: bridge, recorder, dashboard (default: all)', parseRoles)
    .option('--http <host:port>', 'where the page listens, instead of http.listen')
    .option('--data <dir>', 'folder for journal and embedded store, instead of data')
    .addHelpText(
      'after',
      examples(
        ['hai-bridge up --demo', 'look at everything with six simulated stations'],
        ['hai-bridge up', 'run with ./hai-bridge.yaml'],
        ['hai-bridge up -c /etc/hai-bridge/hai-bridge.yaml', 'run with this configuration'],
        ['hai-bridge up --role recorder -c central.yaml', 'only record what bridges publish'],
      ),
    )
    .action(up);
}

async function up(options: UpOptions): Promise<void> {
  if (options.demo && options.config !== undefined) {
    throw new CommandFailure(EXIT.usage, 'hai-bridge up: --demo brings its own configuration — leave out --config');
  }
  let onHangup: (() => void) | null = null;
  let hungUp = false;
  const reloads = () => {
    hungUp = true;
    onHangup?.();
  };
  // A demonstration has no file to read again: whoever hangs up has gone.
  const stopAsked = options.demo ? stopSignal() : stopSignal(reloads);
  const asked = {
    ...(options.http !== undefined && { http: options.http }),
    ...(options.data !== undefined && { data: options.data }),
  };
  const daemonModule = import('../main.ts');
  daemonModule.catch(() => {});
  const demo = options.demo ? await startDemo() : null;
  let daemon: Daemon | null = null;
  try {
    const given = [...(demo?.overrides ?? []), ...overrides(asked)];
    const loaded = demo ? configFromDefaults(given) : loadConfig(options.config, given);
    const { logger, setLevel, tail } = await createLogger(loaded.config.log.level);
    const { startDaemon } = await daemonModule;
    const starting = startDaemon(loaded.config, {
      roles: options.role ?? ALL_ROLES,
      version: productVersion(),
      logger,
      demo: demo !== null,
      setLogLevel: setLevel,
      logTail: tail,
    });
    daemon = await starting.catch((error: unknown) => {
      throw explained(error);
    });
    welcome(daemon, loaded, demo);
    const reload = reloader({ daemon, loaded, overrides: given, file: options.config, logger });
    onHangup = () => void reload();
    // Asked for while it started.
    if (hungUp) onHangup();
    const reason = await Promise.race([stopAsked, demo?.ended ?? stopAsked]);
    if (!reason.startsWith('SIG'))
      throw new CommandFailure(EXIT.failed, `hai-bridge up: ${reason}; the demo cannot go on`);
    say(dim('Stopping ...'));
  } finally {
    const stopped = daemon === null ? undefined : await within(STOP_WITHIN_MS, daemon.stop());
    await demo?.stop();
    if (stopped === 'too late') {
      complain(`hai-bridge up: not everything stopped within ${STOP_WITHIN_MS / 1000} s`);
      process.exitCode = EXIT.failed;
    }
  }
}

/** What the parts throw for a configuration that cannot work; their messages name key and remedy. */
const USAGE = ['UnusableConfiguration', 'UnsafeHttpConfiguration', 'UnusableMqttConfig', 'UnusableKey'];

function explained(error: unknown): CommandFailure {
  const usage = error instanceof Error && USAGE.includes(error.name);
  if (usage) return new CommandFailure(EXIT.usage, `hai-bridge up: ${messageOf(error)}`);
  return new CommandFailure(
    EXIT.failed,
    `hai-bridge up: cannot start: ${messageOf(error)}`,
    "'hai-bridge doctor' looks for the cause",
  );
}

/** Says so when a port was taken and the next free one is used. */
function moved(what: string, wanted: number, url: string): void {
  const port = Number(new URL(url).port);
  if (wanted !== 0 && port !== wanted) say(`  (port ${wanted} is taken, so the ${what} is on ${port})`);
}

function welcome(daemon: Daemon, { config, source }: LoadedConfig, demo: Demo | null): void {
  const stations = demo
    ? `demo with ${demo.stations} simulated stations over ${demo.transport}`
    : `site ${config.site}, ${config.links.length} link${config.links.length === 1 ? '' : 's'}, ${source}`;
  say(`${bold('hai-bridge')} ${productVersion()}: ${stations}`);
  if (daemon.url !== null) moved('page', splitListen(config.http.listen).port, daemon.url);
  if (config.mqtt.url === 'embedded') moved('broker', config.mqtt.embeddedPort, daemon.brokerUrl);
  if (daemon.url !== null) say(`  Page    ${bold(daemon.url)}`);
  say(`  Broker  ${daemon.brokerUrl}`);
  const { hostname, port } = new URL(daemon.brokerUrl);
  if (config.mqtt.url === 'embedded') {
    say(`          mosquitto_sub -h ${hostname} -p ${port} -t 'hai/v1/${config.site}/#' -v`);
  }
  if (demo === null && config.links.length === 0) {
    say(
      "  No stations are configured: 'hai-bridge ports' shows serial ports, 'hai-bridge init' writes a configuration.",
    );
  }
  if (demo) {
    say('  All data is simulated. Not a medical device.');
    say('  Ctrl-C stops and leaves nothing behind.');
  }
}
