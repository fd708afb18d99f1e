import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc16Xmodem } from '../../../protocols/crc.ts';
import { LineGuard } from '../../../protocols/framing.ts';
import { decodeLine } from '../../../protocols/hrsp/codec.ts';
import { decodeBase64, encodeBase64 } from '../../../protocols/smp/base64.ts';
import { encodeFrames, PacketAssembler, SMP_MAX_FRAME } from '../../../protocols/smp/frames.ts';
import { encodePacket, type SmpPacket, SmpReassembler } from '../../../protocols/smp/index.ts';

// `max`: without it, arrays of some ten bytes are drawn, and no packet has a second frame.
const packetBytes = fc.uint8Array({ minLength: 0, maxLength: 700, size: 'max' });
const lineOf = (frame: Uint8Array) => frame.subarray(0, -1);
const text = (value: string) => Uint8Array.from(Buffer.from(value, 'latin1'));
const raw = (...parts: Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));
const u16 = (value: number) => Uint8Array.of(value >> 8, value & 0xff);

/** A frame around any bytes, by Node's own base64. */
function frame(marker: 'start' | 'continuation', bytes: Uint8Array): Uint8Array {
  return text(`${marker === 'start' ? '\x06\x09' : '\x04\x14'}${Buffer.from(bytes).toString('base64')}`);
}

function assemble(lines: Uint8Array[], maxPacket?: number) {
  const assembler = new PacketAssembler(maxPacket);
  const outcomes = lines.flatMap((line) => assembler.push(line));
  return { outcomes, kinds: outcomes.map((o) => (o.kind === 'fault' ? o.fault : 'packet')), assembler };
}

describe('base64', () => {
  it('is that of Node, both ways', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200, size: 'max' }), (bytes) => {
        const into = new Uint8Array(300);
        const end = encodeBase64(bytes, 0, bytes.length, into, 0);
        const encoded = Buffer.from(into.subarray(0, end)).toString('latin1');
        expect(encoded).toBe(Buffer.from(bytes).toString('base64'));
        expect(decodeBase64(text(encoded), 0, end)).toEqual(bytes);
      }),
    );
  });

  it.each([
    'A',
    'AB',
    'ABC',
    'A===',
    '====',
    'AB=C',
    'AB==CDEF',
    'AA B',
    'AAA\x80',
    'AAA-',
    'QQF=',
    'QR==',
    'AAAA=',
    'AA=A',
  ])('refuses %j', (bad) => {
    expect(decodeBase64(text(bad), 0, bad.length)).toBeNull();
  });
});

describe('frames', () => {
  it('give back every packet, whatever else is on the wire and however it is cut', () => {
    const noise = fc.constantFrom(
      '*** Booting MCUboot v2.2.0-rc1 ***\r\n',
      '\x1b[0m[00:00:00.250,000] \x1b[1;31m<err> flash: timeout\x1b[0m\r\n',
      '$HB,1A2B3C4D,7,7000,7,10,0*CB97\r\n',
      '\r\n',
      '\n',
      'uart:~$ \r\n',
    );
    fc.assert(
      fc.property(
        fc.array(packetBytes, { minLength: 1, maxLength: 4 }),
        fc.array(noise, { minLength: 0, maxLength: 12, size: 'max' }),
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
        fc.constantFrom(93, 90),
        (packets, between, cuts, continuation) => {
          const rest = [...between];
          const wire = raw(
            ...packets.flatMap((p) => encodeFrames(p, continuation)).flatMap((f) => [text(rest.pop() ?? ''), f]),
          );
          const assembler = new PacketAssembler();
          const guard = new LineGuard(512, () => {});
          const got: unknown[] = [];
          for (let from = 0; from < wire.length; ) {
            const to = from + (cuts.next().value as number);
            const lines = guard.push(wire.subarray(from, to));
            from = to;
            for (let at = 0; lines !== null && at < lines.length; ) {
              const lf = lines.indexOf(0x0a, at);
              got.push(...assembler.push(lines.subarray(at, lf)));
              at = lf + 1;
            }
          }
          expect(got).toEqual(packets.map((bytes) => ({ kind: 'packet-bytes', bytes })));
        },
      ),
    );
  });

  it('are at most 127 bytes, and only the last may be padded', () => {
    fc.assert(
      fc.property(packetBytes, (packet) => {
        const frames = encodeFrames(packet);
        for (const f of frames) expect(f.length).toBeLessThanOrEqual(SMP_MAX_FRAME);
        for (const f of frames.slice(0, -1)) expect(f.includes(0x3d)).toBe(false);
        // HRSP hands each to its owner.
        expect(frames.map((f) => decodeLine(lineOf(f)).kind)).toEqual(frames.map(() => 'foreign'));
      }),
    );
  });

  it('refuses a packet that the length field cannot say', () => {
    expect(() => encodeFrames(new Uint8Array(65_534))).toThrow(/65534 bytes do not fit/);
    expect(encodeFrames(new Uint8Array(65_533)).length).toBe(705);
  });
});

