import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Speakers } from '../../../src/station/speakers.ts';

describe('speakers', () => {
  it('one station that restarts, however often, is one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 50 }), (linesPerBoot) => {
        const speakers = new Speakers();
        let nowMs = 0;
        for (const [boot, lines] of linesPerBoot.entries()) {
          for (let i = 0; i < lines; i++) speakers.heard(`BOOT${boot}`, ++nowMs);
        }
        return !speakers.several(nowMs);
      }),
    );
  });

  it('two or three that take turns are several, until only one is heard for 5 s', () => {
    for (const ids of [
      ['A', 'B'],
      ['A', 'B', 'C'],
    ]) {
      const speakers = new Speakers();
      for (let i = 0; i < 12; i++) speakers.heard(ids[i % ids.length] ?? '', i * 100);
      expect(speakers.several(1200)).toBe(true);
      for (let ms = 1200; ms < 7000; ms += 100) speakers.heard('A', ms);
      expect(speakers.several(6000)).toBe(true);
      expect(speakers.several(7000)).toBe(false);
    }
  });

  it('a single old line out of a buffer does not make two', () => {
    const speakers = new Speakers();
    for (const id of ['A', 'A', 'B', 'A', 'B', 'B']) speakers.heard(id, 0);
    expect(speakers.several(0)).toBe(false);
  });
});
