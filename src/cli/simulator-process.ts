/** The simulator is a separate program: the command line starts it as a child, from source or built, whichever runs. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const fromSource = import.meta.url.endsWith('.ts');

export function spawnSimulator(args: readonly string[], options: SpawnOptions): ChildProcess {
  const program = fileURLToPath(new URL(`../../simulator/main.${fromSource ? 'ts' : 'js'}`, import.meta.url));
  const loader = fromSource ? ['--import', import.meta.resolve('tsx')] : [];
  return spawn(process.execPath, [...loader, program, ...args], options);
}

/** `true` when a program of this name is on the PATH. */
export function installed(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program)));
}
