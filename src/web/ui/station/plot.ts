/** uPlot set up the way this page draws: mean as a line, lowest to highest as a band, colours from the theme. */
import uPlot from 'uplot';
import type { Columns } from '../model/chart-series.ts';
import { fixed } from '../model/number-text.ts';
import { strings } from '../strings.ts';
import { clockText, clockTextWithSeconds } from '../time-text.ts';

const AXIS_FONT = '14px system-ui, sans-serif';
const Y_AXIS_WIDTH = 64;
/** Beside a narrow plot the numbers stand closer: the curve needs the room. */
const NARROW = { px: 300, axisWidth: 46 };
const X_AXIS_HEIGHT = 34;
/** In a plot lower than this the axis would have one number only. */
const LOW_PX = 140;

/** As many as tell two neighbouring ticks apart. */
function decimalsOf(step: number): number {
  return Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
}

/** `pointed` is told the index under the pointer, or `null`. */
export function makePlot(box: HTMLElement, pointed: (index: number | null) => void): uPlot {
  const style = getComputedStyle(box);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--ink-soft'),
    font: AXIS_FONT,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line'), width: 1, size: 6 },
  };
  const edge = { stroke: 'transparent', width: 0, points: { show: false } };
  return new uPlot(
    {
      width: box.clientWidth,
      height: box.clientHeight,
      legend: { show: false },
      // On the right half a time of day, which else is cut off at the edge.
      padding: [12, 20, 0, 0],
      cursor: { drag: { x: false, y: false }, y: false, sync: { key: 'station' }, points: { size: 8 } },
      scales: { x: { time: true, auto: false }, y: { auto: false } },
      axes: [
        {
          ...axis,
          size: X_AXIS_HEIGHT,
          space: 90,
          values: (_, splits, __, ___, stepS) =>
            splits.map((s) => (stepS < 60 ? clockTextWithSeconds : clockText)(s * 1000)),
        },
        {
          ...axis,
          size: box.clientWidth < NARROW.px ? NARROW.axisWidth : Y_AXIS_WIDTH,
          space: box.clientHeight < LOW_PX ? 22 : 36,
          values: (_, splits, __, ___, step) =>
            splits.map((value) => fixed(value, decimalsOf(step), strings.decimalMark)),
        },
      ],
      series: [{}, { stroke: colour('--fluid'), width: 2, spanGaps: false }, edge, edge],
      bands: [{ series: [3, 2], fill: colour('--fluid-band') }],
      hooks: { setCursor: [(plot) => pointed(plot.cursor.idx ?? null)] },
    },
    [[], [], [], []],
    box,
  );
}

export function draw(plot: uPlot, columns: Columns, x: readonly [number, number], y: readonly [number, number]): void {
  plot.batch(() => {
    plot.setData([columns.x, columns.mean, columns.min, columns.max], false);
    plot.setScale('x', { min: x[0], max: x[1] });
    plot.setScale('y', { min: y[0], max: y[1] });
  });
}

const STEPS = 100;

/** The pointer's work by keyboard. `false` for a key that means nothing here. */
export function moveCursor(plot: uPlot, key: string): boolean {
  const width = plot.over.clientWidth;
  const at = plot.cursor.left ?? -1;
  const from = at < 0 ? width : at;
  const targets: Readonly<Record<string, number>> = {
    ArrowLeft: from - width / STEPS,
    ArrowRight: from + width / STEPS,
    PageUp: from - width / 10,
    PageDown: from + width / 10,
    Home: 0,
    End: width,
    Escape: -10,
  };
  const left = targets[key];
  if (left === undefined) return false;
  const hidden = key === 'Escape';
  plot.setCursor({ left: hidden ? -10 : Math.min(width, Math.max(0, left)), top: hidden ? -10 : 1 });
  return true;
}
