/** Finding one pump of many by what somebody types or a scanner types for them. */
import type { Pump } from '../../../refill/model.ts';

/** Letters and digits alone: brackets, spaces and the separators of a scanned code do not matter. */
const plain = (text: string) => text.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '');

/** Shorter than this, a text found inside a scanned code says nothing. */
const LEAST_IN_SCAN = 5;

/**
 * Pumps that match, in their order. A text that holds a pump's whole serial or UDI is a scan of it: those alone then.
 * An empty text matches all.
 */
export function findPumps(
  pumps: readonly Pump[],
  typed: string,
): { readonly pumps: readonly Pump[]; readonly scanned: boolean } {
  const text = plain(typed);
  if (text === '') return { pumps, scanned: false };
  const holds = (part: string | null) =>
    part !== null && plain(part).length >= LEAST_IN_SCAN && text.includes(plain(part));
  const scanned = pumps.filter((pump) => holds(pump.udi) || holds(pump.serial));
  if (scanned.length > 0) return { pumps: scanned, scanned: true };
  const words = typed.split(/\s+/).map(plain).filter(Boolean);
  const matches = pumps.filter((pump) => {
    const all = [pump.pump, pump.serial, pump.udi, pump.patientRef, pump.model.model, pump.model.manufacturer];
    const haystack = all.map((part) => plain(part ?? '')).join(' ');
    return words.every((word) => haystack.includes(word));
  });
  return { pumps: matches, scanned: false };
}
