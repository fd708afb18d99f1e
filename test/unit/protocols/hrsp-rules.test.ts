/** Versions, readings and the registry. */
import { describe, expect, it } from 'vitest';
import { decodeLine } from '../../../protocols/hrsp/codec.ts';
import { negotiateVersion } from '../../../protocols/hrsp/version.ts';
import { CHANNELS, FLAG } from '../../../protocols/reading.ts';
import { FAMILIES } from '../../../protocols/registry.ts';
import { bytesOf } from '../../support/reference/vectors.ts';

describe('negotiateVersion', () => {
  it('takes the smaller minor of the same major', () => {
    expect(negotiateVersion({ major: 1, minor: 7 })).toEqual({ ok: true, version: { major: 1, minor: 1 } });
    expect(negotiateVersion({ major: 1, minor: 2 }, { major: 1, minor: 4 })).toEqual({
      ok: true,
      version: { major: 1, minor: 2 },
    });
  });

  it('refuses another major and says which side to update', () => {
    const newer = negotiateVersion({ major: 2, minor: 0 });
    expect(newer).toMatchObject({ ok: false, reason: expect.stringMatching(/HRSP 2\.0.*HRSP 1\.x.*program/) });
    const older = negotiateVersion({ major: 0, minor: 9 });
    expect(older).toMatchObject({ ok: false, reason: expect.stringMatching(/HRSP 0\.9.*firmware/) });
  });
});

describe('registry', () => {
  const { hrsp } = FAMILIES;
  const received = { utcMs: 1_767_225_600_000, monotonicMs: 5 };

  it('turns a telemetry line into a reading', () => {
    const decoded = hrsp.decode(bytesOf('$TEL,7F3A9C01,10,100,-0.001,2.500,12.35,36.60,24.117,101.325,00*D75E\r'));
    if (decoded.kind === 'fault') throw new Error(decoded.detail);
    expect(hrsp.reading('HRS-0042', decoded, received)).toStrictEqual({
      station: 'HRS-0042',
      bootId: '7F3A9C01',
      lineSeq: 10,
      deviceTickMs: 100,
      received,
      values: [null, 2.5, 12.35, 36.6, 24.117, 101.325],
      flags: FLAG.outOfRange,
    });
    expect(CHANNELS).toHaveLength(6);
  });

  it('has no reading for what is no measurement', () => {
    const decoded = decodeLine(bytesOf('$HB,1A2B3C4D,7,7000,7,10,0*CB97'));
    if (decoded.kind === 'fault') throw new Error(decoded.detail);
    expect(hrsp.reading('HRS-0042', decoded, received)).toBeNull();
  });
});
