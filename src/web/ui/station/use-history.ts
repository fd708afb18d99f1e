import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { RequestFailed } from '../api.ts';
import type { ChartSeries } from '../model/chart-series.ts';
import { store } from '../page.ts';
import { requestHistory } from './history-request.ts';

/** The store knows better than our own sums of the live readings; it is asked again now and then. */
const RELOAD_MS = 60_000;
/** The first answer lacks what is still on its way into the store; without a second one that would stay a false gap. */
const SECOND_LOAD_MS = 1500;

/** Loads at once and again shortly after, after every new connection, and every minute. */
export function useHistory(station: string, windowMs: number, series: ChartSeries) {
  const loading = useSignal(true);
  const problem = useSignal<RequestFailed | null>(null);
  const attempt = useSignal(0);
  const loads = useSignal(0);
  const generation = store.generation.value;
  const attempted = attempt.value;
  useEffect(() => {
    const abort = new AbortController();
    loading.value = true;
    const load = async () => {
      const toMs = store.serverUtcMs(performance.now());
      if (toMs === null) return;
      try {
        series.load(await requestHistory(station, toMs - windowMs, toMs, abort.signal));
        problem.value = null;
        loads.value++;
      } catch (error) {
        if (abort.signal.aborted) return;
        problem.value = error instanceof RequestFailed ? error : new RequestFailed(null);
      }
      loading.value = false;
    };
    load();
    const second = setTimeout(load, SECOND_LOAD_MS);
    const timer = setInterval(load, RELOAD_MS);
    return () => {
      clearTimeout(second);
      clearInterval(timer);
      abort.abort();
    };
  }, [station, windowMs, series, generation, attempted]);
  return { loading, problem, loads, load: () => attempt.value++ };
}
