/**
 * When to open and close a link, as a pure state machine: what is wanted against what is. It compares states instead of
 * counting events, so a burst of plug events cannot confuse it, and at most one open or close is ever in progress.
 *
 *   closed ──want open──▶ opening ──opened──▶ open ──lost──▶ waiting ──due──▶ opening
 *                            └──open-failed──▶ waiting          ▲
 *                                open ──restart──▶ closing ─────┘
 */
export type Actual = 'closed' | 'opening' | 'open' | 'closing' | 'waiting';

export interface ReconnectState {
  readonly wanted: 'open' | 'closed';
  readonly actual: Actual;
  /** Attempts since the link was last found good; decides the next delay. */
  readonly failures: number;
}

export type ReconnectEvent =
  | 'want-open'
  | 'want-closed'
  | 'opened'
  | 'open-failed'
  | 'lost'
  | 'closed'
  | 'due'
  | 'restart'
  /** Somebody we know answered: the next failure is a new story. */
  | 'good';

/** What the driver must do now. */
export type ReconnectAction = 'open' | 'close' | 'wait' | 'stop-waiting' | 'nothing';

export const AT_REST: ReconnectState = { wanted: 'closed', actual: 'closed', failures: 0 };

export interface ReconnectStep {
  readonly state: ReconnectState;
  readonly action: ReconnectAction;
}

/** Events that do not fit the state (a late answer, a second request) change nothing. */
export function reconnectStep(state: ReconnectState, event: ReconnectEvent): ReconnectStep {
  const { wanted, actual, failures } = state;
  const go = (next: Partial<ReconnectState>, action: ReconnectAction): ReconnectStep => ({
    state: { ...state, ...next },
    action,
  });
  const retry = (): ReconnectStep =>
    wanted === 'open' ? go({ actual: 'waiting', failures: failures + 1 }, 'wait') : go({ actual: 'closed' }, 'nothing');

  switch (event) {
    case 'want-open':
      return actual === 'closed'
        ? go({ wanted: 'open', actual: 'opening' }, 'open')
        : go({ wanted: 'open' }, 'nothing');
    case 'want-closed':
      if (actual === 'open') return go({ wanted: 'closed', actual: 'closing' }, 'close');
      if (actual === 'waiting') return go({ wanted: 'closed', actual: 'closed' }, 'stop-waiting');
      return go({ wanted: 'closed' }, 'nothing');
    case 'opened':
      if (actual !== 'opening') break;
      return wanted === 'open' ? go({ actual: 'open' }, 'nothing') : go({ actual: 'closing' }, 'close');
    case 'open-failed':
      if (actual === 'opening') return retry();
      break;
    case 'lost':
      if (actual === 'open') return retry();
      break;
    case 'closed':
      if (actual === 'closing') return retry();
      break;
    case 'due':
      if (actual === 'waiting') return go({ actual: 'opening' }, 'open');
      break;
    case 'restart':
      if (actual === 'open') return go({ actual: 'closing' }, 'close');
      break;
    case 'good':
      return go({ failures: 0 }, 'nothing');
  }
  return { state, action: 'nothing' };
}

const FIRST_MS = 100;
const LONGEST_MS = 2000;

/**
 * Delay before attempt `failures` + 1: 100 ms, doubling up to 2 s, of which `random` (0..1) takes away up to half, so that
 * forty stations behind one hub do not come back in the same instant.
 */
export function backoffMs(failures: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, Math.min(failures - 1, 16)));
  return full * (1 - random / 2);
}
