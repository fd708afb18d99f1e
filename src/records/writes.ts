/**
 * What is written, one transaction for as many as wait. Each may be written twice with the same result: when a thread or a
 * disk goes away in the middle of a commit, nobody knows whether it stands.
 */
import type { AlarmLogEntry } from '../alarms/log.ts';
import type { RefillSummary } from './model.ts';

/** Who did what, for accountability; never read by the daemon itself. */
export interface AuditRow {
  /** Unique for ever. */
  readonly id: string;
  readonly atUtcMs: number;
  readonly by: string;
  /** Name of the HTTP login, where there is one. */
  readonly login: string | null;
  readonly what: string;
  readonly subject: string;
  readonly detail: string;
}

export type RecordsWrite =
  /** The whole alarm state as JSON (`null`: unchanged), and what is new in the log. */
  | { readonly do: 'alarms'; readonly state: string | null; readonly log: readonly AlarmLogEntry[] }
  /** With its first input, as JSON. */
  | { readonly do: 'refill-begun'; readonly summary: RefillSummary; readonly line: string }
  /** Inputs of an open refill as JSON, numbered from `first` (0 is `begin`, which comes with `refill-begun`). */
  | { readonly do: 'inputs'; readonly refill: string; readonly first: number; readonly lines: readonly string[] }
  /** `record` as JSON; `null` when none could be made. Its inputs are packed. */
  | { readonly do: 'refill-ended'; readonly summary: RefillSummary; readonly record: string | null }
  /** The record has reached the broker. */
  | { readonly do: 'record-published'; readonly refill: string }
  /** `json: null`: the pump is taken off the register. */
  | { readonly do: 'pump'; readonly pump: string; readonly json: string | null }
  | { readonly do: 'audit'; readonly row: AuditRow };
