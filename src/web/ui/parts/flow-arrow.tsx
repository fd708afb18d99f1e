import { type Direction, direction } from '../model/number-text.ts';
import { strings } from '../strings.ts';

/** Down through the septum, or up out of it, as the picture of the pump stands. */
const ARROWS: Record<Direction, string> = {
  in: 'M9 3v9H4l8 9 8-9h-5V3z',
  out: 'M9 21v-9H4l8-9 8 9h-5v9z',
  none: 'M4 7h16v3.5H4zM4 13.5h16V17H4z',
};

/** The arrow alone, 24 units wide and high. */
export function FlowArrow({ way }: { way: Direction }) {
  return <path d={ARROWS[way]} fill="currentColor" />;
}

/** Arrow and words; nothing when the flow is not known. `arrow`: for dense tables, the words are only spoken. */
export function FlowDirection({ flow, as = 'words' }: { flow: number | null; as?: 'words' | 'arrow' }) {
  if (flow === null) return null;
  const way = direction(flow);
  return (
    <span class={`direction direction-${way}`}>
      <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
        <FlowArrow way={way} />
      </svg>
      <span class={as === 'arrow' ? 'visually-hidden' : ''}>{strings.flowDirection[way]}</span>
    </span>
  );
}
