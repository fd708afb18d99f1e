/** Reads the simulator's ledger: the truth about what really left (docs/simulator.md). */

export interface SentLine {
  readonly seq: number;
  readonly values: (number | null)[];
}

/** Telemetry per station that a daemon had to use: sent whole, after the handshake's answer. */
export function ledgerTelemetry(text: string): Map<string, SentLine[]> {
  const identifiedAt = new Map<string, number>();
  const lines = new Map<string, SentLine[]>();
  for (const row of text.split('\n').filter(Boolean)) {
    const entry = JSON.parse(row);
    if (entry.ev === 'identified' && !identifiedAt.has(entry.s)) identifiedAt.set(entry.s, entry.q);
    if (entry.ty !== 'TEL' || entry.d || entry.x) continue;
    const list = lines.get(entry.s) ?? [];
    list.push({ seq: entry.q, values: entry.v });
    lines.set(entry.s, list);
  }
  for (const [station, list] of lines) {
    const from = identifiedAt.get(station) ?? Number.POSITIVE_INFINITY;
    lines.set(
      station,
      list.filter((line) => line.seq > from),
    );
  }
  return lines;
}

/** What the ledger says of one refill: who came with what, and what was true from then on. */
export interface LedgerRefill {
  readonly station: string;
  /** The `case` line, as docs/simulator.md describes it. */
  readonly described: Readonly<Record<string, unknown>>;
  /** The `truth` lines, in order. */
  readonly truths: readonly LedgerTruth[];
}

export interface LedgerTruth {
  /** Tick, ms since the station's boot. */
  readonly t: number;
  readonly phase: string;
  readonly needle: string;
  readonly reservoirMl: number;
  readonly residualMl: number | null;
  readonly tissueMl: number;
  readonly bolusMl: number;
  readonly leakedMl: number;
  readonly outcome: 'completed' | 'stopped' | null;
}

/** Every refill of every station, in the order in which their patients came. */
export function ledgerRefills(text: string): LedgerRefill[] {
  const refills: { station: string; described: Record<string, unknown>; truths: LedgerTruth[] }[] = [];
  const open = new Map<string, (typeof refills)[number]>();
  for (const row of text.split('\n').filter(Boolean)) {
    const entry = JSON.parse(row);
    if (entry.ev === 'case') {
      const refill = { station: entry.s, described: entry, truths: [] };
      open.set(entry.s, refill);
      refills.push(refill);
    } else if (entry.ev === 'truth') open.get(entry.s)?.truths.push(entry);
  }
  return refills;
}
