import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { Channel } from '../../../../protocols/reading.ts';
import type { StationView } from '../../api-types.ts';
import { ChartSeries } from '../model/chart-series.ts';
import { dark, store } from '../page.ts';
import { SimulatedBand } from '../parts/simulated-band.tsx';
import { shown } from '../shown.ts';
import { strings } from '../strings.ts';
import { ChartPanel } from './chart-panel.tsx';
import { HistoryFailed, requestHistory } from './history-request.ts';

const words = strings.chart;

const WINDOWS = { '1min': 60_000, '10min': 600_000, '1h': 3_600_000, '24h': 86_400_000 } as const;
type WindowName = keyof typeof WINDOWS;
const WINDOW_NAMES = Object.keys(WINDOWS) as WindowName[];
const SHOWN_FIRST: readonly Channel[] = ['reservoirVolume', 'lineFlow'];
/** The store knows better than our own sums of the live readings; it is asked again now and then. */
const RELOAD_MS = 60_000;
/** The first answer lacks what is still on its way into the store; without a second one that would stay a false gap. */
const SECOND_LOAD_MS = 1500;
const BUCKETS = 600;

export function Chart({ station, stationKey, view }: { station: string; stationKey: string; view: StationView }) {
  const windowName = useSignal<WindowName>('10min');
  const chosen = useSignal<readonly Channel[]>(SHOWN_FIRST);
  const channels = store.hello.value?.channels ?? [];
  const windowMs = WINDOWS[windowName.value];
  const names = channels.map((c) => c.name).join();
  const expectedMs = view.rateHz ? 1000 / view.rateHz : 1000;
  // biome's hook rule cannot know: a changed rate must not throw the drawn history away.
  const series = useMemo(
    () => new ChartSeries(names.split(','), windowMs, windowMs / BUCKETS, expectedMs),
    [names, windowMs, stationKey],
  );
  const { loading, problem, loads, load } = useHistory(station, windowMs, series);
  useEffect(() => store.onReading(stationKey, (reading) => series.add(reading)), [stationKey, series]);

  const toggle = (channel: Channel) => {
    const on = chosen.value.includes(channel);
    chosen.value = on ? chosen.value.filter((c) => c !== channel) : [...chosen.value, channel];
  };
  return (
    <section class="panel chart" aria-labelledby="chart-title">
      {shown(view).simulated && <SimulatedBand text={strings.simulated} />}
      <div class="chart-head">
        <h2 id="chart-title">{words.title}</h2>
        <fieldset class="segments">
          <legend class="visually-hidden">{words.window}</legend>
          {WINDOW_NAMES.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={windowName.value === name}
              onClick={() => (windowName.value = name)}
            >
              {words.windows[name]}
            </button>
          ))}
        </fieldset>
      </div>
      {problem.value && (
        <div class="chart-problem" role="alert">
          <p>{words.failed(problem.value.message, problem.value.remedy)}</p>
          <button type="button" onClick={load}>
            {words.retry}
          </button>
        </div>
      )}
      {chosen.value.length === 0 && <p class="chart-loading">{words.pickOne}</p>}
      {channels.map(
        (channel, index) =>
          chosen.value.includes(channel.name) && (
            <ChartPanel
              key={`${channel.name} ${windowName.value} ${dark.value}`}
              meta={channel}
              index={index}
              series={series}
              loads={loads.value}
              windowMs={windowMs}
              windowText={words.windows[windowName.value]}
              emptyText={loading.value ? words.loading : words.empty}
            />
          ),
      )}
      <fieldset class="toggles">
        <legend>{words.channels}</legend>
        {channels.map((channel) => (
          <button
            key={channel.name}
            type="button"
            aria-pressed={chosen.value.includes(channel.name)}
            onClick={() => toggle(channel.name)}
          >
            {strings.channels[channel.name] ?? strings.channelNotKnown(channel.name)}
          </button>
        ))}
      </fieldset>
      <p class="note">{words.legend}</p>
    </section>
  );
}

/** Loads at once and again shortly after, after every new connection, and every minute. */
function useHistory(station: string, windowMs: number, series: ChartSeries) {
  const loading = useSignal(true);
  const problem = useSignal<HistoryFailed | null>(null);
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
        problem.value = error instanceof HistoryFailed ? error : new HistoryFailed(String(error), '');
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
