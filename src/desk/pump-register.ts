import type { PastFill, Pump } from '../refill/model.ts';

export interface PumpRegister {
  get(pump: string): Pump | null;
  addFill(pump: string, fill: PastFill): Promise<void>;
}
