/** Asks the server for the past of one station. */
import type { ApiError, HistoryResponse } from '../../api-types.ts';
import { strings } from '../strings.ts';

/** About one bucket for every two pixels of a wide screen. */
const POINTS = 600;

export class HistoryFailed extends Error {
  override readonly name = 'HistoryFailed';
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** Throws `HistoryFailed`; an aborted request too, for the caller to ignore. */
export async function requestHistory(
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
  let response: Response;
  try {
    response = await fetch(`api/v1/stations/${encodeURIComponent(station)}/history?${query}`, { signal });
  } catch {
    throw new HistoryFailed(strings.chart.unreachable, strings.chart.unreachableRemedy);
  }
  const body: HistoryResponse | ApiError | null = await response.json().catch(() => null);
  if (response.ok && body && 'times' in body) return body;
  const said = body && 'error' in body ? body.error : null;
  throw new HistoryFailed(said?.message ?? `HTTP ${response.status}`, said?.remedy ?? strings.chart.unreachableRemedy);
}
