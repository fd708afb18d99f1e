/**
 * Is the port still there? Drivers do not always say when it is not: a read that is under way at the moment of an unplug
 * returns nothing for ever (Linux answers reads on a hung-up terminal with 0 bytes, and the serial package reads again).
 */
import { stat } from 'node:fs/promises';

const LOOK_EVERY_MS = 250;

export interface PresenceWatch {
  stop(): void;
}

/** Calls `onGone` once when the path has vanished or is another device than at the start. Paths that are no files are left alone. */
export function watchPresence(path: string, onGone: () => void): PresenceWatch {
  let first: string | null = null;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const look = async () => {
    const now = await deviceAt(path);
    if (stopped) return;
    first ??= now;
    // COM3 and its like are names, not files: there is nothing to look at.
    if (first === null) return;
    if (now !== first) {
      stopped = true;
      onGone();
    } else timer = setTimeout(look, LOOK_EVERY_MS);
  };
  void look();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

async function deviceAt(path: string): Promise<string | null> {
  try {
    const { dev, ino, rdev } = await stat(path);
    return `${dev}:${ino}:${rdev}`;
  } catch {
    return null;
  }
}
