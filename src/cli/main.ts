#!/usr/bin/env node
/** Entry point of `hai-bridge`: runs one command and turns its outcome into an exit code, without stack traces. */
import { CommanderError } from 'commander';
import { ConfigError } from '../config-file.ts';
import { CommandFailure, EXIT, messageOf } from './exit.ts';
import { outputTaken } from './output-taken.ts';
import { createProgram } from './program.ts';
import { stopAsked } from './stop-signal.ts';
import { complain, forgiveClosedOutput } from './terminal.ts';

function outcome(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof ConfigError) {
    for (const line of error.problems) complain(line);
    return EXIT.usage;
  }
  if (error instanceof CommandFailure) {
    for (const line of error.lines) complain(line);
    return error.code;
  }
  complain(`hai-bridge: ${messageOf(error)}`);
  if (process.env.HAI_DEBUG !== undefined && error instanceof Error) complain(error.stack ?? '');
  else complain('(HAI_DEBUG=1 shows where this comes from)');
  return EXIT.failed;
}

forgiveClosedOutput();

let code: number = EXIT.done;
try {
  const program = createProgram();
  if (process.argv.length <= 2) {
    program.outputHelp();
    code = EXIT.usage;
  } else {
    await program.parseAsync();
    code = Number(process.exitCode ?? EXIT.done);
  }
} catch (error) {
  code = outcome(error);
}
await outputTaken([process.stdout, process.stderr], stopAsked);
process.exit(code);
