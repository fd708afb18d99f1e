import type { Command } from 'commander';
import { addList } from './firmware/list.ts';
import { addRollout } from './firmware/rollout.ts';
import { addAbort, addUpdate } from './firmware/update.ts';
import { addVerify } from './firmware/verify.ts';

export function addFirmware(program: Command): void {
  const firmware = program
    .command('firmware')
    .summary('firmware of the stations: list, verify, update, rollout')
    .description('What the stations run, and how they get something else, by way of a running daemon.');
  for (const add of [addList, addVerify, addUpdate, addAbort, addRollout]) add(firmware);
  for (const command of firmware.commands) {
    command.showHelpAfterError(`See: hai-bridge firmware ${command.name()} --help`);
  }
}
