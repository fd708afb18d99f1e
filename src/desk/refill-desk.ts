import type { RefillState } from '../refill/model.ts';

export interface RefillDesk {
  stations(): readonly string[];
  state(station: string): RefillState | null;
}
