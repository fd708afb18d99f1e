/**
 * Is the port still there? Drivers do not always say when it is not: a read that is under way at the moment of an unplug
 * returns nothing for ever (Linux answers reads on a hung-up terminal with 0 bytes, and the serial package reads again).
 */
import { statSync } from 'node:fs';

const LOOK_EVERY_MS = 250;

export interface PresenceWatch {
  stop(): void;
}

/** Calls `onGone` once when the path has vanished or is another device than at the start. Paths that are no files are left alone. */
export function watchPresence(path: string, onGone: () => void): PresenceWatch {
  let first: string | null = null;
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    const now = deviceAt(path);
    first ??= now;
    // COM3 and its like are names, not files: there is nothing to look at.
    if (first === null) return;
    if (now !== first) onGone();
    else timer = setTimeout(look, LOOK_EVERY_MS);
  };
  look();
  return {
    stop: () => clearTimeout(timer),
  };
}

/** At once: a look at a device's entry takes some µs, the way through the thread pool twenty times that. */
function deviceAt(path: string): string | null {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? null : `${found.dev}:${found.ino}:${found.rdev}`;
  } catch {
    return null;
  }
}
