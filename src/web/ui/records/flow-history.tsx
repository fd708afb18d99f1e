import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { PumpHistory } from '../../api-types.ts';
import { dark } from '../page.ts';
import { numberText } from '../shown.ts';
import { strings } from '../strings.ts';
import { dateText } from '../time-text.ts';

const DAY_S = 86_400;
const CAP_PX = 4;
const ARROW_PX = 26;
/** Of the scale, above a lower bound, for its arrow. */
const ARROW_SHARE = 0.15;

/** Every measured flow with its error bar, over years, against the label flow and the pump's tolerance; of a pump that ran dry an arrow. */
export function FlowHistory({ history }: { history: PumpHistory }) {
  const box = useRef<HTMLDivElement>(null);
  const measured = history.points.flatMap(({ atMs, actualFlow, actualFlowU95, atLeast }) =>
    actualFlow === null ? [] : [{ atS: atMs / 1000, flow: actualFlow, u95: actualFlowU95 ?? 0, atLeast }],
  );
  useEffect(() => {
    if (!box.current || measured.length === 0) return;
    const plot = plotOf(box.current, history, measured);
    return () => plot.destroy();
  }, [history, dark.value]);
  if (measured.length === 0) return <p>{strings.records.pump.noHistory}</p>;
  return <div ref={box} class="flow-history" role="img" aria-label={strings.records.pump.history} />;
}

interface Measured {
  readonly atS: number;
  readonly flow: number;
  readonly u95: number;
  readonly atLeast: boolean;
}

function plotOf(box: HTMLElement, { pump }: PumpHistory, measured: readonly Measured[]): uPlot {
  const style = getComputedStyle(box);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const label = pump.labelFlowMlPerDay;
  const share = pump.model.tolerancePercent / 100;
  const x = measured.map(({ atS }) => atS);
  const all = measured.flatMap(({ flow, u95 }) => [flow - u95, flow + u95]);
  const low = Math.min(label * (1 - 1.6 * share), ...all);
  const bounds = measured.filter(({ atLeast }) => atLeast).map(({ flow }) => flow + ARROW_SHARE * (flow - low));
  const high = Math.max(label * (1 + 1.6 * share), ...all, ...bounds);
  const axis = {
    stroke: colour('--ink-soft'),
    font: '14px system-ui, sans-serif',
    grid: { stroke: colour('--line'), width: 1 },
  };
  const level = (value: number) => x.map(() => value);
  const line = { stroke: colour('--line-strong'), width: 1, points: { show: false } };
  return new uPlot(
    {
      width: box.clientWidth,
      height: box.clientHeight,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: true, range: [(x[0] ?? 0) - 10 * DAY_S, (x.at(-1) ?? 0) + 10 * DAY_S] },
        y: { range: [low, high] },
      },
      axes: [
        { ...axis, space: 120, values: (_, splits) => splits.map((s) => dateText(s * 1000)) },
        { ...axis, size: 64, values: (_, splits) => splits.map((value) => numberText(value, 2)) },
      ],
      series: [
        {},
        {
          stroke: colour('--fluid'),
          width: 1.5,
          points: { show: true, size: 8, fill: colour('--fluid') },
          spanGaps: true,
        },
        { ...line, dash: [8, 6], stroke: colour('--ink') },
        line,
        line,
      ],
      bands: [{ series: [3, 4], fill: colour('--band') }],
      hooks: { draw: [(plot) => errorBars(plot, measured, colour('--fluid'))] },
    },
    // A lower bound is no point of the line.
    [
      x,
      measured.map(({ flow, atLeast }) => (atLeast ? null : flow)),
      level(label),
      level(label * (1 + share)),
      level(label * (1 - share)),
    ],
    box,
  );
}

function errorBars(plot: uPlot, measured: readonly Measured[], stroke: string): void {
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  for (const { atS, flow, u95, atLeast } of measured) {
    const x = plot.valToPos(atS, 'x', true);
    if (atLeast) {
      arrowUp(ctx, x, plot.valToPos(flow, 'y', true));
      continue;
    }
    const [bottom, top] = [flow - u95, flow + u95].map((value) => plot.valToPos(value, 'y', true));
    const cap = CAP_PX * devicePixelRatio;
    for (const y of [bottom ?? 0, top ?? 0]) {
      ctx.moveTo(x - cap, y);
      ctx.lineTo(x + cap, y);
    }
    ctx.moveTo(x, bottom ?? 0);
    ctx.lineTo(x, top ?? 0);
  }
  ctx.stroke();
  ctx.restore();
}

/** From a short foot: somewhere above it. */
function arrowUp(ctx: CanvasRenderingContext2D, x: number, foot: number): void {
  const [cap, tip] = [CAP_PX * devicePixelRatio, foot - ARROW_PX * devicePixelRatio];
  ctx.moveTo(x - 2 * cap, foot);
  ctx.lineTo(x + 2 * cap, foot);
  ctx.moveTo(x, foot);
  ctx.lineTo(x, tip);
  ctx.moveTo(x - 1.5 * cap, tip + 2 * cap);
  ctx.lineTo(x, tip);
  ctx.lineTo(x + 1.5 * cap, tip + 2 * cap);
}
