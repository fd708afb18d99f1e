/**
 * Who did what to whose firmware, and when: append-only JSON lines. Every line carries the seal of the one before it and its
 * own, SHA-256 over its text without `seal`, so that a line that was changed or taken out shows.
 */
import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';

export interface AuditFact {
  /** Who wanted it: a login, or a name that was given. */
  readonly who: string;
  readonly act: string;
  readonly station?: string | undefined;
  readonly job?: string | undefined;
  readonly image?: { readonly version: string; readonly hash: string; readonly file: string } | undefined;
  readonly detail?: string | undefined;
}

export interface AuditEntry extends AuditFact {
  readonly n: number;
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly prev: string;
  readonly seal: string;
}

/** What the log itself says about itself. */
export interface AuditState {
  readonly entries: readonly AuditEntry[];
  /** Lines that cannot be read or whose seal does not fit, by number of line from 1. */
  readonly broken: readonly number[];
}

const BEGINNING = '0'.repeat(64);
const LONGEST_DETAIL = 500;

function sealOf(entry: Omit<AuditEntry, 'seal'>): string {
  return createHash('sha256').update(JSON.stringify(entry)).digest('hex');
}

export function readAudit(text: string): AuditState {
  const entries: AuditEntry[] = [];
  const broken: number[] = [];
  let prev = BEGINNING;
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const entry = entryOf(line);
    const seal = entry === null ? null : sealOf(withoutSeal(entry));
    if (entry === null || seal !== entry.seal || entry.prev !== prev) broken.push(index + 1);
    if (entry === null) continue;
    entries.push(entry);
    prev = entry.seal;
  }
  return { entries, broken };
}

function entryOf(line: string): AuditEntry | null {
  try {
    const raw = JSON.parse(line) as AuditEntry;
    const fits = typeof raw === 'object' && raw !== null && Number.isSafeInteger(raw.n) && typeof raw.seal === 'string';
    return fits ? raw : null;
  } catch {
    return null;
  }
}

function withoutSeal({ seal: _, ...entry }: AuditEntry): Omit<AuditEntry, 'seal'> {
  return entry;
}

export class AuditLog {
  readonly #path: string;
  readonly #clock: Clock;
  #last = { n: 0, seal: BEGINNING };
  /** A power loss may have left half a line. */
  #endsInLine = false;
  #queue: Promise<void> = Promise.resolve();

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** What is broken in what stands there already; it is left as it is, and the log goes on behind it. */
  async start(): Promise<readonly number[]> {
    const text = await readFile(this.#path, 'utf8').catch(() => '');
    const { entries, broken } = readAudit(text);
    const last = entries.at(-1);
    if (last !== undefined) this.#last = { n: last.n, seal: last.seal };
    this.#endsInLine = text !== '' && !text.endsWith('\n');
    return broken;
  }

  /** Resolves when it is on the disk; in order. */
  append(fact: AuditFact): Promise<void> {
    const atUtcMs = this.#clock.utcMs();
    const written = this.#queue.then(() => this.#write(fact, atUtcMs));
    this.#queue = written.catch(() => {});
    return written;
  }

  /** The newest last; at most `most`. */
  async read(most: number): Promise<AuditState> {
    await this.#queue;
    const state = readAudit(await readFile(this.#path, 'utf8').catch(() => ''));
    return { ...state, entries: state.entries.slice(-most) };
  }

  async #write({ who, act, station, job, image, detail }: AuditFact, atUtcMs: number): Promise<void> {
    const unsealed = {
      n: this.#last.n + 1,
      at: new Date(atUtcMs).toISOString(),
      who,
      act,
      ...(station !== undefined && { station }),
      ...(job !== undefined && { job }),
      ...(image !== undefined && { image }),
      ...(detail !== undefined && { detail: detail.slice(0, LONGEST_DETAIL) }),
      prev: this.#last.seal,
    };
    const entry: AuditEntry = { ...unsealed, seal: sealOf(unsealed) };
    const file = await open(this.#path, 'a', 0o600);
    try {
      await file.appendFile(`${this.#endsInLine ? '\n' : ''}${JSON.stringify(entry)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    this.#endsInLine = false;
    this.#last = { n: entry.n, seal: entry.seal };
  }
}
