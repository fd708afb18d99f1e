import type { StationPort } from '../../../simulator/ports/port.ts';

/** A port with a reader that takes everything; `writes` holds every write. */
export class MemoryPort implements StationPort {
  readonly url = 'memory';
  accepting = true;
  readonly writes: string[] = [];
  async plug(): Promise<void> {}
  async unplug(): Promise<void> {}
  async drain(): Promise<void> {}
  write(latin1: string): void {
    this.writes.push(latin1);
  }
  get text(): string {
    return this.writes.join('');
  }
  get lines(): string[] {
    return this.text.split('\r\n').filter(Boolean);
  }
}

/** CRC-16/IBM-3740 bit by bit, from the wire description alone. */
export function bitwiseCrc(text: string): string {
  let register = 0xffff;
  for (const character of text) {
    for (let bit = 7; bit >= 0; bit--) {
      const top = (register >> 15) & 1;
      register = (register << 1) & 0xffff;
      if (top !== ((character.charCodeAt(0) >> bit) & 1)) register ^= 0x1021;
    }
  }
  return register.toString(16).toUpperCase().padStart(4, '0');
}

/** Fields of an undamaged line, type first; `null` when it is damaged. */
export function parseLine(line: string): string[] | null {
  const match = /^\$([^*$]*)\*([0-9A-F]{4})$/.exec(line);
  if (!match || bitwiseCrc(match[1] ?? '') !== match[2]) return null;
  return (match[1] ?? '').split(',');
}

/** A command line from a host. */
export function commandLine(correlation: number, ...words: (string | number)[]): Uint8Array {
  const body = ['CMD', 'C0FFEE00', correlation, 0, correlation, ...words].join(',');
  return Buffer.from(`$${body}*${bitwiseCrc(body)}\r\n`, 'latin1');
}
