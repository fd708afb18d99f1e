import type { VerdictWord } from '../model/residual.ts';

/** A shape of its own for each verdict: a tick, a stop sign with the way it went, a question. */
const SHAPES: Readonly<Record<VerdictWord, readonly [ground: string, cut: string]>> = {
  within: ['M12 1a11 11 0 1 1 0 22 11 11 0 0 1 0-22z', 'M6.5 12.5l3.8 3.8L17.5 8.5'],
  outsideFast: ['M7.5 1.5h9l6 6v9l-6 6h-9l-6-6v-9z', 'M6 17l6-6 6 6M6 11l6-6 6 6'],
  outsideSlow: ['M7.5 1.5h9l6 6v9l-6 6h-9l-6-6v-9z', 'M6 7l6 6 6-6M6 13l6 6 6-6'],
  indeterminate: ['M12 1l11 11-11 11L1 12z', 'M9 9.5a3 3 0 1 1 4.4 2.7c-1 .6-1.4 1-1.4 2.2M12 17.2v.8'],
};

export function VerdictIcon({ verdict }: { verdict: VerdictWord }) {
  const [ground, cut] = SHAPES[verdict];
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={ground} fill="currentColor" />
      <path d={cut} class="icon-cut" />
    </svg>
  );
}
