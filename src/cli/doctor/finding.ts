/** What a check of the doctor says. */
import type { Config } from '../../config.ts';

export interface Finding {
  readonly level: 'ok' | 'warn' | 'fail';
  /** What was looked at: `broker`, `port /dev/ttyUSB0`. */
  readonly what: string;
  /** What was found, with numbers. */
  readonly found: string;
  /** What to do; `null` when it is well. */
  readonly remedy: string | null;
}

export interface Check {
  readonly what: string;
  readonly timeoutMs: number;
  /** Never throws for what it is made to find; what it does throw becomes a FAIL with the message. */
  readonly run: () => Promise<readonly Finding[]>;
}

/** What checks look at: the configuration that was found good. */
export interface Patient {
  readonly config: Config;
  /** Folder and file it came from, for remedies. */
  readonly source: string;
}

export const ok = (what: string, found: string): Finding => ({ level: 'ok', what, found, remedy: null });
export const warn = (what: string, found: string, remedy: string): Finding => ({ level: 'warn', what, found, remedy });
export const fail = (what: string, found: string, remedy: string): Finding => ({ level: 'fail', what, found, remedy });
