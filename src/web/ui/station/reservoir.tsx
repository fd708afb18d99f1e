import { useRef } from 'preact/hooks';
import { direction, scaleFor } from '../model/number-text.ts';
import { FlowArrow } from '../parts/flow-arrow.tsx';
import { strings } from '../strings.ts';

/** Inner height of the pump in drawing units, and where its floor is. */
const FLOOR = 236;
const HEIGHT = 150;
const LEFT = 52;
const RIGHT = 248;
const FOLDS = 10;

/** The pump cut open from the side: a puck with its septum on top, and a bellows that rises with the level. */
export function Reservoir({ level, flow, unit }: { level: number | null; flow: number | null; unit: string }) {
  const highest = useRef(0);
  // The scale never shrinks while one looks at it: the same height keeps meaning the same volume.
  highest.current = Math.max(highest.current, level ?? 0);
  const top = scaleFor(highest.current);
  const yOf = (volume: number) => FLOOR - (HEIGHT * Math.min(volume, top)) / top;
  const surface = level === null ? FLOOR : yOf(level);
  return (
    <svg
      class="reservoir"
      viewBox="22 -24 310 288"
      role="img"
      aria-label={strings.station.picture(level === null ? null : String(level), unit, top)}
    >
      <path
        class="pump-body"
        d="M116 62a34 34 0 0 1 68 0h52a36 36 0 0 1 36 36v122a36 36 0 0 1-36 36H64a36 36 0 0 1-36-36V98a36 36 0 0 1 36-36z"
      />
      {flow !== null && direction(flow) !== 'none' && (
        <g class="flow-at-septum" transform="translate(127 -24) scale(1.9)">
          <FlowArrow way={direction(flow)} />
        </g>
      )}
      <path class="pump-septum" d="M128 56a22 22 0 0 1 44 0z" />
      <rect
        class="pump-chamber"
        x={LEFT - 6}
        y={FLOOR - HEIGHT - 6}
        width={RIGHT - LEFT + 12}
        height={HEIGHT + 12}
        rx="10"
      />
      {level === null ? <Hatch /> : <Bellows surface={surface} />}
      {graduations(top).map((volume) => (
        <g key={volume} class={volume % 10 === 0 ? 'major' : 'minor'}>
          <path d={`M${RIGHT + (volume % 10 === 0 ? 8 : 16)} ${yOf(volume)}H${RIGHT + 38}`} />
          {volume % (top > 40 ? 20 : 10) === 0 && (
            <text x={RIGHT + 43} y={yOf(volume) + 6}>
              {volume}
            </text>
          )}
        </g>
      ))}
      <text class="scale-unit" x={RIGHT + 43} y={FLOOR - HEIGHT - 18}>
        {unit}
      </text>
    </svg>
  );
}

function graduations(top: number): number[] {
  return Array.from({ length: top / 5 + 1 }, (_, i) => i * 5);
}

/** Zigzag walls from the floor up to the plate that the fluid lifts. */
function Bellows({ surface }: { surface: number }) {
  const step = (FLOOR - surface) / FOLDS;
  const points = (x: number, inward: number) =>
    Array.from({ length: FOLDS + 1 }, (_, i) => `${x + (i % 2 === 1 ? inward : 0)} ${FLOOR - i * step}`);
  const walls = [...points(LEFT, 9), ...points(RIGHT, -9).reverse()];
  return (
    <g>
      <path class="fluid" d={`M${walls.join('L')}Z`} />
      <path class="plate" d={`M${LEFT - 2} ${surface}H${RIGHT + 2}`} />
    </g>
  );
}

function Hatch() {
  const lines = Array.from({ length: 8 }, (_, i) => {
    const x = LEFT + i * 24;
    return `M${x} ${FLOOR}L${x + 28} ${FLOOR - HEIGHT}`;
  });
  return <path class="no-value-hatch" d={lines.join('')} />;
}
