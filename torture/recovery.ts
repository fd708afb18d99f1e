/** Watches the database from outside: how long does it take until new readings arrive, once everything runs again? */
import { newestLine } from './database.ts';

const LOOK_EVERY_MS = 100;

export interface RecoveryWatch {
  /** Longest time, ms, in which all parts ran and nothing new reached the database. */
  longestMs(): number;
  newest(): number;
  stop(): Promise<void>;
}

/** `wholeSinceMs`: since when all parts run, UTC ms; `null` while one is down. */
export function watchRecovery(url: string, station: string, wholeSinceMs: () => number | null): RecoveryWatch {
  let longestMs = 0;
  let newest = 0;
  let progressMs = Date.now();
  let running = true;
  const loop = async () => {
    while (running) {
      const found = await newestLine(url, station);
      const whole = wholeSinceMs();
      const now = Date.now();
      if (whole !== null) longestMs = Math.max(longestMs, now - Math.max(whole, progressMs));
      if (found > newest) {
        newest = found;
        progressMs = now;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  };
  const ended = loop();
  return {
    longestMs: () => longestMs,
    newest: () => newest,
    stop: async () => {
      running = false;
      await ended;
    },
  };
}
