/** A whole simulated refill as a capture, without ports and without waiting. */
import { encodeLine } from '../../../protocols/hrsp/codec.ts';
import { type CaseChange, changed, NOMINAL, playRefill } from '../../../simulator/batch.ts';
import type { CaptureRecord } from '../../../src/tape/format.ts';

/** The textbook refill with another seed or change; `lateMs`: the recording begins so much before the patient comes. */
export function refillCapture(seed: number, change: CaseChange = {}, lateMs = 0): CaptureRecord[] {
  const records: CaptureRecord[] = [{ k: 'link', l: 0, name: 'simulator' }];
  let seq = 0;
  const say = (text: string, m: number) => records.push({ k: 'in', l: 0, m, u: m, b: text });
  for (let m = 0; m < lateMs; m += 100) {
    const values = [null, 0, 0, 22, 0, 101.3];
    say(encodeLine({ bootId: 'A1B2C3D4', seq: seq++, tick: m }, { type: 'TEL', values, flags: 0x80 }), m);
  }
  playRefill(changed({ ...NOMINAL, seed }, change), {
    message: (message, tickMs) => {
      const m = lateMs + tickMs;
      say(encodeLine({ bootId: 'A1B2C3D4', seq: seq++, tick: m }, message), m);
    },
  });
  return records;
}
