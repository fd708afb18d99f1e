/** The very bytes in which a row or event came, cut out of its message: whoever looks into a refusal wants no retelling. */
import type { BatchId } from '../mqtt/topics.ts';
import type { StoredEvent, StoredRow } from '../store/port.ts';

/** Longer than any row or event of ours. */
const LONGEST = 4096;

export class RawTexts {
  /** A message is looked into for each of its refused rows. */
  readonly #texts = new Map<Buffer, string>();

  /** `null` where the message is not written as bridges of this version write it. */
  of(payload: Buffer, { epoch, firstSeq, lastSeq }: BatchId, record: StoredRow | StoredEvent): string | null {
    let text = this.#texts.get(payload);
    if (text === undefined) {
      text = payload.toString('utf8');
      this.#texts.set(payload, text);
    }
    const head = new RegExp(`"epoch":${epoch},"bootId":"[^"]*","firstSeq":${firstSeq},"lastSeq":${lastSeq},`);
    const batch = text.search(head);
    if (batch < 0) return null;
    return 'values' in record ? rowAt(text, batch, record.seq) : eventAt(text, batch, record.seq);
  }
}

function rowAt(text: string, batch: number, seq: number): string | null {
  const rows = text.indexOf('"rows":[', batch);
  const start = rows < 0 ? -1 : text.indexOf(`[${seq},`, rows);
  const end = start < 0 ? -1 : text.indexOf(']', start);
  return end < 0 || end - start > LONGEST ? null : text.slice(start, end + 1);
}

function eventAt(text: string, batch: number, seq: number): string | null {
  const events = text.indexOf('"events":[', batch);
  const start = events < 0 ? -1 : text.indexOf(`{"seq":${seq},`, events);
  if (start < 0) return null;
  let quoted = false;
  for (let at = start; at < Math.min(text.length, start + LONGEST); at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '"') quoted = !quoted;
    else if (character === '}' && !quoted) return text.slice(start, at + 1);
  }
  return null;
}
