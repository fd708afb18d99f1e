import { CommandFailure, EXIT } from './exit.ts';

const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/i;

/** UTC ms of a time that a person typed behind `option`; `null` when there is none. */
export function timeOf(command: string, option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const ms = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (ms >= 0) return ms;
  throw new CommandFailure(
    EXIT.usage,
    `hai-bridge ${command}: ${option}: '${text}' is no time — such as 2026-03-14 or 2026-03-14T09:00:00Z, with its zone`,
  );
}
