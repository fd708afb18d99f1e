import { scaleFor } from '../model/number-text.ts';

/** The reservoir at a glance. Hatched when there is no fresh value, so that it cannot be taken for empty. */
export function MiniReservoir({ level }: { level: number | null }) {
  const share = level === null ? 0 : Math.min(1, level / scaleFor(level));
  const height = 26 * share;
  return (
    <svg class={level === null ? 'mini mini-blank' : 'mini'} viewBox="0 0 56 44" aria-hidden="true">
      <path
        class="mini-body"
        d="M21 9a7 7 0 0 1 14 0h9a9 9 0 0 1 9 9v14a9 9 0 0 1-9 9H12a9 9 0 0 1-9-9V18a9 9 0 0 1 9-9z"
      />
      {level === null ? (
        <path class="mini-hatch" d="M12 37L34 13M22 38L44 14M8 31L24 13M33 38L48 22" />
      ) : (
        <rect class="mini-fluid" x="7" y={38 - height} width="42" height={height} rx="3" />
      )}
    </svg>
  );
}
