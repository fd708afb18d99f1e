import type { RefillState } from '../../../refill/model.ts';
import { direction } from '../model/number-text.ts';
import { expectedResidual } from '../model/residual.ts';
import { FlowArrow } from '../parts/flow-arrow.tsx';
import { Bellows, DRAWING, Graduations, Hatch, PumpBody, yOf } from '../parts/pump-drawing.tsx';
import { numberText, uncertaintyText } from '../shown.ts';
import { strings } from '../strings.ts';

const { left, right } = DRAWING;
/** Beside the words, which begin on the left. */
const BAR = right - 30;
/** Room above the capacity in which an overfill still shows. */
const ABOVE_CAPACITY = 1.15;

/** The reservoir with its capacity, the residual expected, and how sure the level is. */
export function ReservoirPicture({ state, flow, fresh }: { state: RefillState; flow: number | null; fresh: boolean }) {
  const words = strings.refill;
  const capacity = state.pump.model.capacityMl;
  const top = Math.ceil((capacity * ABOVE_CAPACITY) / 5) * 5;
  const level = fresh ? state.level : null;
  const expected = expectedResidual(state);
  const aim = aimOf(state);
  const spoken = level
    ? `${words.plusMinus(numberText(level.value, 1), uncertaintyText(level.u95, 1))} mL`
    : strings.noFreshValue;
  return (
    <svg
      class="reservoir bedside-reservoir"
      viewBox="22 -24 330 288"
      role="img"
      aria-label={`${words.picture(spoken, numberText(capacity, 0))}${expected ? ` ${words.pictureExpected(numberText(expected.value, 1))}` : ''}`}
    >
      {flow !== null && direction(flow) !== 'none' && (
        <g class="flow-at-septum" transform="translate(127 -24) scale(1.9)">
          <FlowArrow way={direction(flow)} />
        </g>
      )}
      <PumpBody />
      {level === null ? <Hatch /> : <Bellows surface={yOf(level.value, top)} />}
      <Mark kind="capacity" y={yOf(capacity, top)} text={words.capacity} />
      {aim && <Mark kind="expected" y={yOf(aim.ml, top)} text={aim.text} />}
      {level && <ErrorBar low={yOf(level.value - level.u95, top)} high={yOf(level.value + level.u95, top)} />}
      <Graduations top={top} unit="mL" />
    </svg>
  );
}

/** Nearer to the capacity than this the two marks could not be told apart, mL. */
const APART_ML = 1.5;

/** While emptying what should be left, while filling what was ordered. */
function aimOf(state: RefillState): { readonly ml: number; readonly text: string } | null {
  const words = strings.refill;
  const expected = expectedResidual(state);
  if (state.filled === null) return expected && { ml: expected.value, text: words.expectedResidual };
  const ml = state.order.fillMl;
  return Math.abs(ml - state.pump.model.capacityMl) < APART_ML ? null : { ml, text: words.ordered };
}

function Mark({ kind, y, text }: { kind: 'capacity' | 'expected'; y: number; text: string }) {
  return (
    <g class={`mark mark-${kind}`}>
      <path d={`M${left - 4} ${y}H${right + 4}`} />
      <text x={left + 8} y={y - 5}>
        {text}
      </text>
    </g>
  );
}

/** The 95 % interval as a bar with caps; the caps alone when it is narrower than they are. */
function ErrorBar({ low, high }: { low: number; high: number }) {
  const bar = `M${BAR} ${low}V${high}M${BAR - 16} ${low}h32M${BAR - 16} ${high}h32`;
  return (
    <g class="error-bar">
      <path class="halo" d={bar} />
      <path d={bar} />
    </g>
  );
}
