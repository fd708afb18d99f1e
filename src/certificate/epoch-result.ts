/** Gives the facts of an examination their names: missing and why, changed, moved, copied, added. */
import { createHash } from 'node:crypto';
import type { Block } from './block.ts';
import { type EpochResult, type Finding, type MissingReason, timeText } from './certificate.ts';
import type { EpochExamination } from './examine-epoch.ts';
import type { Gap } from './manifest-file.ts';
import type { StoredRecord } from './read-back.ts';
import { type SeqRange, SeqRanges } from './seq-ranges.ts';

const MOST_FINDINGS = 20;
const MOST_RANGES = 1000;

/** Why numbers may be missing. */
export interface Reasons {
  readonly rejected: SeqRanges;
  readonly waiting: SeqRanges;
}

class Findings {
  readonly list: Finding[] = [];

  add(what: Finding['what'], seq: number | null, timeNs: bigint, detail: string): void {
    if (this.list.length < MOST_FINDINGS) this.list.push({ seq, what, at: timeText(timeNs), detail });
  }
}

/** `came`: whether a record that no block expected has been journaled since the blocks were looked up. */
export function epochResult(
  examination: EpochExamination,
  reasons: Reasons,
  came: (record: StoredRecord) => boolean,
): EpochResult {
  const { question, results, missing } = examination;
  const { epoch, blocks, gaps } = question;
  const findings = new Findings();
  const changed = countChanged(examination, findings);
  const strangers = countStrangers(examination, missing, came, findings);
  const ranges = missingRanges(missing, gaps, reasons);
  const lost = ranges.filter((range) => range.reason !== 'unwitnessed');
  const missingCount = lost.reduce((sum, range) => sum + range.count, 0);
  const differingCount = changed === null ? null : changed + strangers.moved;
  const equal = results.every(({ result }) => result.equal);
  const foundHash = hashOf(results.map(({ result }) => result.hash));
  const wrong =
    missingCount > 0 || strangers.duplicates + strangers.added > 0 || differingCount !== 0 || (!equal && missing.empty);
  const [first, last] = [blocks[0] as Block, blocks.at(-1) as Block];
  return {
    epoch,
    verdict: wrong ? 'incomplete' : lost.length < ranges.length ? 'cannot-say' : 'complete',
    firstSeq: Math.min(first.firstSeq, ranges[0]?.firstSeq ?? first.firstSeq),
    lastSeq: last.lastSeq,
    firstAt: timeText(first.firstNs),
    lastAt: timeText(last.lastNs),
    expected: blocks.reduce((sum, block) => sum + block.readings + block.events, 0),
    readings: examination.readings,
    events: examination.events,
    present: results.reduce((sum, { result }) => sum + result.present, 0),
    missing: ranges.slice(0, MOST_RANGES),
    missingCount,
    duplicateCount: strangers.duplicates,
    differingCount,
    addedCount: strangers.added,
    findings: findings.list,
    hash: foundHash === null ? 'not-compared' : equal ? 'equal' : 'different',
    expectedHash: hashOf(blocks.map((block) => block.hash)),
    foundHash,
    note: noteOf(examination, ranges.length),
  };
}

function hashOf(hashes: readonly (Buffer | null)[]): string | null {
  const all = createHash('sha256');
  for (const hash of hashes) {
    if (hash === null) return null;
    all.update(hash);
  }
  return all.digest('hex');
}

/** `null`: more than can be told apart. */
function countChanged({ results }: EpochExamination, findings: Findings): number | null {
  let count: number | null = 0;
  for (const { block, result } of results) {
    for (const { seq, timeNs } of result.differing) findings.add('differs', seq, timeNs, 'is not as it was journaled');
    if (result.told === 'some') {
      count = null;
      const where = `seq ${block.firstSeq} to ${block.lastSeq}`;
      findings.add('differs', null, block.firstNs, `several messages of ${where} are not as they were journaled`);
    } else if (count !== null) count += result.differing.length;
  }
  return count;
}

function countStrangers(
  examination: EpochExamination,
  missing: SeqRanges,
  came: (record: StoredRecord) => boolean,
  findings: Findings,
): { duplicates: number; moved: number; added: number } {
  const { blocks, gaps } = examination.question;
  const expected = new SeqRanges();
  for (const { firstSeq, lastSeq } of blocks) expected.add(firstSeq, lastSeq);
  for (const { firstSeq, lastSeq } of gaps) expected.remove(firstSeq, lastSeq);
  const counts = { duplicates: 0, moved: 0, added: examination.beyond };
  for (const { result } of examination.results) {
    for (const { seq, timeNs } of result.duplicates) {
      counts.duplicates++;
      findings.add('duplicate', seq, timeNs, 'is in the store once more');
    }
  }
  const moved = new Set<number>();
  for (const record of [...examination.strange, ...examination.elsewhere]) {
    const { seq, timeNs } = record;
    if (missing.has(seq) && !moved.has(seq)) {
      moved.add(seq);
      counts.moved++;
      findings.add('moved', seq, timeNs, 'stands at another time than it was journaled with');
    } else if (expected.has(seq)) {
      counts.duplicates++;
      findings.add('duplicate', seq, timeNs, 'is in the store once more, at another time');
    } else if (!('station' in record && came(record))) {
      counts.added++;
      findings.add('added', seq, timeNs, 'was never journaled');
    }
  }
  return counts;
}

/** Missing in the store and given up before, in one list; a stretch has one reason. */
function missingRanges(missing: SeqRanges, gaps: readonly Gap[], reasons: Reasons): EpochResult['missing'] {
  const ranges: EpochResult['missing'] = gaps.map((gap) => rangeOf(gap, gap.why));
  for (const { firstSeq, lastSeq } of missing.list) {
    const rest = new SeqRanges();
    rest.add(firstSeq, lastSeq);
    for (const reason of ['rejected', 'waiting'] as const) {
      for (const part of reasons[reason].within(firstSeq, lastSeq)) {
        for (const found of rest.within(part.firstSeq, part.lastSeq)) ranges.push(rangeOf(found, reason));
        rest.remove(part.firstSeq, part.lastSeq);
      }
    }
    for (const range of rest.list) ranges.push(rangeOf(range, 'unknown'));
  }
  return ranges.sort((a, b) => a.firstSeq - b.firstSeq);
}

function rangeOf({ firstSeq, lastSeq }: SeqRange, reason: MissingReason): EpochResult['missing'][number] {
  return { firstSeq, lastSeq, count: lastSeq - firstSeq + 1, reason };
}

function noteOf({ results }: EpochExamination, ranges: number): string | null {
  const notes = [];
  if (ranges > MOST_RANGES) notes.push(`${ranges} stretches are missing; the first ${MOST_RANGES} are listed`);
  const blind = results.filter(({ result }) => result.told === 'none' && result.present > 0);
  const present = blind.reduce((sum, { result }) => sum + result.present, 0);
  if (blind.length > 0) notes.push(`${present} messages stand beside too many missing ones to be compared`);
  return notes.length > 0 ? notes.join('; ') : null;
}
