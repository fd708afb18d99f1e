/** H1: what was scanned against what is expected. */
import { isExpected } from './gs1.ts';
import { judge } from './holds.ts';
import type { Memory } from './memory.ts';

const MOST_SCANS = 100;
/** Pump and drug are scanned; of these, what is not expected may be anything. */
const ITEMS = 2;

export function scanned(m: Memory, symbology: string, data: string): void {
  if (m.scans.length >= MOST_SCANS) m.scans.splice(0, 1);
  m.scans.push({ atMs: m.atMs, symbology, data });
  judgeIdentity(m);
}

const wantedOf = ({ expectedPumpUdi, expectedDrugCode }: Memory['order']) =>
  [expectedPumpUdi, expectedDrugCode].filter((w) => w !== null && w.trim() !== '');

/** Something is expected that a scan can show. */
export const isScanned = (order: Memory['order']): boolean => wantedOf(order).length > 0;

/** `strange`: scans that are none of what is expected, until everything has been found and the last scan is of it. */
function identityOf(m: Memory): Memory['identity'] {
  const wanted = wantedOf(m.order);
  const found = new Set<string>();
  const strange = new Set<string>();
  for (const { data } of m.scans) {
    const hits = wanted.filter((w) => w !== null && isExpected(data, w));
    for (const hit of hits) found.add(hit ?? '');
    if (hits.length === 0) strange.add(data);
    else if (found.size === wanted.length) strange.clear();
  }
  const unchecked = ITEMS - wanted.length;
  return { expected: wanted.length, matched: found.size, strange: Math.max(0, strange.size - unchecked) };
}

export function judgeIdentity(m: Memory): void {
  m.identity = identityOf(m);
  const { expected, matched, strange } = m.identity;
  if (expected === 0) return;
  if (strange > 0) judge(m, 'identity', 'held');
  else if (matched === expected) judge(m, 'identity', 'passed');
  else if (m.accessMs === null) judge(m, 'identity', 'pending');
  else identityIsDue(m);
}

/** The needle goes in: what ought to have been scanned must have been. Where nothing can be, a reading decides nothing. */
export function identityIsDue(m: Memory): void {
  if (m.holds.identity.state === 'pending' && isScanned(m.order)) judge(m, 'identity', 'held');
}
