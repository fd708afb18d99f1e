import type { Command } from 'commander';
import type { FirmwareView, StationFirmwareView } from '../../firmware/views.ts';
import { DaemonApi, type DaemonOptions, daemonOptions } from '../daemon-api.ts';
import { EXIT } from '../exit.ts';
import { examples } from '../options.ts';
import { bold, complain, green, plain, red, say, table, yellow } from '../terminal.ts';
import { shortHash } from './words.ts';

const NAME = 'hai-bridge firmware list';

interface ListOptions extends DaemonOptions {
  readonly ask?: true;
  readonly json?: true;
}

export function addList(parent: Command): void {
  daemonOptions(parent.command('list'))
    .summary('what every station runs, and whether that is as the policy wants it')
    .description('Shows the firmware of every station. Exits with 1 when one of them is out of policy.')
    .option('--ask', 'ask the stations now, instead of what they said last')
    .option('--json', 'as JSON, for scripts')
    .addHelpText(
      'after',
      examples([NAME, 'what was heard last'], [`${NAME} --ask`, 'ask every station that is not in a refill now']),
    )
    .action(list);
}

async function list(options: ListOptions): Promise<void> {
  const api = await DaemonApi.from(NAME, options);
  const view = options.ask
    ? await api.post<FirmwareView>('firmware/inventory', {})
    : await api.get<FirmwareView>('firmware');
  if (options.json) say(JSON.stringify(view, null, 2));
  else show(view);
  if (view.stations.some(({ policy }) => policy.verdict === 'out')) process.exitCode = EXIT.failed;
}

function show({ stations, policy, keys, jobs, rollout }: FirmwareView): void {
  if (stations.length === 0) say('No station has said who it is yet.');
  else say(table([HEAD.map((word) => bold(word)), ...stations.map(row)]));
  if (policy.problem !== null) complain(red(`The policy cannot be used: ${plain(policy.problem, 400)}`));
  else if (!policy.configured) say('\nNo policy is configured (firmware.policyFile).');
  if (keys.length === 0) say('No key is configured (firmware.keyFiles): nothing can be updated.');
  for (const { station, busy } of stations.filter((s) => s.busy !== null))
    say(`\n${plain(station, 64)} may not be updated now: ${plain(busy ?? '', 200)}`);
  for (const job of jobs.filter((j) => j.outcome === null))
    say(`\n${job.station} is being updated to ${job.image.version} (${job.job})`);
  if (rollout !== null && rollout.stage !== 'done' && rollout.stage !== 'aborted') {
    say(`\nRollout of ${rollout.image.version}: ${rollout.stage}, wave ${rollout.wave} of ${rollout.waves}`);
  }
}

const HEAD = ['STATION', 'HARDWARE', 'RUNS', 'BUILD', 'SECOND SLOT', 'BOOTLOADER', 'POLICY'];

function row(view: StationFirmwareView): string[] {
  const { station, hardwareRevision, firmwareVersion, running, slots, bootloader, answers, policy } = view;
  const second = slots.find((slot) => slot.image === 0 && slot.slot === 1);
  const trial = running !== null && !running.kept ? ' (on trial)' : '';
  const colour = { in: green, out: red, unknown: yellow }[policy.verdict];
  const runs = answers === 'bootloader' ? 'bootloader only' : (running?.version ?? firmwareVersion ?? '?');
  return [
    plain(station, 64),
    plain(hardwareRevision ?? '?', 32),
    `${plain(runs, 32)}${trial}`,
    answers === 'silent'
      ? 'answers no request'
      : answers === 'not-asked'
        ? 'not asked yet'
        : shortHash(running?.hash ?? null),
    second === undefined ? '' : `${plain(second.version, 32)} ${second.flags.join(' ')}`.trim(),
    plain(bootloader ?? '', 32),
    `${colour(policy.verdict)}: ${plain(policy.reason, 200)}`,
  ];
}
