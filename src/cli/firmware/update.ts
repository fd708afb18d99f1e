import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { ImageView, JobView } from '../../firmware/views.ts';
import { DaemonApi, type DaemonOptions, daemonOptions } from '../daemon-api.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { examples } from '../options.ts';
import { say } from '../terminal.ts';
import { followJob, sayOutcome } from './follow.ts';
import { imageFile } from './image-file.ts';
import { problemLines } from './words.ts';

const NAME = 'hai-bridge firmware update';

interface UpdateOptions extends DaemonOptions {
  readonly by: string;
  readonly recovery?: true;
  readonly hardware?: string;
  readonly detach?: true;
}

/** Whoever is logged in here, for the audit log. */
export function personHere(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}

export function addUpdate(parent: Command): void {
  daemonOptions(parent.command('update'))
    .summary('update one station, safely')
    .description(
      'Checks the image, sends it, lets the station try it, and keeps it only when it has proved itself; else the ' +
        'station goes back to what it ran. Goes on where it was after any interruption. Refuses during a refill. ' +
        'Exits with 0 only when the station runs the image for good.',
    )
    .argument('<station>', 'serial; for one of which only the bootloader answers, its link')
    .argument('<image>', 'signed MCUboot image (.bin)')
    .option('--by <name>', 'who does this, for the audit log', personHere())
    .option('--recovery', 'by the bootloader into the first slot: for a station with one slot; there is no way back')
    .option('--hardware <revision>', 'of a station of which only the bootloader answers: read it off the device')
    .option('--detach', 'do not wait for the end')
    .addHelpText(
      'after',
      examples(
        [`${NAME} HRS-0001 station-2.4.1.bin`, 'update this station and watch'],
        [`${NAME} /dev/ttyUSB0 station-2.4.1.bin --hardware C`, 'bring back one that only has its bootloader'],
      ),
    )
    .action(update);
}

export function addAbort(parent: Command): void {
  daemonOptions(parent.command('abort'))
    .summary('call an update off')
    .description('The station goes back to its former firmware, or stays with it.')
    .argument('<update>', 'such as job-1a2b3c4d; hai-bridge firmware list shows it')
    .option('--by <name>', 'who does this, for the audit log', personHere())
    .action(async (job: string, options: UpdateOptions) => {
      const command = 'hai-bridge firmware abort';
      const api = await DaemonApi.from(command, options);
      const view = await api.post<JobView>(`firmware/updates/${encodeURIComponent(job)}/abort`, { by: options.by });
      const ended = view.outcome === null ? await followJob(api, command, view.job) : view;
      process.exitCode = ended.outcome?.kind === 'failed' ? EXIT.failed : EXIT.done;
      sayOutcome(ended);
    });
}

async function update(station: string, path: string, options: UpdateOptions): Promise<void> {
  const content = await imageFile(NAME, path);
  const api = await DaemonApi.from(NAME, options);
  const image = await sound(api, content, path);
  const job = await api.post<JobView>('firmware/updates', {
    station,
    image: image.file,
    by: options.by,
    ...(options.recovery && { route: 'recovery' }),
    ...(options.hardware !== undefined && { hardwareRevision: options.hardware }),
  });
  say(`${station}: ${image.version} (${job.job})`);
  if (options.detach) return;
  process.exitCode = sayOutcome(await followJob(api, NAME, job.job));
}

/** Sends the image to the daemon. Throws with a line for everything that is wrong with it. */
export async function sound(api: DaemonApi, content: Buffer, path: string): Promise<ImageView> {
  const image = await api.send<ImageView>('firmware/images', content);
  if (image.problems.length === 0) return image;
  throw new CommandFailure(EXIT.failed, `${path} is not installed anywhere:`, ...problemLines(image.problems, '  '));
}
