import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Command } from 'commander';
import { DEFAULT_CONFIG_FILE } from '../config-file.ts';
import { configJsonSchema } from '../config-shape.ts';
import { CommandFailure, codeOf, EXIT, messageOf } from './exit.ts';
import { examples } from './options.ts';
import { starterFile } from './starter-file.ts';
import { say } from './terminal.ts';

const SCHEMA_FILE = 'hai-bridge.schema.json';

export function addInit(program: Command): void {
  program
    .command('init')
    .summary('write a commented starter configuration')
    .description(`Writes a commented configuration with all defaults, and ${SCHEMA_FILE} beside it for editors.`)
    .argument('[file]', 'the file to write', DEFAULT_CONFIG_FILE)
    .option('--force', 'overwrite what is there')
    .addHelpText(
      'after',
      examples(
        ['hai-bridge init', `write ./${DEFAULT_CONFIG_FILE}`],
        ['hai-bridge init /etc/hai-bridge/hai-bridge.yaml', 'write it elsewhere'],
        ['hai-bridge init --force', 'begin again'],
      ),
    )
    .action(init);
}

function init(file: string, options: { readonly force?: true }): void {
  const schema = join(dirname(file), SCHEMA_FILE);
  // The schema is ours and made anew with every version; the configuration is the user's.
  write(file, starterFile(SCHEMA_FILE), options.force ? 'w' : 'wx');
  write(schema, `${JSON.stringify(configJsonSchema(), null, 2)}\n`, 'w');
  say(`Wrote ${file} and ${schema}.`);
  say(`Next: 'hai-bridge ports' shows the ports to write under links, 'hai-bridge doctor -c ${file}' checks it.`);
}

function write(file: string, text: string, flag: 'w' | 'wx'): void {
  try {
    writeFileSync(file, text, { flag });
  } catch (error) {
    const name = basename(file);
    const why: Record<string, string> = {
      EEXIST: `${file} exists already — choose another name, or overwrite it with --force`,
      ENOENT: `${dirname(file)} does not exist — create the folder first`,
      EACCES: `${name} cannot be written in ${dirname(file)} — choose a folder this user may write`,
      EISDIR: `${file} is a folder — give the name of a file`,
    };
    throw new CommandFailure(EXIT.usage, `hai-bridge init: ${why[codeOf(error) ?? ''] ?? messageOf(error)}`);
  }
}
