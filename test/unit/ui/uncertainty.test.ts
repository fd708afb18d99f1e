import { describe, expect, it } from 'vitest';
import { fixed, shownUncertainty } from '../../../src/web/ui/model/number-text.ts';

describe('uncertainty on the screen', () => {
  it('is never nothing: smaller than the last digit counts as that digit', () => {
    const text = (u95: number, decimals: number) => fixed(shownUncertainty(u95, decimals), decimals);
    expect(text(0.01, 1)).toBe('0.1');
    expect(text(0, 2)).toBe('0.01');
    expect(text(0.12, 1)).toBe('0.1');
    expect(text(2.7, 1)).toBe('2.7');
  });
});
