import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UploadWindow } from '../../../src/firmware/update/upload-window.ts';

const SIZES = { size: 1000, firstBytes: 100, pieceBytes: 150, depth: 3 };

/** Sends everything that may be sent; ids count up from `from`. */
function pump(window: UploadWindow, from: number): [number, number][] {
  const sent: [number, number][] = [];
  for (let id = from, piece = window.next(); piece !== null; piece = window.next(), id++) {
    window.sent(id, piece, 1000);
    sent.push([id, piece.off]);
  }
  return sent;
}

describe('the window of an upload', () => {
  it('sends the first piece alone, then as many as there are buffers', () => {
    const window = new UploadWindow(SIZES);
    expect(pump(window, 1)).toEqual([[1, 0]]);
    expect(window.answered(1, 100)).toBe('progress');
    expect(pump(window, 2).map(([, off]) => off)).toEqual([100, 250, 400]);
    expect(window.answered(2, 250)).toBe('progress');
    expect(pump(window, 5).map(([, off]) => off)).toEqual([550]);
  });

  it('goes on where an earlier upload got to', () => {
    const window = new UploadWindow(SIZES);
    pump(window, 1);
    expect(window.answered(1, 700)).toBe('progress');
    expect(pump(window, 2).map(([, off]) => off)).toEqual([700, 850]);
    expect([window.answered(2, 850), window.answered(3, 1000)]).toEqual(['progress', 'done']);
  });

  it('goes back once for a lost piece, not once more for each piece that was under way behind it', () => {
    const window = new UploadWindow(SIZES);
    pump(window, 1);
    window.answered(1, 100);
    pump(window, 2);
    // The piece at 100 was lost: those at 250 and 400 are both answered with what is missing.
    expect(window.answered(3, 100)).toBe('back');
    expect(pump(window, 10).map(([, off]) => off)).toEqual([100]);
    expect(window.answered(4, 100)).toBe('stale');
    expect(window.setbacks).toBe(1);
    expect(window.answered(10, 250)).toBe('progress');
    expect(window.setbacks).toBe(0);
  });

  it('takes no offset that cannot be, and no answer to what was not sent', () => {
    for (const off of [-1, 1.5, 1001, Number.NaN, 900]) {
      const window = new UploadWindow(SIZES);
      pump(window, 1);
      window.answered(1, 100);
      pump(window, 2);
      expect([off, window.answered(2, off)]).toEqual([off, 'impossible']);
      expect(window.answered(77, 500)).toBe('stale');
    }
  });

  it('begins again at the first piece when the station has forgotten all', () => {
    const window = new UploadWindow(SIZES);
    pump(window, 1);
    window.answered(1, 100);
    pump(window, 2);
    expect(window.answered(2, 0)).toBe('back');
    window.answered(3, 0);
    window.answered(4, 0);
    expect(window.next()).toMatchObject({ off: 0, first: true });
  });

  it('brings every byte over, in order, whatever is lost', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.constantFrom('well', 'well', 'well', 'lost', 'answer-lost')), (fates) => {
        const window = new UploadWindow(SIZES);
        let has = 0;
        let id = 0;
        let nowMs = 0;
        for (let turn = 0; turn < 2000 && has < SIZES.size; turn++) {
          const answers: [number, number][] = [];
          for (let piece = window.next(); piece !== null; piece = window.next()) {
            window.sent(++id, piece, nowMs + 100);
            const fate = fates.next().value;
            if (fate === 'lost') continue;
            if (piece.off === has) has += piece.bytes;
            if (fate === 'well') answers.push([id, has]);
          }
          for (const [of, off] of answers) window.answered(of, off);
          nowMs += 200;
          window.expire(nowMs);
        }
        expect(has).toBe(SIZES.size);
      }),
      { numRuns: 100 },
    );
  });
});