describe('damage', () => {
  it('by any single bit gives a fault or silence, never another packet', () => {
    const packet = Uint8Array.from({ length: 150 }, (_, i) => (i * 37) & 0xff);
    const frames = encodeFrames(packet);
    let faults = 0;
    let flips = 0;
    frames.forEach((damaged, which) => {
      for (let bit = 0; bit < damaged.length * 8; bit++) {
        const copy = damaged.slice();
        copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
        // The wire as it would be cut: a flipped LF joins two lines, a flip may also make one.
        const wire = Buffer.concat(frames.map((f, i) => (i === which ? copy : f)));
        const assembler = new PacketAssembler();
        const outcomes: unknown[] = [];
        for (let from = 0, lf = 0; lf >= 0; from = lf + 1) {
          lf = wire.indexOf(0x0a, from);
          if (lf >= 0) outcomes.push(...assembler.push(wire.subarray(from, lf)));
        }
        const left = assembler.reset();
        const packets = outcomes.filter((o) => (o as { kind: string }).kind !== 'fault');
        // The one exception is the same packet: a flip in the length field that makes it the old form of that field.
        for (const p of packets) expect(p).toEqual({ kind: 'packet-bytes', bytes: packet });
        flips++;
        if (packets.length === 0 && (outcomes.length > 0 || left !== null)) faults++;
        else if (packets.length === 0) expect(frames.length).toBe(1);
      }
    });
    expect(flips - faults).toBeLessThanOrEqual(1);
  });

  it('of any kind never gives a packet whose checksum is wrong, and never throws', () => {
    fc.assert(
      fc.property(
        packetBytes,
        fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 8, size: 'max' }),
        (packet, damage) => {
          const lines = encodeFrames(packet).map((f) => lineOf(f).slice());
          for (const [at, value] of damage) {
            const line = lines[at % lines.length] as Uint8Array;
            line[at % line.length] = value;
          }
          const { outcomes } = assemble(lines);
          for (const outcome of outcomes) {
            if (outcome.kind === 'fault') expect(outcome.bytes).toBeGreaterThan(0);
            // A packet that comes through is the one that was sent, but for the CRC's 1 in 65536.
            else expect(outcome.bytes).toEqual(packet);
          }
        },
      ),
      // The same damage every time: the CRC lets some pass, once in 65536.
      { numRuns: 300, seed: 20_260 },
    );
  });

  const packet = Uint8Array.from({ length: 150 }, (_, i) => i);
  const [first, second] = encodeFrames(packet).map(lineOf) as [Uint8Array, Uint8Array];
  const hello = frame('start', raw(u16(7), text('Hello'), u16(crc16Xmodem(text('Hello')))));

  it.each<[string, Uint8Array[], string[]]>([
    ['a continuation without a start', [second], ['orphan']],
    ['two of them', [second, second, hello], ['orphan', 'packet']],
    ['a start where a continuation is due', [first, hello], ['interrupted', 'packet']],
    ['the same start twice', [first, first, second], ['interrupted', 'packet']],
    ['a continuation twice', [first, second, second], ['packet', 'orphan']],
    ['a continuation lost in between', [first, frame('continuation', new Uint8Array(93))], ['bad-length']],
    ['frames out of order', [second, first], ['orphan']],
    ['bad base64 at the start', [text('\x06\x09AA=A'), second], ['bad-base64']],
    ['bad base64 later', [first, text('\x04\x14AAA'), second, hello], ['bad-base64', 'packet']],
    ['no base64', [text('\x06\x09')], ['bad-length']],
    ['a length of 1', [frame('start', u16(1))], ['bad-length']],
    ['more than announced', [frame('start', raw(u16(3), new Uint8Array(9)))], ['bad-length']],
    ['a wrong checksum', [frame('start', raw(u16(7), text('Hello'), u16(1)))], ['bad-checksum']],
    ['a frame beyond 127 bytes', [frame('start', new Uint8Array(96))], ['too-long']],
    ['a packet beyond the bound', [frame('start', raw(u16(8195), new Uint8Array(91))), second], ['too-long']],
    ['an empty packet', [frame('start', raw(u16(2), u16(0)))], ['packet']],
    ['a CR before the LF', [raw(hello, text('\r'))], ['packet']],
  ])('%s', (_, lines, kinds) => {
    expect(assemble(lines).kinds).toEqual(kinds);
  });

  it('is told when the rest of a packet is no longer waited for', () => {
    const { assembler } = assemble([first]);
    expect(assembler.unfinished).toBe(true);
    expect(assembler.reset()).toMatchObject({ fault: 'interrupted', detail: expect.stringContaining('93 of 154') });
    expect(assembler.reset()).toBeNull();
    expect(assembler.push(second)).toMatchObject([{ fault: 'orphan' }]);
  });
});

