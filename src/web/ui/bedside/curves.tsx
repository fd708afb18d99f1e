import { useEffect, useMemo } from 'preact/hooks';
import type { Channel } from '../../../../protocols/reading.ts';
import type { StationView } from '../../api-types.ts';
import { language } from '../language.ts';
import { ChartSeries } from '../model/chart-series.ts';
import { dark, store } from '../page.ts';
import { FlowDirection } from '../parts/flow-arrow.tsx';
import { NumberWithUnit } from '../parts/number.tsx';
import { SimulatedBand } from '../parts/simulated-band.tsx';
import { shown } from '../shown.ts';
import { ChartPanel } from '../station/chart-panel.tsx';
import { useHistory } from '../station/use-history.ts';
import { strings } from '../strings.ts';

const WINDOW_MS = 600_000;
const BUCKETS = 600;
const CURVES: readonly Channel[] = ['linePressure', 'lineFlow'];

/** Line pressure and flow of the last minutes: from the store what it has, from the event stream what comes. */
export function Curves({ station }: { station: StationView }) {
  const channels = store.hello.value?.channels ?? [];
  const names = channels.map((c) => c.name).join();
  const expectedMs = station.rateHz ? 1000 / station.rateHz : 1000;
  // A changed rate must not throw the drawn history away.
  const series = useMemo(
    () => new ChartSeries(names.split(','), WINDOW_MS, WINDOW_MS / BUCKETS, expectedMs),
    [names, station.key],
  );
  const { loading, loads } = useHistory(station.station ?? station.key, WINDOW_MS, series);
  useEffect(() => store.onReading(station.key, (reading) => series.add(reading)), [station.key, series]);
  const words = strings.chart;
  return (
    <section class="panel bedside-curves" aria-label={strings.refill.curves}>
      {shown(station).simulated && <SimulatedBand text={strings.simulated} />}
      {channels.map(
        (channel, index) =>
          CURVES.includes(channel.name) && (
            <ChartPanel
              key={`${channel.name} ${dark.value} ${language.value}`}
              meta={channel}
              index={index}
              series={series}
              loads={loads.value}
              windowMs={WINDOW_MS}
              windowText={words.windows['10min']}
              emptyText={loading.value ? words.loading : words.empty}
              now={<Now station={station} channel={channel.name} />}
            />
          ),
      )}
    </section>
  );
}

/** What the curve has come to. */
function Now({ station, channel }: { station: StationView; channel: Channel }) {
  const now = shown(station);
  return (
    <>
      <NumberWithUnit shown={now} channel={channel} />{' '}
      {channel === 'lineFlow' && <FlowDirection flow={now.value(channel)} as="arrow" />}
    </>
  );
}
