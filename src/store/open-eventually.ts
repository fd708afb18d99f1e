import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { type StoreImpression, StoreUnavailable, type TimeSeriesStore } from './port.ts';

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5000;

export interface Opening {
  /** Why the store is not open yet; `null` when it is, or when it is being tried for the first time. */
  readonly trouble: StoreImpression['trouble'];
  cancel(): void;
}

/**
 * Opens the store now, or as soon as it can be reached: a database that starts after the daemon, or is down at its
 * start, delays the recording and loses nothing (the journal keeps what is not recorded).
 */
export function openEventually(
  store: TimeSeriesStore,
  options: { clock: Clock; logger: Logger; onOpen: () => void },
): Opening {
  const { clock, logger, onOpen } = options;
  let cancelled = false;
  let cancelTimer = () => {};
  let retryMs = FIRST_RETRY_MS;
  let trouble: Opening['trouble'] = null;
  const attempt = async (): Promise<void> => {
    try {
      await store.open();
      trouble = null;
      if (!cancelled) onOpen();
    } catch (error) {
      if (cancelled) return;
      const reason = error instanceof Error ? error.message : String(error);
      const known = error instanceof StoreUnavailable;
      trouble = { state: known ? error.code : 'failing', reason };
      logger[known ? 'warn' : 'error'](
        { store: store.description, retryMs },
        `the store cannot be opened, trying again: ${reason}`,
      );
      cancelTimer = clock.after(retryMs, () => void attempt());
      retryMs = Math.min(LAST_RETRY_MS, retryMs * 2);
    }
  };
  void attempt();
  return {
    get trouble() {
      return trouble;
    },
    cancel: () => {
      cancelled = true;
      cancelTimer();
    },
  };
}
