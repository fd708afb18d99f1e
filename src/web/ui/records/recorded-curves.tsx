import { useEffect, useRef } from 'preact/hooks';
import type { Channel } from '../../../../protocols/reading.ts';
import type { HistoryResponse } from '../../api-types.ts';
import { extent, yScale } from '../model/chart-scale.ts';
import { ChartSeries } from '../model/chart-series.ts';
import { dark, store } from '../page.ts';
import { draw, makePlot } from '../station/plot.ts';
import { strings } from '../strings.ts';
import { useAnswer } from '../use-answer.ts';

const CURVES: readonly Channel[] = ['reservoirVolume', 'linePressure', 'lineFlow', 'collectorMass'];
const POINTS = 600;
const USUAL_MS = 250;

/** What the store has of a refill's time, each channel on its own axis. */
export function RecordedCurves({ station, fromMs, toMs }: { station: string; fromMs: number; toMs: number }) {
  const range = `from=${Math.floor(fromMs)}&to=${Math.ceil(Math.max(toMs, fromMs + 1000))}&points=${POINTS}`;
  const { answer, problem } = useAnswer<HistoryResponse>(`stations/${encodeURIComponent(station)}/history?${range}`);
  const history = answer.value;
  if (problem) return <p class="problem">{problem}</p>;
  if (history === null) return <p>{strings.chart.loading}</p>;
  return (
    <div class="recorded">
      {CURVES.map((channel) => (
        <Curve key={`${channel} ${dark.value}`} channel={channel} history={history} />
      ))}
    </div>
  );
}

function Curve({ channel, history }: { channel: Channel; history: HistoryResponse }) {
  const box = useRef<HTMLDivElement>(null);
  const unit = store.hello.value?.channels.find((each) => each.name === channel)?.unit ?? '';
  useEffect(() => {
    if (!box.current) return;
    const plot = makePlot(box.current, () => {});
    const series = new ChartSeries([channel], history.toMs - history.fromMs, history.bucketMs, USUAL_MS);
    series.load(history);
    const columns = series.columns(0, history.fromMs, history.toMs);
    draw(plot, columns, [history.fromMs / 1000, history.toMs / 1000], yScale(channel, extent(columns)));
    return () => plot.destroy();
  }, [history]);
  const name = `${strings.channels[channel]} ${strings.unit(unit)}`;
  return (
    <figure>
      <figcaption>{name}</figcaption>
      <div ref={box} class="plot" role="img" aria-label={name} />
    </figure>
  );
}
