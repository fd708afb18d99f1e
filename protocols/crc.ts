/**
 * CRC-16 with polynomial 1021h, not reflected, no final xor; the catalogue's names differ only in the initial value.
 * Source: CRC RevEng catalogue; check values over the ASCII digits "123456789".
 */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc & 0xffff;
});

/** The effect of a byte that is followed by one, two or three more: four bytes are then one step, not four in a row. */
const TABLE_1 = TABLE.map(advance);
const TABLE_2 = TABLE_1.map(advance);
const TABLE_3 = TABLE_2.map(advance);

function advance(crc: number): number {
  return ((crc << 8) & 0xffff) ^ (TABLE[crc >>> 8] as number);
}

function crc16(bytes: Uint8Array, from: number, to: number, initial: number): number {
  let crc = initial;
  let i = from;
  for (; i + 4 <= to; i += 4) {
    crc =
      (TABLE_3[(crc >>> 8) ^ (bytes[i] as number)] as number) ^
      (TABLE_2[(crc & 0xff) ^ (bytes[i + 1] as number)] as number) ^
      (TABLE_1[bytes[i + 2] as number] as number) ^
      (TABLE[bytes[i + 3] as number] as number);
  }
  for (; i < to; i++) crc = ((crc << 8) & 0xffff) ^ (TABLE[(crc >>> 8) ^ (bytes[i] as number)] as number);
  return crc;
}

/** CRC-16/IBM-3740 (init FFFFh, check 29B1h) over `bytes[from, to)`: HRSP lines. `to` must not exceed the length. */
export function crc16Ibm3740(bytes: Uint8Array, from = 0, to = bytes.length): number {
  return crc16(bytes, from, to, 0xffff);
}

/** CRC-16/XMODEM (init 0000h, check 31C3h) over `bytes[from, to)`: SMP over serial. `to` must not exceed the length. */
export function crc16Xmodem(bytes: Uint8Array, from = 0, to = bytes.length): number {
  return crc16(bytes, from, to, 0);
}

/** CRC-16/IBM-3740 over the characters of a text, all of which must be below U+0100. */
export function crc16Ibm3740OfText(text: string): number {
  let crc = 0xffff;
  for (let i = 0; i < text.length; i++) {
    crc = ((crc << 8) & 0xffff) ^ (TABLE[(crc >>> 8) ^ (text.charCodeAt(i) & 0xff)] as number);
  }
  return crc;
}
