import type { Command } from 'commander';
import { loadConfig } from '../config-file.ts';
import { messageOf } from './exit.ts';
import { examples } from './options.ts';
import { listPorts, type Port } from './serial-ports.ts';
import { complain, plain, say, table } from './terminal.ts';

interface PortsOptions {
  readonly config?: string;
  readonly json?: true;
}

export function addPorts(program: Command): void {
  program
    .command('ports')
    .summary('list serial ports')
    .description('Lists the serial ports of this machine, with the stable name to write into the configuration.')
    .option('-c, --config <file>', 'configuration, to say which ports it uses (default: ./hai-bridge.yaml)')
    .option('--json', 'as JSON, for scripts')
    .addHelpText(
      'after',
      examples(
        ['hai-bridge ports', 'what is plugged in, and may we open it'],
        ['hai-bridge ports -c /etc/hai-bridge/hai-bridge.yaml', 'and which of it this configuration uses'],
        ["hai-bridge ports --json | jq -r '.[].stable'", 'stable names for a script'],
      ),
    )
    .action(ports);
}

function configuredLinks(config: string | undefined): string[] {
  try {
    return loadConfig(config).config.links.map((link) => link.url);
  } catch (error) {
    // The ports are worth listing all the same: this command often helps to mend that very file.
    complain(`(the configuration cannot be used, so no port is marked as configured)\n${messageOf(error)}`);
    return [];
  }
}

async function ports(options: PortsOptions): Promise<void> {
  const found = await listPorts(configuredLinks(options.config));
  if (options.json) say(JSON.stringify(found, null, 2));
  else if (found.length === 0) say(NONE);
  else say(pictureOf(found));
}

const NONE = `No serial port found.
  - Is the station's cable plugged in at both ends, and the station switched on?
  - Does the system see it?  sudo dmesg | tail     (new lines when you plug it in)
  - In a container or virtual machine the device must be handed in: docs/deployment.md
  - A serial device server needs no port here: use tcp://host:port in the configuration.`;

function pictureOf(found: readonly Port[]): string {
  const head = ['PORT', 'STABLE NAME', 'MANUFACTURER', 'SERIAL NUMBER', 'CONFIGURED', 'ACCESS'];
  const rows = found.map((p) => [
    p.path,
    p.stable ?? '-',
    plain(p.manufacturer ?? '-', 30),
    plain(p.serialNumber ?? '-', 30),
    p.configured ? 'yes' : 'no',
    p.access,
  ]);
  const remedies = [...new Set(found.flatMap((p) => (p.remedy ? [p.remedy] : [])))];
  return [table([head, ...rows]), ...remedies.map((r) => `\n${r}`)].join('\n');
}
