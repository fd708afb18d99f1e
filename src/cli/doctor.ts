import type { Command } from 'commander';
import { checkConfig } from './doctor/config.ts';
import { examine } from './doctor/examine.ts';
import type { Check, Finding } from './doctor/finding.ts';
import { EXIT } from './exit.ts';
import { examples } from './options.ts';
import { bold, dim, green, plain, red, say, yellow } from './terminal.ts';

const AT_ONCE = 8;

interface DoctorOptions {
  readonly config?: string;
  readonly json?: true;
}

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .summary('check that everything is in order')
    .description(
      'Checks configuration, ports, broker, store, page, clock and disk; every finding comes with its remedy. ' +
        'Disturbs nothing: a running daemon keeps its ports and its broker connection.',
    )
    .option('-c, --config <file>', 'configuration (default: ./hai-bridge.yaml, else the built-in defaults)')
    .option('--json', 'findings as JSON, for scripts')
    .addHelpText(
      'after',
      examples(
        ['hai-bridge doctor', 'check ./hai-bridge.yaml and what it names'],
        ['hai-bridge doctor -c /etc/hai-bridge/hai-bridge.yaml', 'check this configuration'],
        ['hai-bridge doctor --json | jq \'.[] | select(.level=="fail")\'', 'only what is wrong'],
      ),
    )
    .action(doctor);
}

/** Findings in the order of the checks, each as soon as it and those before it are there; a few run at a time. */
async function* examined(checks: readonly Check[]): AsyncGenerator<Finding> {
  const waiting: Promise<readonly Finding[]>[] = [];
  let next = 0;
  while (next < checks.length || waiting.length > 0) {
    while (waiting.length < AT_ONCE) {
      const check = checks[next++];
      if (check === undefined) break;
      waiting.push(examine(check));
    }
    const first = waiting.shift();
    if (first === undefined) return;
    yield* await first;
  }
}

async function doctor(options: DoctorOptions): Promise<void> {
  const all: Finding[] = [];
  const show = (finding: Finding) => {
    all.push(finding);
    if (!options.json) say(lineOf(finding));
  };
  // Broker and store bring their libraries along: only this command waits for them.
  const { checksOf } = await import('./doctor/checks.ts');
  const { loaded, findings } = checkConfig(options.config);
  for (const finding of findings) show(finding);
  for await (const finding of examined(checksOf(loaded?.config ?? null))) show(finding);

  const fails = all.filter((f) => f.level === 'fail').length;
  const warns = all.filter((f) => f.level === 'warn').length;
  if (options.json) say(JSON.stringify(all, null, 2));
  else {
    const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
    say();
    if (fails > 0) say(bold(`${count(fails, 'problem')}, ${count(warns, 'warning')}.`));
    else say(bold(warns > 0 ? `No problem, ${count(warns, 'warning')}.` : 'Everything is in order.'));
    if (loaded === null) say('Ports, broker, store, page and disk are checked once the configuration is good.');
  }
  if (fails > 0) process.exitCode = loaded === null ? EXIT.usage : EXIT.failed;
}

const MARK = { ok: green('OK  '), warn: yellow('WARN'), fail: red('FAIL') } as const;

function lineOf({ level, what, found, remedy }: Finding): string {
  const line = `${MARK[level]}  ${what}: ${plain(found, 400)}`;
  return remedy === null ? line : `${line}\n      ${dim('->')} ${remedy}`;
}
