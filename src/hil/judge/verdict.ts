/** One expectation judged. */
export interface Finding {
  readonly passed: boolean;
  /** `false`: there was nothing to judge it by; it counts neither way. */
  readonly judged: boolean;
  /** What was seen, in one line. */
  readonly seen: string;
  /** Where it went wrong, ms of the run, when there is such a moment. */
  readonly atMs?: number;
}

export interface Verdict extends Finding {
  readonly number: number;
  /** Line in the scenario file. */
  readonly line: number;
  readonly kind: string;
  /** What was expected, in words. */
  readonly wanted: string;
  readonly requirement: string;
  readonly hazard: string | null;
  readonly station: number;
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
export const passed = (seen: string): Finding => ({ passed: true, judged: true, seen });
export const notJudged = (why: string): Finding => ({ passed: true, judged: false, seen: `not judged: ${why}` });
export const failed = (seen: string, atMs?: number): Finding => ({
  passed: false,
  judged: true,
  seen,
  ...(atMs === undefined ? {} : { atMs }),
});
