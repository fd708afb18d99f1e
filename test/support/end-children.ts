import type { ChildProcess } from 'node:child_process';

/** Ends those that still run. Not by SIGKILL at once: commands end their own children first. */
export async function endChildren(children: Iterable<ChildProcess>): Promise<void> {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exit = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 8000);
    await exit;
    clearTimeout(late);
  }
}
