/** What gets through when a wire does its worst. `npm run torture:lines` is the same over many millions of lines. */
import { describe, expect, it } from 'vitest';
import { LineGuard } from '../../../protocols/framing.ts';
import { decodeLine, encodeLine } from '../../../protocols/hrsp/codec.ts';
import { DAMAGE_KINDS, DamagedLines, type DamageKind } from '../../support/damaged-lines.ts';
import { bytesOf } from '../../support/reference/vectors.ts';

const wire = new DamagedLines(20_260_101);
const kindOf = (i: number) => DAMAGE_KINDS[i % DAMAGE_KINDS.length] as DamageKind;

describe('damaged lines', { timeout: 60_000 }, () => {
  it('300,000 of them, of every sort, give no value that nobody sent', () => {
    const wrong: string[] = [];
    for (let i = 0; i < 300_000; i++) wrong.push(...wire.acceptedWrongly(wire.damaged(kindOf(i))));
    expect(wrong).toEqual([]);
  });

  it('would be noticed here if the checksum let them through', () => {
    const forged = encodeLine({ bootId: '00000000', seq: 1, tick: 1 }, { type: 'ACK', correlation: 1, result: '' });
    expect(wire.acceptedWrongly(wire.genuine())).toEqual([]);
    expect(wire.acceptedWrongly(forged)).toEqual([forged.slice(0, -1)]);
  });

  it('get through no oftener than 16 bits allow when made on purpose to fit', () => {
    let wrong = 0;
    for (let i = 0; i < 65_536; i++) wrong += wire.acceptedWrongly(wire.alignedSplice()).length;
    // One is expected; more than eight would happen by chance once in a million seeds.
    expect(wrong).toBeLessThanOrEqual(8);
  });

  it('cost nothing but themselves: every other line of the stream is still read', () => {
    let read = 0;
    let stream = '';
    const rounds = 2000;
    for (let i = 0; i < rounds; i++) {
      stream += `${wire.damaged(kindOf(i)).replace(/\r?\n?$/, '\r\n')}${wire.genuine()}`;
    }
    const guard = new LineGuard(512, () => undefined);
    const passed = Buffer.from(guard.push(bytesOf(stream)) ?? []).toString('latin1');
    for (const line of passed.split('\n')) if (decodeLine(bytesOf(line)).kind === 'message') read++;
    expect(read).toBeGreaterThanOrEqual(rounds);
  });
});
