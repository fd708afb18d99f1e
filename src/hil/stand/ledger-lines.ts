/** The simulator's ledger, read by itself: what was said to whom, and whether it left whole. */
import { readFileSync } from 'node:fs';
import type { SaidLine } from '../recording.ts';

interface Side {
  bootId: string;
  connection: number;
  open: boolean;
  identified: boolean;
  answerWhole: boolean;
}

export function ledgerLines(path: string): SaidLine[] {
  const lines: SaidLine[] = [];
  const stations = new Map<string, Side>();
  for (const text of readFileSync(path, 'latin1').split('\n')) {
    if (text === '') continue;
    const entry = JSON.parse(text);
    if (entry.s === undefined) continue;
    const side = stations.get(entry.s) ?? {
      bootId: '',
      connection: 0,
      open: false,
      identified: false,
      answerWhole: true,
    };
    stations.set(entry.s, side);
    if (entry.ev === 'boot') {
      side.bootId = entry.b;
      side.identified = false;
    } else if (entry.ev === 'attached') {
      side.connection++;
      side.open = true;
      side.identified = false;
    } else if (entry.ev === 'detached') side.open = false;
    else if (entry.ev === 'identified') side.identified ||= side.answerWhole;
    if (entry.ty === undefined) continue;
    if (entry.ty === 'ID') side.answerWhole = !entry.d && !entry.x && !entry.l;
    else if (entry.ty === 'ACK') side.answerWhole &&= !entry.d && !entry.x && !entry.l;
    lines.push({
      station: entry.s,
      bootId: entry.b,
      line: entry.q,
      tick: entry.t,
      type: entry.ty,
      values: entry.v ?? null,
      flags: entry.f ?? 0,
      fate: entry.x ? 'dropped' : entry.d ? 'damaged' : entry.l ? 'late' : entry.n ? 'duplicated' : 'sent',
      due: side.open && side.identified,
      connection: side.connection,
    });
  }
  return lines;
}
