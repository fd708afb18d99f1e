/** What the imager reads: GS1 element strings of demonstration items (company prefix 952 is reserved for that). */
import type { Scan } from './case.ts';

const GS = '\u001d';
const SYMBOLOGY = 'gs1-datamatrix';
const PUMP_GTIN = '09521234543213';
const DRUG_GTIN = '09521234567899';

/** Item and serial number of a pump; `udiDi` when its maker's is known. */
export function pumpCard(serial: string, udiDi: string | null = null): Scan {
  return { symbology: SYMBOLOGY, data: `01${udiDi ?? PUMP_GTIN}21${serial}` };
}

/** Item, expiry, lot and serial number of a filled syringe or vial. */
export function drugLabel(lot: string, serial: string, gtin = DRUG_GTIN): Scan {
  return { symbology: SYMBOLOGY, data: `01${gtin}1729123110${lot}${GS}21${serial}` };
}
