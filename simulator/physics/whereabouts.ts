/** Where the fluid went since the patient arrived, mL; only `drained` came out of the reservoir through the needle. */
export interface Whereabouts {
  drained: number;
  /** Into the reservoir, through the needle. */
  injected: number;
  tissue: number;
  bolus: number;
  leaked: number;
  /** Out of a needle in free air: priming, or a needle that has slipped out. */
  spilled: number;
  /** Air that went into the reservoir. */
  air: number;
}

export const nowhere = (): Whereabouts => ({
  drained: 0,
  injected: 0,
  tissue: 0,
  bolus: 0,
  leaked: 0,
  spilled: 0,
  air: 0,
});
