/** A certificate for people: the verdict first, then what it rests on. */
import type { Certificate, EpochResult, MissingReason } from './certificate.ts';

const VERDICTS = { complete: 'COMPLETE', incomplete: 'INCOMPLETE', 'cannot-say': 'CANNOT SAY' } as const;

const REASONS: Readonly<Record<MissingReason, string>> = {
  waiting:
    'still in the journal: no recorder has acknowledged them yet (is the recorder running, does the store answer?)',
  'given-up': 'the journal could not keep them (disk full, or its file was damaged)',
  rejected: 'the store refused them: see the quarantine folder in the data folder',
  unwitnessed: 'journaled before the manifest began',
  unknown: 'handed on, and not in the store: deleted, restored from an old copy, or expired by a retention policy?',
};

const MOST_RANGES_SHOWN = 10;

function row(cells: readonly string[], widths: readonly number[]): string {
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
}

function tableOf(epochs: readonly EpochResult[]): string[] {
  const head = ['epoch', 'verdict', 'seq', 'expected', 'present', 'missing', 'twice', 'changed', 'added', 'hash'];
  const body = epochs.map((e) => [
    String(e.epoch),
    VERDICTS[e.verdict].toLowerCase(),
    e.firstSeq === null ? '-' : `${e.firstSeq}..${e.lastSeq}`,
    ...[e.expected, e.present, e.missingCount, e.duplicateCount].map(String),
    e.differingCount === null ? 'some' : String(e.differingCount),
    String(e.addedCount),
    e.hash,
  ]);
  const widths = head.map((cell, i) => Math.max(cell.length, ...body.map((cells) => (cells[i] ?? '').length)));
  return [head, ...body].map((cells) => row(cells, widths));
}

function details(epoch: EpochResult): string[] {
  const lines = epoch.missing
    .slice(0, MOST_RANGES_SHOWN)
    .map(
      (m) =>
        `seq ${m.count === 1 ? m.firstSeq : `${m.firstSeq}..${m.lastSeq}`} missing (${m.count}): ${REASONS[m.reason]}`,
    );
  if (epoch.missing.length > MOST_RANGES_SHOWN) {
    lines.push(`... and ${epoch.missing.length - MOST_RANGES_SHOWN} more stretches (--json lists them)`);
  }
  for (const { seq, at, detail } of epoch.findings) {
    lines.push(`${seq === null ? '' : `seq ${seq} `}${detail}${at === null ? '' : ` (${at})`}`);
  }
  if (epoch.note !== null) lines.push(epoch.note);
  return lines.length === 0 ? [] : ['', `Epoch ${epoch.epoch}:`, ...lines.map((line) => `  ${line}`)];
}

/** Lines; `emphasis` for the verdict (bold on a terminal). */
export function certificateText(c: Certificate, emphasis: (text: string) => string): string {
  const range = `${c.asked.from ?? c.proven?.from ?? 'the beginning'} to ${c.asked.to ?? 'now'}`;
  const lines = [
    `${emphasis(VERDICTS[c.verdict])}  ${c.statement}`,
    '',
    `Station    ${c.station} (site ${c.site}, bridge ${c.bridge})`,
    `Range      ${range}`,
    ...(c.proven ? [`Examined   ${c.proven.from} to ${c.proven.to}`] : []),
    `Store      ${c.store}`,
    `Made       ${c.made} by ${c.software}`,
    `SHA-256    ${c.sha256}`,
  ];
  if (c.epochs.length > 0) lines.push('', ...tableOf(c.epochs), ...c.epochs.flatMap(details));
  if (c.notes.length > 0) lines.push('', ...c.notes.map((note) => `Note: ${note}`));
  return lines.join('\n');
}
