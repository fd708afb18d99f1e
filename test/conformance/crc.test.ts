/** Both checksums against values that others published or captured. */
import { describe, expect, it } from 'vitest';
import { crc16Ibm3740, crc16Ibm3740OfText, crc16Xmodem } from '../../protocols/crc.ts';
import { decodeLine } from '../../protocols/hrsp/codec.ts';
import { referenceCrc } from '../support/reference/hrsp-decoder.ts';
import { bytesOf, readVectors } from '../support/reference/vectors.ts';

describe('CRC-16/IBM-3740', () => {
  it('has the check value of the CRC RevEng catalogue', () => {
    expect(crc16Ibm3740(bytesOf('123456789'))).toBe(0x29b1);
    expect(crc16Ibm3740OfText('123456789')).toBe(0x29b1);
  });

  it('agrees with the bitwise definition for every byte value, in bytes and in text', () => {
    const text = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join('');
    expect(crc16Ibm3740(bytesOf(text))).toBe(referenceCrc(text));
    expect(crc16Ibm3740OfText(text)).toBe(referenceCrc(text));
  });

  it('covers the given stretch only', () => {
    expect(crc16Ibm3740(bytesOf('$123456789*'), 1, 10)).toBe(0x29b1);
  });
});

describe('CRC-16/XMODEM', () => {
  it('has the check value of the CRC RevEng catalogue', () => {
    expect(crc16Xmodem(bytesOf('123456789'))).toBe(0x31c3);
  });

  const captures = readVectors<{ name: string; source: string; hex: string }>('smp-serial.jsonl');
  const frames = captures.filter(({ hex }) => Buffer.from(hex, 'hex').filter((byte) => byte === 0x0a).length === 1);
  it.each(frames)('matches the frame $name ($source)', ({ hex }) => {
    const line = Buffer.from(hex, 'hex');
    // 06 09, base64 of length (2), packet, checksum (2), LF
    const raw = Buffer.from(line.subarray(2, -1).toString('latin1'), 'base64');
    expect(raw.readUInt16BE(0)).toBe(raw.length - 2);
    expect(crc16Xmodem(raw, 2, raw.length - 2)).toBe(raw.readUInt16BE(raw.length - 2));
    const routed = decodeLine(line.subarray(0, -1));
    expect(routed).toEqual({ kind: 'foreign', protocol: 'smp', bytes: line.subarray(0, -1) });
  });
});
