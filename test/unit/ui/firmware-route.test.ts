import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashOf, parseRoute } from '../../../src/web/ui/model/route.ts';
import { firmware as german } from '../../../src/web/ui/strings/de/firmware.ts';
import { firmware as english } from '../../../src/web/ui/strings/en/firmware.ts';
import { firmware as dutch } from '../../../src/web/ui/strings/nl/firmware.ts';

describe('the page of firmware', () => {
  it('has an address of its own', () => {
    expect(parseRoute('#/firmware')).toEqual({ view: 'firmware' });
    expect(hashOf({ view: 'firmware' })).toBe('#/firmware');
  });

  it('is not linked from where nurses work', () => {
    const ui = join(import.meta.dirname, '../../../src/web/ui');
    for (const file of ['bedside/bedside-page.tsx', 'bedside/more-actions.tsx', 'fleet/fleet-view.tsx']) {
      expect(readFileSync(join(ui, file), 'utf8')).not.toMatch(/firmware['"]/);
    }
  });

  it('says everything in three languages', () => {
    const keys = (words: object): string[] =>
      Object.entries(words).flatMap(([key, value]) =>
        typeof value === 'object' ? keys(value).map((k) => `${key}.${k}`) : [key],
      );
    expect(keys(dutch)).toEqual(keys(english));
    expect(keys(german)).toEqual(keys(english));
  });
});
