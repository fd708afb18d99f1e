/** H1: what was scanned against what is expected. */
import { judge } from './holds.ts';
import type { Memory } from './memory.ts';

const MOST_SCANS = 100;
/** GS1 separators, the brackets of the human readable form and spaces say nothing. */
const SEPARATOR = '\u001d';
const plain = (text: string): string =>
  text
    .replaceAll(SEPARATOR, '')
    .replace(/[()\s]/g, '')
    .toUpperCase();

export function scanned(m: Memory, symbology: string, data: string): void {
  if (m.scans.length >= MOST_SCANS) m.scans.splice(0, 1);
  m.scans.push({ atMs: m.atMs, symbology, data });
  judgeIdentity(m);
}

/** `strange`: scans since the last one that matched, none of them expected. */
function identityOf(m: Memory): Memory['identity'] {
  const wanted = [m.order.expectedPumpUdi, m.order.expectedDrugCode].filter((w) => w !== null).map(plain);
  let strange = 0;
  const seen = new Set<string>();
  for (const scan of m.scans) {
    const data = plain(scan.data);
    const hits = wanted.filter((w) => w !== '' && data.includes(w));
    for (const hit of hits) seen.add(hit);
    strange = hits.length > 0 ? 0 : strange + 1;
  }
  return { expected: wanted.length, matched: seen.size, strange };
}

export function judgeIdentity(m: Memory): void {
  m.identity = identityOf(m);
  const { expected, matched, strange } = m.identity;
  if (expected === 0) return;
  judge(m, 'identity', strange > 0 ? 'held' : matched === expected ? 'passed' : 'pending');
}
