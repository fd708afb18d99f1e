import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Channel } from '../../../../protocols/reading.ts';
import type { HistoryResponse, ReportedLevel } from '../../api-types.ts';
import { extent, yScale } from '../model/chart-scale.ts';
import { ChartSeries } from '../model/chart-series.ts';
import { dark, store } from '../page.ts';
import { draw, makePlot } from '../station/plot.ts';
import { strings } from '../strings.ts';
import { useAnswer } from '../use-answer.ts';

const CURVES: readonly Channel[] = ['linePressure', 'lineFlow', 'collectorMass'];
const POINTS = 600;
const USUAL_MS = 250;

interface Properties {
  readonly refill: string;
  readonly station: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The level as the refill's engine had it, and what the store has of that time, each on its own axis. */
export function RecordedCurves({ refill, station, fromMs, toMs }: Properties) {
  return (
    <div class="recorded">
      <LevelCurve refill={refill} />
      <StoredCurves station={station} fromMs={fromMs} toMs={toMs} />
    </div>
  );
}

/** The station's own count knows neither a needle astray nor a flush: the report's curve is the engine's, with its ± as a band. */
function LevelCurve({ refill }: { refill: string }) {
  const { answer, problem } = useAnswer<ReportedLevel>(`refills/${encodeURIComponent(refill)}/curves`);
  const curves = answer.value?.curves ?? null;
  const history = useMemo(() => curves && levelHistory(curves), [curves]);
  if (problem) return <p class="problem">{problem}</p>;
  if (history === null) return <p>{strings.chart.loading}</p>;
  return <Curve key={String(dark.value)} channel="reservoirVolume" history={history} />;
}

function levelHistory({ fromMs, stepMs, levelMl, levelU95Ml }: ReportedLevel['curves']): HistoryResponse {
  const off = (sign: number) => levelMl.map((ml, i) => (ml === null ? null : ml + sign * (levelU95Ml[i] ?? 0)));
  return {
    station: '',
    fromMs,
    toMs: fromMs + Math.max(1, levelMl.length - 1) * stepMs,
    bucketMs: stepMs,
    times: levelMl.map((_, i) => fromMs + i * stepMs),
    channels: { reservoirVolume: { mean: levelMl, min: off(-1), max: off(1) } },
  };
}

function StoredCurves({ station, fromMs, toMs }: Omit<Properties, 'refill'>) {
  const range = `from=${Math.floor(fromMs)}&to=${Math.ceil(Math.max(toMs, fromMs + 1000))}&points=${POINTS}`;
  const { answer, problem } = useAnswer<HistoryResponse>(`stations/${encodeURIComponent(station)}/history?${range}`);
  const history = answer.value;
  if (problem) return <p class="problem">{problem}</p>;
  if (history === null) return <p>{strings.chart.loading}</p>;
  return (
    <>
      {CURVES.map((channel) => (
        <Curve key={`${channel} ${dark.value}`} channel={channel} history={history} />
      ))}
    </>
  );
}

function Curve({ channel, history }: { channel: Channel; history: HistoryResponse }) {
  const box = useRef<HTMLDivElement>(null);
  const unit = store.hello.value?.channels.find((each) => each.name === channel)?.unit ?? '';
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const plot = makePlot(element, () => {});
    const series = new ChartSeries([channel], history.toMs - history.fromMs, history.bucketMs, USUAL_MS);
    series.load(history);
    const columns = series.columns(0, history.fromMs, history.toMs);
    draw(plot, columns, [history.fromMs / 1000, history.toMs / 1000], yScale(channel, extent(columns)));
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: element.clientHeight }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
  }, [history]);
  const name = `${strings.channels[channel]} ${strings.unit(unit)}`;
  return (
    <figure>
      <figcaption>{name}</figcaption>
      <div ref={box} class="plot" role="img" aria-label={name} />
    </figure>
  );
}
