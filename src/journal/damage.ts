/** What a damaged journal is, and how it is kept for those who want to look into it. */
import { copyFileSync, existsSync, renameSync } from 'node:fs';
import type { Clock } from '../clock.ts';

/** SQLite's own words, or ours from the checks at opening. */
export function isDamage(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /SQLITE_(CORRUPT|NOTADB)/.test(code) || /malformed|not a database/i.test(String(error));
}

function keptName(path: string, clock: Clock): string {
  const stamp = new Date(clock.utcMs()).toISOString().replaceAll(':', '');
  const base = `${path}.damaged-${stamp}`;
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base}-${n}`;
    if (!existsSync(name)) return name;
  }
}

/** Renames the file with all that belongs to it. Returns its new path. */
export function putAside(path: string, clock: Clock): string {
  const kept = keptName(path, clock);
  // The write-ahead log belongs to the damaged file: next to a fresh one it would be replayed into it.
  for (const part of ['', '-wal', '-shm'])
    if (existsSync(`${path}${part}`)) renameSync(`${path}${part}`, `${kept}${part}`);
  return kept;
}

/** A write-ahead log is used as far as it is sound; SQLite then overwrites it, so the whole of it is copied first. */
export function keepCopy(path: string, clock: Clock): string {
  const kept = keptName(path, clock);
  copyFileSync(path, kept);
  return kept;
}
