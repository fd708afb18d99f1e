/** Which messages of a station the store has refused, as the recorder of this data folder has noted them. */
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface RejectedMessage {
  readonly epoch: number;
  readonly seq: number;
}

const MOST = 100_000;

/** Files that are not there mean: none. What cannot be read is skipped: then the reason of a gap stays unknown. */
export async function rejectedMessages(folder: string, station: string): Promise<RejectedMessage[]> {
  const found: RejectedMessage[] = [];
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((n) => /^refused-.*\.jsonl$/.test(n)).sort()) {
    const lines = createInterface({ input: createReadStream(join(folder, name)), crlfDelay: Number.POSITIVE_INFINITY });
    try {
      for await (const line of lines) {
        const message = messageIn(line, station);
        if (message !== null) found.push(message);
        if (found.length >= MOST) return found;
      }
    } catch {}
  }
  return found;
}

function messageIn(line: string, station: string): RejectedMessage | null {
  try {
    const { station: of, epoch, seq } = JSON.parse(line) as Record<string, unknown>;
    const good = of === station && Number.isSafeInteger(epoch) && Number.isSafeInteger(seq);
    return good ? { epoch: epoch as number, seq: seq as number } : null;
  } catch {
    return null;
  }
}
