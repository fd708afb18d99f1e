/**
 * Makes a certificate: manifest against store, epoch by epoch, a page at a time. What the proof rests on, and what it
 * cannot say, stands in docs/certificate.md.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type ProvableStore, RejectedByStore, StoreUnavailable } from '../store/port.ts';
import type { Block } from './block.ts';
import { type Certificate, type CertificateBody, type EpochResult, seal, timeText } from './certificate.ts';
import { epochResult, type Reasons } from './epoch-result.ts';
import { EpochExamination, type EpochQuestion } from './examine-epoch.ts';
import type { Gap, ManifestFile } from './manifest-file.ts';
import type { StoredRecord } from './read-back.ts';
import { SeqRanges } from './seq-ranges.ts';
import { concluded } from './statement.ts';
import type { WaitingRange } from './waiting.ts';

export interface CertificateRequest {
  readonly station: string;
  /** Inclusive, UTC ms; `null`: as far back as the manifest goes. */
  readonly fromMs: number | null;
  /** Exclusive, UTC ms; `null`: up to now. */
  readonly toMs: number | null;
  /** Without `fromMs`: at most so much before the end. */
  readonly atMostMs?: number;
}

export interface CertificateParts {
  readonly site: string;
  readonly bridge: string;
  readonly version: string;
  readonly madeMs: number;
  /** Open. */
  readonly store: ProvableStore;
  /** `null`: there is none. */
  readonly manifest: ManifestFile | null;
  /** In the journal and not acknowledged; asked again after a second look. `null`: the journal cannot be read. */
  readonly waiting: () => Promise<readonly WaitingRange[] | null>;
  /** Refused by the store, as the recorder of this data folder has noted. */
  readonly rejected: () => Promise<readonly { readonly epoch: number; readonly seq: number }[]>;
  /** What else the reader must know: where the facts come from. */
  readonly notes: readonly string[];
  /** How often messages that are still on their way are looked for again, a second apart. */
  readonly patience: number;
  readonly signal: AbortSignal;
}

const NS_PER_MS = 1_000_000n;
const LAST_NS = 9_223_372_036_854_775_805n;
const BLOCKS_AT_ONCE = 256;
const SECOND_LOOK_MS = 1000;

type Scope = { readonly station: string; readonly fromNs: bigint; readonly toNs: bigint };

/** Throws the signal's reason when it is aborted. A store that cannot be read gives the verdict `cannot-say`. */
export async function certify(parts: CertificateParts, request: CertificateRequest): Promise<Certificate> {
  const { station, fromMs, toMs } = request;
  const sinceNs = parts.manifest === null ? null : BigInt(parts.manifest.sinceMs) * NS_PER_MS;
  const known = parts.manifest?.extent(station) ?? null;
  // Journaled times never step back, also when the clock does: the manifest's own times are the measure.
  const oldestNs = known === null || (sinceNs !== null && sinceNs < known.firstNs) ? (sinceNs ?? 0n) : known.firstNs;
  const newestNs = known === null ? 0n : known.lastNs;
  const nowNs = BigInt(parts.madeMs) * NS_PER_MS;
  const toNs = toMs === null ? (newestNs > nowNs ? newestNs : nowNs) : BigInt(toMs) * NS_PER_MS - 1n;
  const earliestNs = request.atMostMs === undefined ? 0n : toNs - BigInt(request.atMostMs) * NS_PER_MS;
  const backNs = oldestNs > earliestNs ? oldestNs : earliestNs;
  const scope: Scope = { station, fromNs: fromMs === null ? backNs : BigInt(fromMs) * NS_PER_MS, toNs };
  const open: Opening = {
    format: 'hai-bridge-certificate/1',
    station,
    site: parts.site,
    bridge: parts.bridge,
    software: `hai-bridge ${parts.version}`,
    store: parts.store.description,
    made: timeText(nowNs),
    asked: {
      from: fromMs === null ? null : timeText(BigInt(fromMs) * NS_PER_MS),
      to: toMs === null ? null : timeText(BigInt(toMs) * NS_PER_MS),
    },
    witnessedSince: sinceNs === null ? null : timeText(sinceNs),
    known: known !== null,
    proven: null,
    epochs: [],
    notes: [...parts.notes],
  };
  try {
    return seal(concluded(await examine(parts, scope, open, toMs === null)));
  } catch (error) {
    if (!(error instanceof StoreUnavailable || error instanceof RejectedByStore)) throw error;
    return seal(
      concluded({ ...open, notes: [...open.notes, `The store cannot be read back: ${error.message}`] }, 'cannot-say'),
    );
  }
}

