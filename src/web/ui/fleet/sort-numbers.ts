import { untracked } from '@preact/signals';
import type { StationView } from '../../api-types.ts';
import { store } from '../page.ts';
import { shown } from '../shown.ts';

/** Untracked: the order follows its own slow tick, not every redraw. */
export function levelOf(station: StationView): number | null {
  return untracked(() => shown(station).value('reservoirVolume'));
}

export function ageOfNewest(station: StationView): number | null {
  const freshness = untracked(() => store.freshness(station));
  return freshness.kind === 'never' ? null : freshness.ageMs;
}
