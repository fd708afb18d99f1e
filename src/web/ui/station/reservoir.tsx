import { useRef } from 'preact/hooks';
import { direction, scaleFor } from '../model/number-text.ts';
import { FlowArrow } from '../parts/flow-arrow.tsx';
import { Bellows, Graduations, Hatch, PumpBody, yOf } from '../parts/pump-drawing.tsx';
import { strings } from '../strings.ts';

export function Reservoir({ level, flow, unit }: { level: number | null; flow: number | null; unit: string }) {
  const highest = useRef(0);
  // The scale never shrinks while one looks at it: the same height keeps meaning the same volume.
  highest.current = Math.max(highest.current, level ?? 0);
  const top = scaleFor(highest.current);
  return (
    <svg
      class="reservoir"
      viewBox="22 -24 310 288"
      role="img"
      aria-label={strings.station.picture(level === null ? null : String(level), unit, top)}
    >
      {flow !== null && direction(flow) !== 'none' && (
        <g class="flow-at-septum" transform="translate(127 -24) scale(1.9)">
          <FlowArrow way={direction(flow)} />
        </g>
      )}
      <PumpBody />
      {level === null ? <Hatch /> : <Bellows surface={yOf(level, top)} />}
      <Graduations top={top} unit={unit} />
    </svg>
  );
}
