/** Follows updates until they have ended, also over a restart of the daemon. */
import type { JobView } from '../../firmware/views.ts';
import { type DaemonApi, Unreachable } from '../daemon-api.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { stopSignal } from '../stop-signal.ts';
import { complain, green, plain, red, say, yellow } from '../terminal.ts';
import { progressOn } from './progress.ts';

const POLL_MS = 400;
/** A daemon that is restarted goes on with its updates. */
const DAEMON_AWAY_MS = 120_000;

export interface Followed<T> {
  readonly jobs: readonly JobView[];
  readonly note: string | null;
  /** `null` while it goes on. */
  readonly end: T | null;
}

/** `look` is asked again and again. Throws `CommandFailure` when stopped or when the daemon stays away. */
export async function follow<T>(command: string, goesOn: string, look: () => Promise<Followed<T>>): Promise<T> {
  const progress = progressOn(process.stdout.isTTY === true);
  let stopped = false;
  void stopSignal().then(() => {
    stopped = true;
  });
  let awaySince: number | null = null;
  for (;;) {
    if (stopped) {
      progress.end();
      throw new CommandFailure(EXIT.failed, `${command}: no longer watched; ${goesOn}`);
    }
    try {
      const { jobs, note, end } = await look();
      if (awaySince !== null) complain(`${command}: the daemon is back`);
      awaySince = null;
      progress.show(jobs, note);
      if (end !== null) {
        progress.end();
        return end;
      }
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      if (awaySince === null) {
        progress.end();
        complain(`${error.message}; ${goesOn} when it is back`);
      }
      awaySince ??= Date.now();
      if (Date.now() - awaySince > DAEMON_AWAY_MS) throw error;
    }
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}

/** Says how it ended; the exit code. */
export function sayOutcome({ station, outcome }: JobView): number {
  if (outcome === null) return EXIT.failed;
  const { kind, code, detail } = outcome;
  const colour = kind === 'updated' ? green : kind === 'failed' ? red : yellow;
  say(`${colour(kind.toUpperCase())} ${station}: ${plain(detail, 500)}${kind === 'updated' ? '' : ` (${code})`}`);
  return kind === 'updated' ? EXIT.done : EXIT.failed;
}

export async function followJob(api: DaemonApi, command: string, job: string): Promise<JobView> {
  const goesOn = `the update goes on in the daemon (${job})`;
  return follow(command, goesOn, async () => {
    const view = await api.get<JobView>(`firmware/updates/${job}`);
    return { jobs: [view], note: null, end: view.outcome === null ? null : view };
  });
}
