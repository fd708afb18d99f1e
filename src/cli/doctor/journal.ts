import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../clock.ts';
import type { Config } from '../../config.ts';
import { inspectJournal, type JournalContent } from '../../journal/inspect.ts';
import { fillOf } from '../../journal/limits.ts';
import { Retention } from '../../journal/retention.ts';
import { sizeText, timeText } from '../../journal/state.ts';
import { messageOf } from '../exit.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** The rate of what was written longer ago says nothing about now. */
const PRESENT_S = 600;
const LONG_S = 3600;

function sentences(content: JournalContent, limitBytes: number, nowS: number): { found: string; waitsS: number } {
  const { waiting, waitingBytes, usedBytes, oldestWaitingS, newestS, bytesPerS } = content;
  const waitsS = oldestWaitingS === null ? 0 : Math.max(0, nowS - oldestWaitingS);
  const waits =
    waiting === 0
      ? 'nothing waits for the store'
      : `${sizeText(waitingBytes)} of at most ${sizeText(limitBytes)} wait for the store, the oldest for ${timeText(waitsS)}`;
  const kept = `${sizeText(Math.max(0, usedBytes - waitingBytes))} are kept though the store has them`;
  const present = bytesPerS !== null && bytesPerS > 0 && newestS !== null && nowS - newestS < PRESENT_S;
  const room = present
    ? `; without a store there is room for ${timeText((limitBytes - waitingBytes) / bytesPerS)} more at the present rate`
    : '';
  return { found: `${waits}; ${kept}${room}`, waitsS };
}

/** How much waits in the journal, and for how long there is still room. */
export async function checkJournal(config: Config): Promise<Finding[]> {
  const path = join(config.data, 'journal.db');
  const what = `journal ${path}`;
  let content: JournalContent | null;
  try {
    content = inspectJournal(path);
  } catch (error) {
    const remedy = 'look into the log of the daemon; a damaged journal is put aside and read out at its next start';
    return [fail(what, `cannot be read: ${messageOf(error)}`, remedy)];
  }
  if (content === null) return [ok(what, 'will be made at the first start')];
  const free = await statfs(config.data).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  );
  const retention = new Retention({ folder: config.data, limits: config.journal, diskFree: () => free }, systemClock);
  const room = retention.room({ ...content, fileBytes: content.usedBytes });
  const fill = fillOf(room, 'ok');
  const { found, waitsS } = sentences(content, room.limitBytes, Math.floor(systemClock.utcMs() / 1000));
  const remedy = room.diskShort
    ? 'make room on the disk, or move the data folder (data in the configuration)'
    : 'get recorder and store to work (see above), or raise journal.maxBytes';
  if (fill === 'full' || fill === 'nearly-full') return [fail(what, found, remedy)];
  if (fill === 'filling' || waitsS > LONG_S) return [warn(what, found, remedy)];
  return [ok(what, found)];
}
