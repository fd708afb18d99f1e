/** Curves of one station as SVG: one strip per unit, alarms and phases marked by name, not by colour alone. */
import type { Curves, Series } from './curves.ts';
import { escaped } from './escaped.ts';

const WIDTH = 1120;
const LEFT = 130;
const STRIP = 120;
const TOP = 26;
const STROKES = [
  { colour: '#0b4f9e', dash: '' },
  { colour: '#a3161a', dash: '6 4' },
];

export function drawing(curves: Curves): string {
  const strips = new Map<string, Series[]>();
  for (const series of curves.series) {
    const key = series.name.startsWith('level') ? 'level' : series.name;
    strips.set(key, [...(strips.get(key) ?? []), series]);
  }
  if (strips.size === 0) return '';
  const end = Math.max(...curves.series.flatMap(({ points }) => points.map(([s]) => s)), 1);
  const x = (s: number) => LEFT + (s / end) * (WIDTH - LEFT - 10);
  const alarmsTop = TOP + strips.size * STRIP;
  const height = alarmsTop + 18 * curves.alarms.length + 24;
  const body = [
    ...curves.phases.map(
      ({ phase, atS }, i) =>
        `<line x1="${n(x(atS))}" x2="${n(x(atS))}" y1="14" y2="${alarmsTop}" stroke="#c9ced6"/><text x="${n(x(atS) + 2)}" y="${i % 2 === 0 ? 10 : 22}">${escaped(phase)}</text>`,
    ),
    ...[...strips].map(([name, list], i) => strip(name, list, TOP + i * STRIP, x)),
    ...curves.alarms.map(({ condition, fromS, toS }, i) => {
      const y = alarmsTop + 6 + i * 18;
      const label = x(fromS) > WIDTH - 200 ? x(fromS) - 4 : x(fromS) + 4;
      const anchor = x(fromS) > WIDTH - 200 ? 'end' : 'start';
      return `<rect x="${n(x(fromS))}" y="${y}" width="${n(Math.max(2, x(toS) - x(fromS)))}" height="14" fill="#ffd9a0" stroke="#8a6100"/><text x="${n(label)}" y="${y + 11}" text-anchor="${anchor}">${escaped(condition)} ${fromS.toFixed(1)} s</text>`;
    }),
    `<text x="${LEFT}" y="${height - 6}">0 s</text><text x="${WIDTH - 10}" y="${height - 6}" text-anchor="end">${end.toFixed(0)} s</text>`,
  ];
  return `<h3>${escaped(curves.station)}</h3><div class="curves"><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="curves of ${escaped(curves.station)}">${body.join('')}</svg></div>`;
}

function strip(name: string, list: readonly Series[], top: number, x: (s: number) => number): string {
  const values = list.flatMap(({ points }) => points.map(([, value]) => value));
  const low = Math.min(...values, 0);
  const high = Math.max(...values, low + 1e-6);
  const y = (value: number) => top + STRIP - 12 - ((value - low) / (high - low)) * (STRIP - 24);
  const lines = list.map(({ points }, i) => {
    const { colour, dash } = STROKES[i % STROKES.length] ?? { colour: '#000', dash: '' };
    const path = points.map(([s, value]) => `${n(x(s))},${n(y(value))}`).join(' ');
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.5" stroke-dasharray="${dash}"/>`;
  });
  const [first] = list;
  const note = list.length > 1 ? 'dashed: in truth' : '';
  return [
    `<line x1="${LEFT}" x2="${WIDTH - 10}" y1="${n(y(0))}" y2="${n(y(0))}" stroke="#c9ced6"/>`,
    `<text x="4" y="${top + 20}">${escaped(name)}</text><text x="4" y="${top + 34}">${escaped(first?.unit ?? '')}</text><text x="4" y="${top + 48}" fill="#4a5260">${note}</text>`,
    `<text x="${LEFT - 4}" y="${n(y(high) + 4)}" text-anchor="end">${short(high)}</text>`,
    `<text x="${LEFT - 4}" y="${n(y(low) + 4)}" text-anchor="end">${short(low)}</text>`,
    ...lines,
  ].join('');
}

const n = (value: number) => String(Math.round(value * 10) / 10);
const short = (value: number) => String(Number(value.toPrecision(3)));