/** `known`: the manifest has the station. */
export type Opening = { known: boolean } & Omit<
  CertificateBody,
  'verdict' | 'statement' | 'expected' | 'present' | 'missing' | 'duplicates' | 'differing' | 'added'
>;

async function examine(parts: CertificateParts, scope: Scope, open: Opening, toNow: boolean): Promise<Opening> {
  const { manifest, store } = parts;
  const { station } = scope;
  const notes = [...open.notes];
  const results: EpochResult[] = [];
  // What stands in the store at a time before the manifest began was not seen coming: nothing is said about it.
  const sinceNs = BigInt(manifest?.sinceMs ?? 0) * NS_PER_MS;
  const vouched = { ...scope, fromNs: scope.fromNs > sinceNs ? scope.fromNs : sinceNs };
  const questions = manifest === null ? [] : questionsOf(manifest, scope, vouched.fromNs);
  const waiting = await parts.waiting();
  if (waiting === null)
    notes.push('The journal cannot be read here: whether missing messages still wait in it is not known.');
  const rejected = byEpoch((await parts.rejected()).map(({ epoch, seq }) => ({ epoch, firstSeq: seq, lastSeq: seq })));

  for (const question of questions) {
    const { examination, left } = await patiently(parts, question, waiting);
    const none = new SeqRanges();
    const reasons: Reasons = {
      rejected: rejected.get(question.epoch) ?? none,
      waiting: left.get(question.epoch) ?? none,
    };
    results.push(epochResult(examination, reasons, (record) => cameMeanwhile(parts, question, record)));
  }
  if (toNow && manifest !== null) results.push(...(await notTakenIn(parts, manifest, station, waiting ?? [], results)));

  const known = new Set(results.map((result) => result.epoch));
  for (const { epoch, readings, events } of await store.epochsBetween(station, scope.fromNs, scope.toNs)) {
    if (known.has(epoch)) continue;
    if (manifest !== null && manifest.lastBlock(station, epoch) !== null) {
      const [now] = manifest.blocks(station, scope.fromNs, scope.toNs + 1n, 1, { epoch, number: -1 });
      // Else it began after the blocks were looked up.
      if (now?.epoch !== epoch) {
        results.push(foreign(epoch, readings, events, 'this epoch had no message at this time', 'incomplete'));
      }
    } else {
      const note = 'this bridge has not journaled it: another bridge wrote it, or it is older than the manifest';
      results.push(foreign(epoch, readings, events, note, 'cannot-say'));
    }
  }
  results.sort((a, b) => a.epoch - b.epoch);
  const times = questions.flatMap(({ blocks }) => [blocks[0]?.firstNs ?? 0n, blocks.at(-1)?.lastNs ?? 0n]);
  const proven =
    times.length === 0
      ? null
      : {
          from: timeText(times.reduce((a, b) => (a < b ? a : b))),
          to: timeText(times.reduce((a, b) => (a > b ? a : b))),
        };
  return { ...open, notes, epochs: results, proven };
}

function questionsOf(manifest: ManifestFile, { station, fromNs, toNs }: Scope, strictFromNs: bigint): EpochQuestion[] {
  const questions: { station: string; epoch: number; blocks: Block[]; gaps: Gap[]; fromNs: bigint; toNs: bigint }[] =
    [];
  const end = toNs > LAST_NS ? LAST_NS : toNs;
  let after = { epoch: 0, number: -1 };
  for (;;) {
    const page = manifest.blocks(station, fromNs, end + 1n, BLOCKS_AT_ONCE, after);
    for (const block of page) {
      const current = questions.at(-1);
      if (current?.epoch === block.epoch) current.blocks.push(block);
      else questions.push({ station, epoch: block.epoch, blocks: [block], gaps: [], fromNs: strictFromNs, toNs: end });
    }
    const last = page.at(-1);
    if (last === undefined || page.length < BLOCKS_AT_ONCE) break;
    after = last;
  }
  for (const question of questions) {
    const first = question.blocks[0]?.firstSeq ?? 0;
    const last = question.blocks.at(-1)?.lastSeq ?? 0;
    question.gaps = manifest
      .gaps(station, question.epoch)
      .filter((gap) => gap.lastSeq >= first - 1 && gap.firstSeq <= last);
  }
  return questions;
}

/**
 * What waits in the journal of a running bridge is in the store a moment later, and what is in the store is in the
 * manifest a moment later: that is looked at again.
 */