describe('the old form of the length field', () => {
  const old = (packet: Uint8Array, firstFrame: number) => {
    const bytes = raw(u16(packet.length), packet, u16(crc16Xmodem(packet)));
    return [frame('start', bytes.subarray(0, firstFrame))].concat(
      firstFrame < bytes.length ? [frame('continuation', bytes.subarray(firstFrame))] : [],
    );
  };

  it('is taken, wherever the frame boundary falls', () => {
    for (const length of [8, 50, 87, 88, 89, 90, 91, 92, 120]) {
      const packet = Uint8Array.from({ length }, (_, i) => (i * 11) & 0xff);
      const { outcomes } = assemble(old(packet, Math.min(93, length + 4)));
      expect(outcomes).toEqual([{ kind: 'packet-bytes', bytes: packet }]);
    }
  });

  it('needs a right checksum, too', () => {
    const lines = old(text('Hello'), 9);
    lines[0] = frame('start', raw(u16(5), text('Hellp'), u16(crc16Xmodem(text('Hello')))));
    expect(assemble(lines).kinds).toEqual(['bad-checksum']);
  });

  it('leaves a damaged new form, cut at a full frame, to the next start', () => {
    const packet = new Uint8Array(89);
    const bytes = raw(u16(91), packet, u16(1));
    expect(bytes.length).toBe(93);
    const hello = frame('start', raw(u16(7), text('Hello'), u16(crc16Xmodem(text('Hello')))));
    expect(assemble([frame('start', bytes), hello]).kinds).toEqual(['bad-checksum', 'packet']);
  });
});

describe('SmpReassembler', () => {
  const header = { op: 'write', version: 1, flags: 0, group: 0, sequence: 7, command: 0 } as const;

  it('gives packets with their header read', () => {
    const reassembler = new SmpReassembler();
    const [line] = encodeFrames(encodePacket(header, text('\xa0'))).map(lineOf) as [Uint8Array];
    const [packet] = reassembler.push(line) as [SmpPacket];
    expect(packet).toEqual({ kind: 'packet', ...header, body: text('\xa0') });
  });

  it.each<[string, Uint8Array]>([
    ['shorter than a header', new Uint8Array(7)],
    ['with an op that is none', raw(Uint8Array.of(0x0c, 0, 0, 0, 0, 0, 0, 0))],
    ['that announces more than came', raw(Uint8Array.of(0x0a, 0, 0, 2, 0, 0, 0, 0, 0xa0))],
    ['that announces less than came', raw(Uint8Array.of(0x0a, 0, 0, 0, 0, 0, 0, 0, 0xa0))],
  ])('faults a packet %s', (_, bytes) => {
    const outcomes = encodeFrames(bytes).flatMap((f) => new SmpReassembler().push(lineOf(f)));
    expect(outcomes).toMatchObject([{ kind: 'fault', fault: 'bad-header', bytes: bytes.length }]);
  });

  it('holds its own bound', () => {
    const reassembler = new SmpReassembler(100);
    const frames = encodeFrames(new Uint8Array(101)).map(lineOf);
    expect(frames.flatMap((f) => reassembler.push(f))).toMatchObject([{ fault: 'too-long' }]);
    expect(reassembler.reset()).toBeNull();
  });

  it('writes no header that does not fit', () => {
    expect(() => encodePacket({ ...header, sequence: 256 }, new Uint8Array(0))).toThrow('sequence: 256 does not fit');
    expect(() => encodePacket({ ...header, group: -1 }, new Uint8Array(0))).toThrow('group: -1 does not fit');
    expect(() => encodePacket(header, new Uint8Array(65_536))).toThrow('body length: 65536');
  });
});
