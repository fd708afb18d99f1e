/** Examples: FDA "UDI formats by FDA-accredited issuing agency" v1.3 (2017), and GS1 demonstration numbers (prefix 952). */
import { describe, expect, it } from 'vitest';
import { gs1Elements, isExpected } from '../../../src/refill/gs1.ts';

const GS = '\u001d';
const FDA = '(01)51022222233336(11)141231(17)150707(10)A213B1(21)1234';
const FDA_SCANNED = `0151022222233336111412311715070710A213B1${GS}211234`;

describe('element strings', () => {
  it('are the same read by a person and by an imager', () => {
    const elements = [
      ['01', '51022222233336'],
      ['11', '141231'],
      ['17', '150707'],
      ['10', 'A213B1'],
      ['21', '1234'],
    ];
    expect([...(gs1Elements(FDA) ?? [])]).toEqual(elements);
    expect([...(gs1Elements(FDA_SCANNED) ?? [])]).toEqual(elements);
    expect([...(gs1Elements(`]d2${GS}${FDA_SCANNED}${GS}`) ?? [])]).toEqual(elements);
  });

  it.each(['', 'P0042', '01123', '0151022222233X36', '99whatever', '(01)', '+H123PARTNO1234567890120/$$420020216LOT'])(
    'is none: %s',
    (text) => {
      expect(gs1Elements(text)).toBeNull();
    },
  );
});

describe('is it what is expected?', () => {
  it.each([
    [FDA_SCANNED, FDA, true],
    [FDA_SCANNED, '(01)51022222233336', true],
    [FDA_SCANNED, '(01)51022222233336(21)1234', true],
    [FDA_SCANNED, '1234', true],
    // A serial number that only begins in the same way is another pump.
    [`${FDA_SCANNED}5`, FDA, false],
    [`${FDA_SCANNED}5`, '1234', false],
    [FDA_SCANNED, '(01)51022222233336(21)123', false],
    [FDA_SCANNED, '(01)51022222233343', false],
    // Digits that stand somewhere in a lot number are no serial number.
    [FDA_SCANNED, '213', false],
    ['P0042', 'P0042', true],
    ['P0042', 'P004', false],
  ])('%s / %s: %s', (scan, expected, is) => {
    expect(isExpected(scan, expected)).toBe(is);
  });
});
