import { type FaultKind, lasting } from './fault.ts';

/** A congested radio modem: for some seconds lines come in bursts, each burst late and in one piece. Nothing is damaged. */
export const slowLine: FaultKind = {
  name: 'slow-line',
  summary: '2-6 s in which lines are held back for up to 1.5 s and then come at once',
  usualRate: 0.01,
  make: (rate, random) => {
    let heldBack: Uint8Array[] = [];
    let sinceMs = 0;
    const slow = lasting(rate, random, 2000, 6000, (line) => {
      line.late = true;
    });
    return {
      act(line, nowMs) {
        slow.act(line, nowMs);
        if (line.late && (heldBack.length === 0 || nowMs - sinceMs < 1500)) {
          if (heldBack.length === 0) sinceMs = nowMs;
          heldBack.push(Uint8Array.from(line.bytes));
          line.bytes = new Uint8Array(0);
          return;
        }
        line.late = false;
        if (heldBack.length === 0) return;
        line.bytes = Buffer.concat([...heldBack, line.bytes]);
        heldBack = [];
      },
    };
  },
};
