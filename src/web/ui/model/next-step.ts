/** What the person at the bedside has to do next, as a key of the catalogue. */
import type { Phase, RefillState } from '../../../refill/model.ts';

export const STEPS = [
  'identifyScan',
  'identifyCheck',
  'zero',
  'prep',
  'accessInsert',
  'accessCheck',
  'emptyOpen',
  'emptyRun',
  'measureClose',
  'measureStable',
  'measureDecide',
  'confirm',
  'fill',
  'fillDone',
  'flush',
  'deaccessWithdraw',
  'deaccessDress',
  'record',
] as const;
export type Step = (typeof STEPS)[number];

/** Closer to the order than a push of the hand can be aimed, mL. */
const AIM_ML = 0.3;

type Known = Pick<RefillState, 'phase' | 'needle' | 'clamp' | 'holds' | 'order' | 'reconciliation' | 'filled'>;

const BY_PHASE: Readonly<Record<Phase, (state: Known) => Step>> = {
  identify: ({ order, holds }) => {
    const byScan = order.expectedPumpUdi !== null || order.expectedDrugCode !== null;
    const open = holds.some(({ hold, state }) => hold === 'identity' && state === 'pending');
    return byScan && open ? 'identifyScan' : 'identifyCheck';
  },
  zero: () => 'zero',
  prep: () => 'prep',
  access: ({ needle }) => (needle === 'in' ? 'accessCheck' : 'accessInsert'),
  empty: ({ clamp }) => (clamp === 'closed' ? 'emptyOpen' : 'emptyRun'),
  measure: ({ clamp, reconciliation }) => {
    if (clamp === 'open') return 'measureClose';
    return reconciliation === null ? 'measureStable' : 'measureDecide';
  },
  confirm: () => 'confirm',
  fill: (state) => (toFill(state) <= AIM_ML ? 'fillDone' : 'fill'),
  flush: () => 'flush',
  deaccess: ({ needle }) => (needle === 'out' ? 'deaccessDress' : 'deaccessWithdraw'),
  record: () => 'record',
};

export function nextStep(state: Known): Step {
  return BY_PHASE[state.phase](state);
}

/** What is still to go in of the order, mL, never below 0. */
export function toFill({ order, filled }: Pick<RefillState, 'order' | 'filled'>): number {
  return Math.max(0, order.fillMl - (filled?.value ?? 0));
}

/** Between two septa lies a path that by-passes the reservoir. */
export function hasBolusPath({ model }: Pick<RefillState['pump'], 'model'>): boolean {
  return model.septa >= 2;
}
