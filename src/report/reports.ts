/** Reports of a running daemon, a few at a time, each in a thread of its own. */
import type { Clock } from '../clock.ts';
import { startWorker } from '../worker/calls.ts';
import type { ReportParts } from './report.ts';
import type { ReportCalls, ReportForm } from './report-worker.ts';

export type { ReportForm } from './report-worker.ts';

export class ReportsBusy extends Error {
  override readonly name = 'ReportsBusy';
}

export type ReportMaker = (parts: Omit<ReportParts, 'madeMs'>, form: ReportForm) => Promise<Uint8Array>;

const MOST_AT_ONCE = 2;

/** The maker throws `ReportsBusy`, or what made the report impossible. */
export function reports(clock: Clock): ReportMaker {
  let making = 0;
  return async (parts, form) => {
    if (making >= MOST_AT_ONCE) throw new ReportsBusy(`${MOST_AT_ONCE} reports are being made already`);
    making++;
    const thread = startWorker<ReportCalls>(import.meta.url, 'report-worker', null);
    try {
      return await thread.call('make', [{ ...parts, madeMs: clock.utcMs() }, form]);
    } finally {
      making--;
      await thread.end();
    }
  };
}
