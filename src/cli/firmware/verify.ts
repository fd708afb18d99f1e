import type { Command } from 'commander';
import type { ImageView } from '../../firmware/views.ts';
import { DaemonApi, type DaemonOptions, daemonOptions } from '../daemon-api.ts';
import { CommandFailure, EXIT, messageOf } from '../exit.ts';
import { examples } from '../options.ts';
import { say } from '../terminal.ts';
import { imageFile } from './image-file.ts';
import { sayImage, sayStations } from './words.ts';

const NAME = 'hai-bridge firmware verify';

interface VerifyOptions extends DaemonOptions {
  readonly station?: string;
  readonly key?: string[];
  readonly json?: true;
}

export function addVerify(parent: Command): void {
  daemonOptions(parent.command('verify'))
    .summary('is an image what its signer made, and whom is it for')
    .description(
      'Checks form, hash and signature of an image, and what stands against it at each station: hardware, policy, ' +
        'version, size. Sends nothing to any station. Exits with 1 when something does.',
    )
    .argument('<image>', 'signed MCUboot image (.bin)')
    .option('--station <name>', 'only against this station')
    .option('--key <file...>', 'check against these public keys (PEM) here, without a daemon')
    .option('--json', 'as JSON, for scripts')
    .addHelpText(
      'after',
      examples(
        [`${NAME} station-2.4.1.bin`, 'against the keys, the policy and the stations of the daemon'],
        [`${NAME} station-2.4.1.bin --key root.pub.pem`, 'without a daemon: form, hash and signature'],
      ),
    )
    .action(verify);
}

async function verify(path: string, options: VerifyOptions): Promise<void> {
  const content = await imageFile(NAME, path);
  const image = options.key === undefined ? await atDaemon(content, options) : await here(content, options.key);
  if (options.json) say(JSON.stringify(image, null, 2));
  else {
    sayImage(image, path);
    if (image.problems.length > 0) say('  no station gets it');
    else sayStations(image.stations);
  }
  const against = options.station !== undefined && image.stations.some(({ problems }) => problems.length > 0);
  if (image.problems.length > 0 || against) process.exitCode = EXIT.failed;
}

async function atDaemon(content: Buffer, options: VerifyOptions): Promise<ImageView> {
  const api = await DaemonApi.from(NAME, options);
  const image = await api.send<ImageView>('firmware/images', content);
  if (options.station === undefined) return image;
  return api.get<ImageView>(`firmware/images/${image.file}?${new URLSearchParams({ station: options.station })}`);
}

async function here(content: Buffer, files: readonly string[]): Promise<ImageView> {
  const { readKeys } = await import('../../firmware/verify/keys.ts');
  const { verifyImage } = await import('../../firmware/verify/verify.ts');
  try {
    const { facts, problems } = verifyImage(content, readKeys(files));
    return {
      file: facts?.file ?? '',
      bytes: content.length,
      version: facts?.version ?? null,
      hash: facts?.hash ?? null,
      hardwareRevisions: facts?.hardwareRevisions ?? [],
      signedBy: facts?.signedBy ?? null,
      problems,
      stations: [],
    };
  } catch (error) {
    throw new CommandFailure(EXIT.usage, `${NAME}: --key: ${messageOf(error)}`);
  }
}
