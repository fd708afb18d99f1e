import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { systemClock } from '../clock.ts';
import { configSchema } from '../config.ts';
import { CommandFailure, EXIT, messageOf } from './exit.ts';
import { createLogger } from './log.ts';
import { examples } from './options.ts';
import { stopSignal, within } from './stop-signal.ts';
import { bold, complain, dim, say } from './terminal.ts';
import { productVersion } from './version.ts';

const PORT = 8480;
const STOP_WITHIN_MS = 15_000;

interface Asked {
  readonly http: string;
  readonly username?: string;
  readonly passwordFile?: string;
}

export function addLab(program: Command): void {
  program
    .command('lab')
    .summary('a page to play scenarios and break things, on simulated stations')
    .description(
      'A page of its own, apart from that of any daemon: starts a scenario on simulated stations and the real daemon, at the ' +
        'speed that you want, lets you switch faults on and off meanwhile and shows how the expectations stand. ' +
        'Ctrl-C ends everything and leaves nothing behind.',
    )
    .argument('[folder]', 'folder of scenarios (default: ./scenarios, else those of this installation)')
    .option('--http <host:port>', 'where its page listens', `127.0.0.1:${PORT}`)
    .option('--username <name>', 'needed where others can reach it')
    .option('--password-file <file>', 'file with the password as its only line')
    .addHelpText(
      'after',
      examples(
        ['hai-bridge lab', 'the whole library'],
        ['hai-bridge lab my-scenarios --http 127.0.0.1:9000', 'others, on another port'],
      ),
    )
    .action(lab);
}

async function lab(folder: string | undefined, { http: listen, username, passwordFile }: Asked): Promise<void> {
  const stopAsked = stopSignal();
  const http = {
    listen: listen.includes(':') ? listen : `127.0.0.1:${listen}`,
    ...(username !== undefined && { username }),
    ...(passwordFile !== undefined && { passwordFile }),
  };
  const config = configSchema.safeParse({ http });
  if (!config.success) {
    const why = config.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new CommandFailure(EXIT.usage, ...why.map((line) => `hai-bridge lab: ${line}`));
  }
  const { logger } = await createLogger('error');
  const { startLab } = await import('../lab/server.ts');
  const scenarios = folder ?? ownScenarios();
  const server = await startLab({
    ...{ scenarios, http: config.data.http, version: productVersion(), clock: systemClock, logger },
  }).catch((error: unknown) => {
    const usage = error instanceof Error && ['ScenarioProblems', 'UnsafeHttpConfiguration'].includes(error.name);
    throw new CommandFailure(usage ? EXIT.usage : EXIT.failed, `hai-bridge lab: ${messageOf(error)}`);
  });
  say(`${bold('hai-bridge lab')} ${productVersion()}: scenarios of ${scenarios}`);
  const wanted = Number(http.listen.slice(http.listen.lastIndexOf(':') + 1));
  if (wanted !== 0 && server.port !== wanted) say(`  (port ${wanted} is taken, so the page is on ${server.port})`);
  say(`  Page    ${bold(server.url)}`);
  say('  Everything in it is simulated. Ctrl-C ends everything and leaves nothing behind.');
  await stopAsked;
  say(dim('Stopping ...'));
  if ((await within(STOP_WITHIN_MS, server.close())) === 'too late') {
    complain(`hai-bridge lab: not everything stopped within ${STOP_WITHIN_MS / 1000} s`);
    process.exitCode = EXIT.failed;
  }
}

function ownScenarios(): string {
  if (existsSync('scenarios')) return 'scenarios';
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return join(folder, 'scenarios');
  }
  return 'scenarios';
}
