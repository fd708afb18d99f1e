/** The last minutes as small curves; holes stay holes. */
import type { Sample } from '../api-types.ts';
import { samples } from './state.ts';
import { strings } from './strings.ts';

const WINDOW_MS = 300_000;
/** Older than this a value is none any more; it is heard up to two seconds late. */
const FRESH_MS = 5000;
const [WIDTH, HEIGHT] = [300, 44];
const ROWS = [
  { name: 'level', unit: 'mL', at: 5, beside: 6, least: 10 },
  { name: 'mass', unit: 'g', at: 2, beside: null, least: 5 },
  { name: 'flow', unit: 'mL/min', at: 3, beside: null, least: 10 },
  { name: 'pressure', unit: 'kPa', at: 4, beside: null, least: 10 },
] as const;

export function Curves({ number, endMs }: { number: number; endMs: number }) {
  const all = samples.value.get(number) ?? [];
  const shown = all.filter(([, atMs]) => atMs >= endMs - WINDOW_MS);
  return (
    <div class="curves">
      {ROWS.map((row) => (
        <Curve key={row.name} row={row} shown={shown} endMs={endMs} />
      ))}
      <p class="soft small">{strings.lastMinutes}</p>
    </div>
  );
}

/** No minus before a zero. */
const fixed = (value: number, decimals: number) => value.toFixed(decimals).replace(/^-(0(\.0*)?)$/, '$1');

function Curve({ row, shown, endMs }: { row: (typeof ROWS)[number]; shown: readonly Sample[]; endMs: number }) {
  const { at, beside, name, unit, least } = row;
  const values = shown
    .flatMap((sample) => [sample[at], beside === null ? null : sample[beside]])
    .filter((v) => v !== null);
  const low = Math.min(0, ...values);
  const high = Math.max(low + least, ...values);
  const pathOf = (index: 2 | 3 | 4 | 5 | 6) => {
    let path = '';
    let pen = 'M';
    for (const sample of shown) {
      const value = sample[index];
      if (value === null) {
        pen = 'M';
        continue;
      }
      const x = WIDTH * (1 - (endMs - sample[1]) / WINDOW_MS);
      path += `${pen}${x.toFixed(1)} ${(HEIGHT - (HEIGHT * (value - low)) / (high - low)).toFixed(1)}`;
      pen = 'L';
    }
    return path;
  };
  const newest = shown.at(-1);
  const last = newest === undefined || newest[1] < endMs - FRESH_MS ? null : newest[at];
  return (
    <div class="curve">
      <p>
        {strings.curves[name]}
        <span class="digits"> {last === null ? '–' : fixed(last, 1)} </span>
        <span class="soft small">{unit}</span>
      </p>
      <svg viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`} preserveAspectRatio="none" aria-hidden="true">
        {low < 0 && <path class="curve-zero" d={`M0 ${HEIGHT + (HEIGHT * low) / (high - low)}H${WIDTH}`} />}
        {beside !== null && <path class="curve-truth" d={pathOf(beside)} />}
        <path class="curve-said" d={pathOf(at)} />
      </svg>
      <p class="soft small range">
        <span>{fixed(high, 0)}</span>
        <span>{fixed(low, 0)}</span>
      </p>
    </div>
  );
}
