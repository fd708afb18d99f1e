/** The open refill of a station as a screen may show it: with its age, and nothing of it that is no longer true. */
import type { RefillState } from '../../../refill/model.ts';
import type { StationView } from '../../api-types.ts';
import { store } from '../page.ts';
import { shown } from '../shown.ts';

export interface RefillNow {
  readonly state: RefillState;
  /** What was measured may be shown: the station speaks, and the server tells us. Otherwise every number is blank. */
  readonly fresh: boolean;
  /** ms since the refill began, by the server's clock. */
  readonly elapsedMs: number;
  readonly inPhaseMs: number;
}

const DEFAULT_EXPIRY_MS = 2000;

/** Read inside a component: it is then redrawn on every tick. `null` when none is open. */
export function refillNow(station: StationView): RefillNow | null {
  const arrived = store.refills.open.value.get(station.station ?? station.key);
  if (!arrived) return null;
  const { state } = arrived;
  const nowMs = store.nowMs.value;
  const ageMs = nowMs - arrived.arrivedMs + arrived.lagMs;
  const expiryMs = store.hello.value?.expiryMs ?? DEFAULT_EXPIRY_MS;
  const serverMs = store.serverUtcMs(nowMs) ?? state.atMs;
  const phaseBeganMs = state.phases.at(-1)?.atMs ?? state.beganMs;
  return {
    state,
    fresh: state.link === 'live' && ageMs <= expiryMs && shown(station).freshness.kind === 'fresh',
    elapsedMs: serverMs - state.beganMs,
    inPhaseMs: serverMs - phaseBeganMs,
  };
}