async function patiently(
  parts: CertificateParts,
  question: EpochQuestion,
  waitingNow: readonly WaitingRange[] | null,
): Promise<{ examination: EpochExamination; left: Map<number, SeqRanges> }> {
  const { signal, patience } = parts;
  const examination = new EpochExamination(parts.store, question);
  await examination.look(signal);
  let left = byEpoch(waitingNow ?? []);
  for (let look = 0; look < patience; look++) {
    const { missing } = examination;
    const onTheirWay = left.get(question.epoch) ?? new SeqRanges();
    const soon = missing.list.some(({ firstSeq, lastSeq }) => onTheirWay.within(firstSeq, lastSeq).length > 0);
    const last = question.blocks.at(-1) as Block;
    const ahead = examination.strange.some(
      (record) => record.seq > last.lastSeq && record.timeNs > last.lastNs && !cameMeanwhile(parts, question, record),
    );
    // Even if nothing waits: it may have been acknowledged between the store's answer and this question.
    if (!soon && !ahead && (examination.clean || look > 0)) break;
    await pause(SECOND_LOOK_MS, undefined, { signal });
    left = byEpoch((await parts.waiting()) ?? []);
    await examination.lookAgain(signal);
  }
  return { examination, left };
}

function byEpoch(waiting: readonly WaitingRange[]): Map<number, SeqRanges> {
  const epochs = new Map<number, SeqRanges>();
  for (const { epoch, firstSeq, lastSeq } of waiting) {
    const ranges = epochs.get(epoch) ?? new SeqRanges();
    ranges.add(firstSeq, lastSeq);
    epochs.set(epoch, ranges);
  }
  return epochs;
}

/** Journaled after the blocks were looked up: the manifest has it by now. */
function cameMeanwhile(
  { manifest }: CertificateParts,
  question: EpochQuestion,
  { seq, timeNs }: StoredRecord,
): boolean {
  const before = question.blocks.at(-1);
  const now = manifest?.lastBlock(question.station, question.epoch);
  if (!before || !now) return false;
  return seq > before.lastSeq && seq <= now.lastSeq && timeNs > before.lastNs && timeNs <= now.lastNs;
}

/**
 * In the journal and not in the manifest: of a bridge that was killed, and is not running. A running one takes it in
 * within a second or two, which is waited for. Counts it in `results`; returns the epochs that are not in there.
 */
async function notTakenIn(
  { patience, signal }: CertificateParts,
  manifest: ManifestFile,
  station: string,
  waiting: readonly WaitingRange[],
  results: readonly EpochResult[],
): Promise<EpochResult[]> {
  const left = byEpoch(waiting);
  for (let look = 0; ; look++) {
    for (const [epoch, ranges] of left) {
      ranges.remove(1, manifest.lastBlock(station, epoch)?.lastSeq ?? 0);
      if (ranges.empty) left.delete(epoch);
    }
    if (left.size === 0 || look >= patience) break;
    await pause(SECOND_LOOK_MS, undefined, { signal });
  }
  const more: EpochResult[] = [];
  for (const [epoch, { list }] of left) {
    const missing = list.map((r) => ({ ...r, count: r.lastSeq - r.firstSeq + 1, reason: 'waiting' as const }));
    const count = missing.reduce((sum, range) => sum + range.count, 0);
    let result = results.find((r) => r.epoch === epoch);
    if (result === undefined) {
      result = { ...foreign(epoch, 0, 0, '', 'incomplete'), note: null };
      more.push(result);
    }
    Object.assign(result, {
      verdict: 'incomplete',
      expected: result.expected + count,
      missing: [...result.missing, ...missing].slice(0, 1000),
      missingCount: result.missingCount + count,
      firstSeq: result.firstSeq ?? missing[0]?.firstSeq ?? null,
      lastSeq: missing.at(-1)?.lastSeq ?? result.lastSeq,
    } satisfies Partial<EpochResult>);
  }
  return more;
}

function foreign(
  epoch: number,
  readings: number,
  events: number,
  note: string,
  verdict: 'cannot-say' | 'incomplete',
): EpochResult {
  return {
    ...{ epoch, verdict, firstSeq: null, lastSeq: null, firstAt: null, lastAt: null, expected: 0, readings, events },
    ...{ present: 0, missing: [], missingCount: 0, duplicateCount: 0, differingCount: 0 },
    addedCount: verdict === 'incomplete' ? readings + events : 0,
    ...{ findings: [], hash: 'not-compared', expectedHash: null, foundHash: null, note },
  };
}
