import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sizeText } from '../../journal/state.ts';
import { QUARANTINE_BYTES } from '../../record/quarantine.ts';
import { codeOf } from '../exit.ts';
import { type Finding, fail, warn } from './finding.ts';

const NEARLY_FULL = 0.8;

/** Rows that the store has refused for good; nothing to say when there are none. */
export async function checkQuarantine(data: string): Promise<Finding[]> {
  const folder = join(data, 'quarantine');
  const what = `quarantine ${folder}`;
  let bytes = 0;
  let files = 0;
  try {
    for (const name of await readdir(folder)) {
      bytes += (await stat(join(folder, name))).size;
      files++;
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
  if (files === 0) return [];
  const found = `the store has refused rows for good: ${files} ${files === 1 ? 'file' : 'files'}, ${sizeText(bytes)} of at most ${sizeText(QUARANTINE_BYTES)}`;
  const remedy = 'each line says why (reason): put that right in the store, then move the files elsewhere';
  return [(bytes > QUARANTINE_BYTES * NEARLY_FULL ? fail : warn)(what, found, remedy)];
}
