/** What a nurse did, as an event of the station: journaled beside what the station itself says, and so in the store. */
import type { NurseAction } from '../refill/model.ts';

export const LONGEST_DATA = 512;
const LONGEST_TEXT = 160;

type Said = Readonly<Record<string, unknown>>;

function shortened(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, LONGEST_TEXT);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shortened(inner)]));
}

/** JSON of at most `LONGEST_DATA` characters, whatever stands in it: what does not fit is left out, the last first. */
export function eventData(refill: string, by: string, more: Said = {}): string {
  const entries = Object.entries(more).map(([key, value]) => [key, shortened(value)] as const);
  for (let kept = entries.length; kept >= 0; kept--) {
    const cut = kept < entries.length ? { cut: true } : {};
    const text = JSON.stringify({ refill, by: shortened(by), ...Object.fromEntries(entries.slice(0, kept)), ...cut });
    if (text.length <= LONGEST_DATA) return text;
  }
  return JSON.stringify({ refill, cut: true });
}

export function actionEvent(refill: string, by: string, action: NurseAction): { state: string; data: string } {
  const { do: what, ...more } = action;
  return { state: what, data: eventData(refill, by, more) };
}
