/** Why new firmware is not kept: each doubt of the proof, with its one sentence. */
import { describe, expect, it } from 'vitest';
import { Proof } from '../../../src/firmware/update/proof.ts';
import type { UpdateOrder } from '../../../src/firmware/update/words.ts';
import { ORDER } from './run-update.ts';

const SAID = {
  kind: 'identified',
  station: 'HRS-1',
  bootId: 'B2',
  hardwareRevision: 'B',
  firmwareVersion: '1.1.0-sim',
} as const;

/** A proof under which everything is well, but for what is changed. */
function proof(
  { order = ORDER, said = SAID, readings = 10, bad = 0 } = {} as {
    order?: UpdateOrder;
    said?: Parameters<Proof['identified']>[0] | null;
    readings?: number;
    bad?: number;
  },
): Proof {
  const under = new Proof(order, 'B1', 0);
  under.health(1000, 7);
  if (said !== null) under.identified(said, 100);
  under.health(1000, 7);
  for (let i = 0; i < readings; i++) under.reading();
  under.health(1100, 7 + bad);
  return under;
}

describe('a proof', () => {
  it('holds when the station says who it is, sends readings and damages no more lines than before', () => {
    expect(proof().doubt()).toBeNull();
    expect(proof({ bad: 1 }).doubt()).toBeNull();
  });

  it.each<[string, Parameters<typeof proof>[0], string, RegExp]>([
    ['nobody says who it is', { said: null }, 'no-identity', /^the new firmware runs but does not say who it is$/],
    ['the old boot still speaks', { said: { ...SAID, bootId: 'B1' } }, 'no-identity', /does not say who it is/],
    [
      'the version is another',
      { said: { ...SAID, firmwareVersion: '1.0.0' } },
      'wrong-version',
      /says that it runs 1\.0\.0$/,
    ],
    ['the version is none', { said: { ...SAID, firmwareVersion: 'beta' } }, 'wrong-version', /says that it runs beta$/],
    [
      'the hardware is another',
      { said: { ...SAID, hardwareRevision: 'X' } },
      'wrong-hardware',
      /takes itself for hardware X$/,
    ],
    ['too few readings come', { readings: 4 }, 'no-readings', /sent 4 readings in its time of proof$/],
    ['lines arrive damaged', { bad: 5 }, 'crc-errors', /^4\.8 % of its lines arrived damaged under the new firmware$/],
  ])('does not hold when %s', (_, what, code, why) => {
    expect(proof(what).doubt()).toEqual({ code, why: expect.stringMatching(why) });
  });

  it('blames no firmware for a line that was as bad before', () => {
    const order = { ...ORDER, crcErrorRateBefore: 0.03 };
    expect(proof({ order, bad: 5 }).doubt()).toBeNull();
    expect(proof({ order, bad: 20 }).doubt()?.code).toBe('crc-errors');
  });

  it('is over at once when the station reports a fault', () => {
    const under = proof();
    expect(under.dueMs).toBe(100 + ORDER.proofMs);
    under.fault('901 self-test failed');
    expect(under.dueMs).toBe(0);
    expect(under.doubt()).toEqual({
      code: 'reports-fault',
      why: 'under the new firmware the station reports a fault: 901 self-test failed',
    });
  });

  it('waits longer for readings that are late, and not at all for a station that restarts', () => {
    const under = new Proof(ORDER, 'B1', 0);
    expect(under.dueMs).toBe(30_000);
    expect(under.identified(SAID, 100)).toBe('noted');
    expect(under.dueMs).toBe(100 + ORDER.proofMs + 15_000);
    expect(under.identified({ ...SAID, bootId: 'B3' }, 200)).toBe('restarted');
  });
});
