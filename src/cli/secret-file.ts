import { readFile } from 'node:fs/promises';

/** The one line of a password file; the newline an editor leaves at its end is no part of it. */
export async function secretFrom(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
}
