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
