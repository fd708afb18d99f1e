/**
 * Incidents that must not come again: every folder in `incidents/` is a recording and what the real ingest must make of it. A new one is
 * made by `hai-bridge capsule open`, named after what happened, and needs no code.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCase } from '../../src/tape/case.ts';

const FOLDER = join(import.meta.dirname, 'incidents');
const incidents = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe('incidents', () => {
  it('are there (guards the folder)', () => {
    expect(incidents.length).toBeGreaterThan(0);
  });

  it.each(incidents.map(({ name }) => name))('%s', async (name) => {
    expect(await checkCase(join(FOLDER, name))).toEqual([]);
  });
});
