/** All advisories: looked at after every input, begun and ended here. */
import { judge } from '../holds.ts';
import type { Memory } from '../memory.ts';
import { ADVISORIES, type AdvisoryKind } from '../model.ts';
import type { Evidence } from './evidence.ts';
import { coldFill, leak, sensorMismatch } from './fluid.ts';
import { airInLine, lineOccluded, linePressureHigh, overfill } from './line.ts';
import { needleDislodged, needleNotInReservoir } from './needle.ts';
import { reservoirEmpty, residualOutsideBand, wrongPumpOrDrug } from './reservoir.ts';

const LOOKS: Readonly<Record<AdvisoryKind, (m: Memory) => Evidence>> = {
  needleNotInReservoir,
  needleDislodged,
  wrongPumpOrDrug,
  linePressureHigh,
  overfill,
  leak,
  residualOutsideBand,
  reservoirEmpty,
  airInLine,
  lineOccluded,
  sensorMismatch,
  coldFill,
};

/** An advisory that comes and goes is one that goes on: it ends when it has not been there for so long, ms. */
const ENDS_AFTER_MS = 2000;
/** Of all that ever began in one refill, the latest so many are kept. */
const MOST_KEPT = 200;

/** After every input but the mere passing of time: what is seen now. */
export function advise(m: Memory): void {
  for (const kind of ADVISORIES) {
    const seen = LOOKS[kind](m);
    // The hold point stays although a site may not want the advisory.
    if (kind === 'linePressureHigh' && seen !== null) judge(m, 'linePressure', 'held');
    const evidence = m.off.includes(kind) ? null : seen;
    const open = m.open[kind];
    if (evidence === null) {
      if (open !== undefined) open.goneMs ??= m.atMs;
    } else if (open !== undefined) open.goneMs = null;
    else {
      if (m.advisories.length >= MOST_KEPT) m.advisories.splice(0, 1);
      m.advisories.push({ advisory: kind, present: true, sinceMs: m.atMs, endedMs: null, evidence: numbers(evidence) });
      m.advisoriesBegun++;
      m.open[kind] = { goneMs: null };
    }
  }
}

/** Before every input: what has been gone for long enough by now ended when its time was up. */
export function endAdvisories(m: Memory): void {
  for (const kind of Object.keys(m.open) as AdvisoryKind[]) {
    const gone = m.open[kind]?.goneMs ?? null;
    if (gone === null || m.atMs < gone + ENDS_AFTER_MS) continue;
    const last = m.advisories.findLast((a) => a.advisory === kind);
    if (last) Object.assign(last, { present: false, endedMs: gone + ENDS_AFTER_MS });
    delete m.open[kind];
  }
}

/** Rounded to what the instruments can tell, and without what is no number; + 0 makes 0 of -0. */
function numbers(evidence: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const known = Object.entries(evidence).filter(([, value]) => Number.isFinite(value));
  return Object.fromEntries(known.map(([name, value]) => [name, Math.round(value * 1000) / 1000 + 0]));
}
