import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { Channel } from '../../../../protocols/reading.ts';
import type { StationView } from '../../api-types.ts';
import { ChartSeries } from '../model/chart-series.ts';
import { dark, store } from '../page.ts';
import { SimulatedBand } from '../parts/simulated-band.tsx';
import { saidBy } from '../said-by.ts';
import { shown } from '../shown.ts';
import { strings } from '../strings.ts';
import { ChartPanel } from './chart-panel.tsx';
import { useHistory } from './use-history.ts';

const words = strings.chart;

const WINDOWS = { '1min': 60_000, '10min': 600_000, '1h': 3_600_000, '24h': 86_400_000 } as const;
type WindowName = keyof typeof WINDOWS;
const WINDOW_NAMES = Object.keys(WINDOWS) as WindowName[];
const SHOWN_FIRST: readonly Channel[] = ['reservoirVolume', 'lineFlow'];
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
          <p>{words.failed(...saidBy(problem.value, words))}</p>
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
