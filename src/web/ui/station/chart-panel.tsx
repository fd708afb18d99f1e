import { useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import type { ChannelMeta } from '../../api-types.ts';
import { extent, yScale } from '../model/chart-scale.ts';
import type { ChartSeries, Columns } from '../model/chart-series.ts';
import { fixed } from '../model/number-text.ts';
import { reducedMotion, store } from '../page.ts';
import { strings } from '../strings.ts';
import { clockTextWithSeconds } from '../time-text.ts';
import { draw, makePlot, moveCursor } from './plot.ts';

interface Properties {
  readonly meta: ChannelMeta;
  readonly index: number;
  readonly series: ChartSeries;
  /** Goes up when the series got a new history: drawn at once. */
  readonly loads: number;
  readonly windowMs: number;
  readonly windowText: string;
  /** Said while there is nothing to draw. */
  readonly emptyText: string;
  /** Instead of the range while nothing is pointed at. */
  readonly now?: ComponentChildren;
}

/** Redrawing more often than the picture moves by a pixel or so is wasted. */
const STEPS_PER_WINDOW = 1000;
const CALM_MS = 2000;

function rangeOf(low: string, high: string, unit: string): string {
  return low === high ? `${low} ${unit}` : strings.chart.range(low, high, unit);
}

/** One channel over time: its own axis, so that no two units share one. */
export function ChartPanel({ meta, index, series, loads, windowMs, windowText, emptyText, now }: Properties) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data = useRef<Columns | null>(null);
  const lastDrawnMs = useRef(Number.NEGATIVE_INFINITY);
  const range = useSignal<readonly [number, number] | null>(null);
  const pointed = useSignal<number | null>(null);

  const redraw = (nowMs: number) => {
    const toMs = store.serverUtcMs(nowMs);
    if (!plot.current || toMs === null) return;
    lastDrawnMs.current = nowMs;
    const columns = series.columns(index, toMs - windowMs, toMs);
    data.current = columns;
    const found = extent(columns);
    if (found?.[0] !== range.peek()?.[0] || found?.[1] !== range.peek()?.[1]) range.value = found;
    draw(plot.current, columns, [(toMs - windowMs) / 1000, toMs / 1000], yScale(meta.name, found));
  };

  useEffect(() => {
    const box = frame.current;
    if (!box) return;
    const made = makePlot(box, (at) => {
      pointed.value = at;
    });
    plot.current = made;
    redraw(performance.now());
    const resize = new ResizeObserver(() => made.setSize({ width: box.clientWidth, height: box.clientHeight }));
    resize.observe(box);
    return () => {
      resize.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, []);

  useEffect(() => redraw(performance.now()), [loads]);

  useSignalEffect(() => {
    const nowMs = store.nowMs.value;
    const interval = reducedMotion.value ? CALM_MS : windowMs / STEPS_PER_WINDOW;
    if (nowMs - lastDrawnMs.current >= Math.min(interval, CALM_MS)) redraw(nowMs);
  });

  const number = (value: number | null | undefined) =>
    fixed(value, meta.decimals, strings.decimalMark) ?? strings.blank;
  const unit = strings.unit(meta.unit);
  const name = strings.channels[meta.name] ?? strings.channelNotKnown(meta.name);
  const [low, high] = range.value ?? [null, null];
  const rangeText = low === null ? emptyText : rangeOf(number(low), number(high), unit);
  const at = pointed.value;
  const columns = data.current;
  const seconds = at === null ? undefined : columns?.x[at];
  const age = Math.max(0, (columns?.x.at(-1) ?? 0) - (seconds ?? 0)) * 1000;
  const text =
    at === null || !columns || seconds === undefined
      ? rangeText
      : strings.chart.pointAt(
          clockTextWithSeconds(seconds * 1000),
          number(columns.mean[at]),
          number(columns.min[at]),
          number(columns.max[at]),
          unit,
        );
  return (
    <div class="chart-panel">
      <div class="chart-panel-head">
        <h3>
          {name} <span class="unit">{unit}</span>
        </h3>
        <span class="chart-range">{at === null && now !== undefined ? now : text}</span>
      </div>
      <div
        ref={frame}
        class="plot"
        role="slider"
        tabIndex={0}
        aria-label={strings.chart.label(name, windowText, rangeText)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={seconds === undefined ? 100 : Math.round(100 - (age / windowMs) * 100)}
        aria-valuetext={text}
        onKeyDown={(event) => {
          if (plot.current && moveCursor(plot.current, event.key)) event.preventDefault();
        }}
        onBlur={() => plot.current && moveCursor(plot.current, 'Escape')}
        data-channel={meta.name}
      />
    </div>
  );
}
