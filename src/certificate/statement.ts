/** The verdict over all epochs, in one sentence. */
import type { CertificateBody, EpochResult, Verdict } from './certificate.ts';
import type { Opening } from './certify.ts';

/** `forced`: the examination could not be carried out. */
export function concluded(open: Opening, forced?: 'cannot-say'): CertificateBody {
  const { known: _, ...body } = open;
  const { epochs } = open;
  const sum = (pick: (epoch: EpochResult) => number) => epochs.reduce((total, epoch) => total + pick(epoch), 0);
  const counts = {
    expected: sum((e) => e.expected),
    present: sum((e) => e.present),
    missing: sum((e) => e.missingCount),
    duplicates: sum((e) => e.duplicateCount),
    differing: epochs.some((e) => e.differingCount === null) ? null : sum((e) => e.differingCount ?? 0),
    added: sum((e) => e.addedCount),
  };
  const verdict = forced ?? verdictOf(open);
  return { ...body, ...counts, verdict, statement: statementOf(verdict, open, counts, forced) };
}

/** Asked for a time before the manifest began: there an empty store is no proof, and a full one neither. */
function beforeWitness({ asked, witnessedSince, epochs }: Opening): boolean {
  if (witnessedSince === null) return true;
  const first = epochs.find((e) => e.firstAt !== null)?.firstAt ?? witnessedSince;
  return asked.from !== null && asked.from < witnessedSince && asked.from < first;
}

function verdictOf(open: Opening): Verdict {
  if (open.epochs.some((e) => e.verdict === 'incomplete')) return 'incomplete';
  if (open.epochs.some((e) => e.verdict === 'cannot-say') || beforeWitness(open)) return 'cannot-say';
  if (!open.known && open.epochs.length === 0) return 'cannot-say';
  return 'complete';
}

function plural(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

function statementOf(
  verdict: Verdict,
  open: Opening,
  counts: Pick<CertificateBody, 'expected' | 'present' | 'missing' | 'duplicates' | 'differing' | 'added'>,
  forced: 'cannot-say' | undefined,
): string {
  const { expected, present, missing, duplicates, differing, added } = counts;
  if (verdict === 'complete') {
    return expected === 0
      ? 'Nothing was journaled in this time, and nothing is in the store.'
      : `All ${plural(expected, 'message')} that were journaled are in the store, each once, with equal content; nothing else is.`;
  }
  if (verdict === 'incomplete') {
    const parts = [
      missing > 0 && `${missing} missing`,
      duplicates > 0 && `${duplicates} more than once`,
      differing !== 0 && (differing === null ? 'some changed' : `${differing} changed`),
      added > 0 && `${added} that were never journaled`,
    ].filter(Boolean);
    return `The store is not as journaled: ${parts.join(', ')}; ${present} of ${expected} are there.`;
  }
  if (forced) return 'Nothing can be said: the store cannot be read back.';
  if (open.witnessedSince === null)
    return 'Nothing can be said: there is no manifest in the data folder of this bridge.';
  if (!open.known && open.epochs.length === 0) {
    return `Nothing can be said: station ${open.station} is neither in the manifest nor in the store; is the name right?`;
  }
  const unknown = open.epochs.filter((e) => e.verdict === 'cannot-say').length;
  if (unknown > 0) {
    return `Not everything can be said: for ${plural(unknown, 'epoch')} this bridge has no manifest; ${present} of ${expected} messages it knows are there.`;
  }
  const before = `nothing can be said about the time before the manifest began (${open.witnessedSince})`;
  return expected === 0
    ? `${before[0]?.toUpperCase()}${before.slice(1)}.`
    : `All ${plural(expected, 'message')} since then are in the store; ${before}.`;
}
