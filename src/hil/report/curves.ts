/** What a report draws of one station: the live values, the level that was said, and what truly was. */
import { CHANNELS } from '../../../protocols/reading.ts';
import type { Recording } from '../recording.ts';

export interface Series {
  readonly name: string;
  readonly unit: string;
  /** Seconds of the run, value. */
  readonly points: readonly (readonly [s: number, value: number])[];
}

export interface Curves {
  readonly station: string;
  readonly series: readonly Series[];
  readonly alarms: readonly { readonly condition: string; readonly fromS: number; readonly toS: number }[];
  readonly phases: readonly { readonly phase: string; readonly atS: number }[];
}

const MOST_POINTS = 240;
const DRAWN = ['linePressure', 'lineFlow', 'mass'];

export function curvesOf(recording: Recording, station: string): Curves {
  const mine = recording.messages.filter(({ topic }) => topic.startsWith(`hai/v1/${recording.site}/${station}/`));
  const of = (kind: string) => mine.filter(({ topic }) => topic.endsWith(`/${kind}`));
  const series: Series[] = CHANNELS.filter(({ name }) => DRAWN.includes(name)).map(({ name, unit }) => ({
    name,
    unit,
    points: thinned(
      of('live').flatMap(({ atMs, payload }) => {
        const value = (payload as { values: Record<string, number | null> }).values[name];
        return typeof value === 'number' ? [[atMs / 1000, value] as const] : [];
      }),
    ),
  }));
  const level = of('refill').flatMap(({ atMs, payload }) => {
    const value = (payload as { level?: { value: number } | null } | null)?.level?.value;
    return value === undefined ? [] : [[atMs / 1000, value] as const];
  });
  const truth = recording.told.flatMap((one) =>
    one.ev === 'truth' && one.s === station ? [[one.atMs / 1000, Number(one.reservoirMl)] as const] : [],
  );
  const phases: { phase: string; atS: number }[] = [];
  for (const { atMs, payload } of of('refill')) {
    const phase = (payload as { phase?: string | null } | null)?.phase;
    if (phase != null && phase !== phases.at(-1)?.phase) phases.push({ phase, atS: atMs / 1000 });
  }
  return {
    station,
    series: [
      { name: 'level as said', unit: 'mL', points: thinned(level) },
      { name: 'level in truth', unit: 'mL', points: thinned(truth) },
      ...series,
    ].filter(({ points }) => points.length > 1),
    alarms: alarmSpans(recording, station),
    phases,
  };
}

function alarmSpans(recording: Recording, station: string): Curves['alarms'] {
  const open = new Map<string, number>();
  const spans: { condition: string; fromS: number; toS: number }[] = [];
  for (const { atMs, topic, payload } of recording.messages) {
    const [, , , source, kind, condition] = topic.split('/');
    if (kind !== 'alarm' || condition === undefined || (source !== station && source !== recording.bridge)) continue;
    const present = (payload as { condition?: { presence?: boolean } } | null)?.condition?.presence === true;
    const from = open.get(condition);
    if (present && from === undefined) open.set(condition, atMs);
    if (present || from === undefined) continue;
    spans.push({ condition, fromS: from / 1000, toS: atMs / 1000 });
    open.delete(condition);
  }
  for (const [condition, from] of open) spans.push({ condition, fromS: from / 1000, toS: recording.endMs / 1000 });
  return spans;
}

/** The least and the largest of each stretch, so that a spike stays. */
function thinned(points: readonly (readonly [number, number])[]): [number, number][] {
  const round = ([s, value]: readonly [number, number]): [number, number] => [
    Math.round(s * 10) / 10,
    Math.round(value * 1000) / 1000,
  ];
  if (points.length <= MOST_POINTS) return points.map(round);
  const size = Math.ceil((2 * points.length) / MOST_POINTS);
  const kept: [number, number][] = [];
  for (let i = 0; i < points.length; i += size) {
    const stretch = points.slice(i, i + size);
    const low = stretch.reduce((a, b) => (b[1] < a[1] ? b : a));
    const high = stretch.reduce((a, b) => (b[1] > a[1] ? b : a));
    const both = low[0] <= high[0] ? [low, high] : [high, low];
    kept.push(...both.map(round));
  }
  return kept;
}
