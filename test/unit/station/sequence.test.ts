import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SequenceTracker } from '../../../src/station/sequence.ts';

const seq = fc.integer({ min: 0, max: 0xffff_ffff });

describe('SequenceTracker', () => {
  it('accounts for every line of a stream with losses, from any start, over the wrap', () => {
    fc.assert(
      fc.property(seq, fc.array(fc.boolean(), { maxLength: 200 }), (start, arrives) => {
        const tracker = new SequenceTracker();
        tracker.judge('B', start);
        let lost = 0;
        let got = 0;
        arrives.forEach((here, i) => {
          if (!here) return;
          const verdict = tracker.judge('B', (start + 1 + i) >>> 0);
          expect(['next', 'gap']).toContain(verdict);
          lost += tracker.lost;
          got++;
        });
        const last = arrives.lastIndexOf(true);
        expect(got + lost).toBe(last + 1);
      }),
    );
  });

  it('never lets the same line count twice', () => {
    fc.assert(
      fc.property(seq, (at) => {
        const tracker = new SequenceTracker();
        tracker.judge('B', at);
        expect(tracker.judge('B', at)).toBe('duplicate');
        expect(tracker.judge('B', (at - 1) >>> 0)).toBe('behind');
        expect(tracker.judge('B', (at + 1) >>> 0)).toBe('next');
      }),
    );
  });

  it('compares modulo 2^32: half the circle ahead is ahead, beyond is behind', () => {
    const judge = (from: number, to: number) => {
      const tracker = new SequenceTracker();
      tracker.judge('B', from);
      return [tracker.judge('B', to), tracker.lost];
    };
    expect(judge(0xffff_ffff, 0)).toEqual(['next', 0]);
    expect(judge(0xffff_fffe, 2)).toEqual(['gap', 3]);
    expect(judge(0, 0x7fff_ffff)).toEqual(['gap', 0x7fff_fffe]);
    expect(judge(0, 0x8000_0000)).toEqual(['behind', 0]);
  });

  it('begins afresh with another boot', () => {
    const tracker = new SequenceTracker();
    tracker.judge('B', 5000);
    expect(tracker.judge('C', 3)).toBe('new-boot');
    expect(tracker.judge('C', 4)).toBe('next');
  });

  it('follows a sender that started to count anew under the same boot id, after 16 lines', () => {
    const tracker = new SequenceTracker();
    tracker.judge('B', 1_000_000);
    const verdicts = Array.from({ length: 20 }, (_, i) => tracker.judge('B', i));
    expect(verdicts.indexOf('next')).toBe(16);
    expect(verdicts.slice(16)).toEqual(['next', 'next', 'next', 'next']);
  });

  it('does not follow older lines that come in no order', () => {
    const tracker = new SequenceTracker();
    tracker.judge('B', 1_000_000);
    for (let i = 0; i < 100; i++) expect(tracker.judge('B', (i * 7) % 90)).toBe('behind');
  });
});
