/** The history of one station out of the store, a few questions at a time. */
import { CHANNELS } from '../../protocols/reading.ts';
import type { Clock } from '../clock.ts';
import {
  type RangeQuery,
  type RangeResult,
  RejectedByStore,
  StoreUnavailable,
  type TimeSeriesStore,
} from '../store/port.ts';
import type { HistoryResponse } from './api-types.ts';
import { ApiProblem } from './problems.ts';
import { TookTooLong, withinTime } from './within-time.ts';

const MAX_AT_ONCE = 8;
const ANSWER_WITHIN_MS = 10_000;

const UNAVAILABLE_REMEDY =
  'live values go on without the store; check that it runs and is reachable (hai-bridge doctor), then ask again';

export class History {
  readonly #store: TimeSeriesStore;
  readonly #clock: Clock;
  #asking = 0;

  constructor(store: TimeSeriesStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Throws `ApiProblem` 503 when the store cannot answer now, 400 when it never will. */
  async read(range: RangeQuery): Promise<HistoryResponse> {
    if (this.#asking >= MAX_AT_ONCE) {
      throw new ApiProblem(
        503,
        'store-busy',
        `${MAX_AT_ONCE} history requests are being answered already`,
        'ask again in a second, for a shorter time or fewer points',
      );
    }
    this.#asking += 1;
    const answer = this.#store.query(range).finally(() => {
      this.#asking -= 1;
    });
    try {
      const { station, fromMs, toMs } = range;
      const { bucketMs, times, channels } = await withinTime(answer, ANSWER_WITHIN_MS, this.#clock);
      return { station, fromMs, toMs, bucketMs, times, channels: rounded(channels) };
    } catch (error) {
      throw problemOf(error);
    }
  }
}

/** A mean has no more meaning than one digit beyond what the wire carries; without this it takes three times the bytes. */
function rounded(channels: RangeResult['channels']): HistoryResponse['channels'] {
  const out: HistoryResponse['channels'] = {};
  for (const { name, decimals } of CHANNELS) {
    const series = channels[name];
    if (series === undefined) continue;
    const scale = 10 ** (decimals + 1);
    const mean = series.mean.map((value) => (value === null ? null : Math.round(value * scale) / scale));
    out[name] = { min: series.min, max: series.max, mean };
  }
  return out;
}

function problemOf(error: unknown): unknown {
  if (error instanceof StoreUnavailable || error instanceof TookTooLong) {
    return new ApiProblem(503, 'store-unavailable', error.message.slice(0, 300), UNAVAILABLE_REMEDY);
  }
  if (error instanceof RejectedByStore) {
    return new ApiProblem(400, 'store-refused', error.message.slice(0, 300), 'ask for another range or fewer channels');
  }
  return error;
}
