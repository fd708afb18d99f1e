import type { Command } from 'commander';
import { CommandFailure, EXIT } from './exit.ts';
import { spawnSimulator } from './simulator-process.ts';

/** Signals that a terminal does not already send to both processes, or that reach only us. */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const NUMBER: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

export function addSimulate(program: Command): void {
  program
    .command('simulate')
    .summary('run simulated refill stations')
    .description('Runs the simulator: stations that speak bytes over serial ports (PTY) or TCP, like real ones.')
    .argument('[options...]', "the simulator's own options")
    .allowUnknownOption()
    .passThroughOptions()
    // The simulator's own help is the one worth reading.
    .helpOption(false)
    .action(async (_args: string[], _options, command: Command) => {
      process.exitCode = await simulate(command.args);
    });
}

/** Runs the simulator in this terminal and resolves with its exit code. */
function simulate(args: readonly string[]): Promise<number> {
  const child = spawnSimulator(args, { stdio: 'inherit' });
  for (const signal of PASSED_ON) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(new CommandFailure(EXIT.failed, `hai-bridge simulate: the simulator cannot be started: ${error.message}`));
    });
    child.once('exit', (code, signal) => resolve(code ?? 128 + (NUMBER[signal ?? ''] ?? 0)));
  });
}
