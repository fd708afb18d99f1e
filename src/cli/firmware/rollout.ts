import { type Command, InvalidArgumentError } from 'commander';
import type { FirmwareView, RolloutView } from '../../firmware/views.ts';
import { DaemonApi, type DaemonOptions, daemonOptions } from '../daemon-api.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { examples } from '../options.ts';
import { complain, green, plain, red, say, table, yellow } from '../terminal.ts';
import { follow } from './follow.ts';
import { imageFile } from './image-file.ts';
import { personHere, sound } from './update.ts';

const NAME = 'hai-bridge firmware rollout';

interface RolloutOptions extends DaemonOptions {
  readonly by: string;
  readonly stations?: string[];
  readonly canaries?: number;
  readonly wave?: number;
  readonly atOnce?: number;
  readonly watch?: number;
  readonly resume?: true;
  readonly abort?: true;
  readonly skip?: string;
  readonly status?: true;
  readonly detach?: true;
}

const number = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('It must be a number.');
  return value;
};

export function addRollout(parent: Command): void {
  daemonOptions(parent.command('rollout'))
    .summary('update many stations: canaries first, then in waves')
    .description(
      'Updates stations one wave after another, and watches each wave before the next. Waits for stations in a refill. ' +
        'Halts by itself when an update does not end well or an updated station does worse than before. ' +
        'Exits with 0 only when it has come to its end.',
    )
    .argument('[image]', 'signed MCUboot image (.bin); not with --resume, --abort, --skip, --status')
    .option('--by <name>', 'who does this, for the audit log', personHere())
    .option('--stations <names>', 'comma-separated, in this order (default: all that may get it)', (text) =>
      text.split(',').map((name) => name.trim()),
    )
    .option('--canaries <n>', 'stations of the first wave', number)
    .option('--wave <n>', 'stations of each further wave', number)
    .option('--at-once <n>', 'stations updated at the same time', number)
    .option('--watch <minutes>', 'how long each wave is watched', number)
    .option('--resume', 'go on with a rollout that was halted')
    .option('--abort', 'end it; updates under way go on')
    .option('--skip <station>', 'leave this station out')
    .option('--status', 'only show where it is')
    .option('--detach', 'do not wait for the end')
    .addHelpText(
      'after',
      examples(
        [`${NAME} station-2.4.1.bin`, 'all stations that may get it'],
        [`${NAME} station-2.4.1.bin --stations HRS-1,HRS-2 --watch 60`, 'these two, an hour apart'],
        [`${NAME} --resume`, 'after looking at what halted it'],
      ),
    )
    .action(rollout);
}

async function rollout(path: string | undefined, options: RolloutOptions): Promise<void> {
  const acts = [options.resume, options.abort, options.skip, options.status, path].filter((act) => act !== undefined);
  if (acts.length !== 1) {
    throw new CommandFailure(EXIT.usage, `${NAME}: give an image, or one of --resume, --abort, --skip, --status`);
  }
  const api = await DaemonApi.from(NAME, options);
  const { by } = options;
  if (options.abort) return show(await api.post<RolloutView>('firmware/rollouts/abort', { by }));
  if (options.skip !== undefined) {
    return show(await api.post<RolloutView>('firmware/rollouts/skip', { by, station: options.skip }));
  }
  if (options.resume) await api.post<RolloutView>('firmware/rollouts/resume', { by });
  if (path !== undefined) await begin(api, path, options);
  if (options.status || options.detach) return show(await current(api));
  const ended = await follow<RolloutView>(NAME, 'the rollout goes on in the daemon', async () => {
    const view = await api.get<FirmwareView>('firmware');
    const { rollout: now } = view;
    if (now === null) throw new CommandFailure(EXIT.failed, `${NAME}: there is no rollout`);
    const jobs = view.jobs.filter((job) => job.rollout === now.rollout && job.outcome === null);
    const over = now.stage === 'done' || now.stage === 'aborted' || now.stage === 'halted';
    return { jobs, note: headline(now), end: over ? now : null };
  });
  show(ended);
  if (ended.stage === 'halted') complain(`${NAME} --resume goes on, --skip leaves a station out, --abort ends it`);
  process.exitCode = ended.stage === 'done' ? EXIT.done : EXIT.failed;
}

async function begin(api: DaemonApi, path: string, options: RolloutOptions): Promise<void> {
  const image = await sound(api, await imageFile(NAME, path), path);
  const { by, stations, canaries, wave, atOnce, watch } = options;
  await api.post<RolloutView>('firmware/rollouts', {
    image: image.file,
    by,
    ...(stations && { stations }),
    ...(canaries !== undefined && { canaries }),
    ...(wave !== undefined && { waveStations: wave }),
    ...(atOnce !== undefined && { atOnce }),
    ...(watch !== undefined && { watchMinutes: watch }),
  });
}

async function current(api: DaemonApi): Promise<RolloutView> {
  const { rollout: now } = await api.get<FirmwareView>('firmware');
  if (now === null) throw new CommandFailure(EXIT.failed, `${NAME}: there was no rollout yet`);
  return now;
}

function headline({ stage, wave, waves, reason, watchLeftMs, image, members }: RolloutView): string {
  const done = members.filter((member) => member.state === 'updated').length;
  const watch = watchLeftMs === null ? '' : `, watched for ${Math.ceil(watchLeftMs / 60_000)} min more`;
  const why = reason === null ? '' : `: ${plain(reason, 300)}`;
  return `${image.version}: ${stage}${watch}, wave ${wave} of ${waves}, ${done} of ${members.length} updated${why}`;
}

function show(view: RolloutView): void {
  const colour = { done: green, updating: green, watching: green, halted: red, aborted: yellow }[view.stage];
  say(colour(headline(view)));
  say(table(view.members.map((m) => [`  ${m.station}`, `wave ${m.wave}`, m.state, plain(m.detail ?? '', 300)])));
}
