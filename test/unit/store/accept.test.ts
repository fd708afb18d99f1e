import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameSchema } from '../../../src/mqtt/topics.ts';
import { isName } from '../../../src/store/accept.ts';

describe('names in a store', () => {
  it('are exactly those that the topics allow', () => {
    const nearly = fc.stringMatching(/^[A-Za-z0-9._\-/ \n]{0,66}$/);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), nearly), (text) => {
        expect(isName(text)).toBe(nameSchema.safeParse(text).success);
      }),
      { examples: [['HS-1\n'], [''], ['-a'], ['a'.repeat(64)], ['a'.repeat(65)]] },
    );
  });
});
