import { type FaultKind, lasting, markDamage } from './fault.ts';

/** Receiver samples per bit of the sender: 2 is a station at 57,600 baud on a port at 115,200. */
const SAMPLES_PER_BIT = 2;
/** Start bit, eight data bits, stop bit. */
const FRAME_BITS = 10;

/** The bits of 8N1 frames on the wire, least significant first. */
function wireBits(bytes: Uint8Array): Uint8Array {
  const bits = new Uint8Array(bytes.length * FRAME_BITS);
  bytes.forEach((byte, i) => {
    for (let bit = 0; bit < 8; bit++) bits[i * FRAME_BITS + 1 + bit] = (byte >> bit) & 1;
    bits[i * FRAME_BITS + 9] = 1;
  });
  return bits;
}

/** What a UART at the wrong speed makes of these bytes. */
export function receivedAtWrongBaud(bytes: Uint8Array): Uint8Array {
  const sent = wireBits(bytes);
  const sample = (at: number) => sent[Math.floor(at / SAMPLES_PER_BIT)] ?? 1;
  const seen: number[] = [];
  const length = sent.length * SAMPLES_PER_BIT;
  for (let at = 0; at < length; ) {
    if (sample(at) === 1) {
      at++;
      continue;
    }
    let byte = 0;
    for (let bit = 0; bit < 8; bit++) byte |= sample(at + 1 + bit) << bit;
    seen.push(byte);
    at += FRAME_BITS;
  }
  return Uint8Array.from(seen);
}

/** The port set to another speed than the station: every byte of some seconds is garbage. */
export const wrongBaud: FaultKind = {
  name: 'wrong-baud',
  summary: "2-5 s as a port at twice the station's baud rate sees them",
  usualRate: 0.002,
  make: (rate, random) =>
    lasting(rate, random, 2000, 5000, (line) => {
      line.bytes = receivedAtWrongBaud(line.bytes);
      markDamage(line);
    }),
};
