/** Asks the server for the past of one station. */
import type { HistoryResponse } from '../../api-types.ts';
import { ask } from '../api.ts';

/** About one bucket for every two pixels of a wide screen. */
const POINTS = 600;

/** Throws `RequestFailed`; an aborted request too, for the caller to ignore. */
export function requestHistory(
  station: string,
  fromMs: number,
  toMs: number,
  signal: AbortSignal,
): Promise<HistoryResponse> {
  const query = new URLSearchParams({
    from: String(Math.round(fromMs)),
    to: String(Math.round(toMs)),
    points: String(POINTS),
  });
  return ask('GET', `stations/${encodeURIComponent(station)}/history?${query}`, { signal });
}
