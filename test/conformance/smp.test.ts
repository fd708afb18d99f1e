/** SMP against what real Zephyr firmware and other clients sent, both ways, and MCUboot's header against a published one. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeBody } from '../../protocols/smp/cbor.ts';
import { PacketAssembler } from '../../protocols/smp/frames.ts';
import {
  decodePacket,
  encodeFrames,
  encodePacket,
  encodeRefusal,
  encodeRequest,
  encodeResponse,
  parseRequest,
  parseResponse,
  SMP_COMMANDS,
  type SmpCommand,
  type SmpPacket,
  ZEPHYR_CONTINUATION_BYTES,
} from '../../protocols/smp/index.ts';
import { parseImageHeader } from '../../protocols/smp/mcuboot/image.ts';
import { readVectors } from '../support/reference/vectors.ts';
import { notTested } from '../support/what-was-not-tested.ts';
import { EXPECTED, type Expected, hex } from './smp-expected.ts';

const CLIENT = join(import.meta.dirname, '../support/reference/smp-client.py');
const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) notTested('SMP captures by an independent decoder', 'not installed: python3');

interface SmpVector {
  readonly name: string;
  readonly source: string;
  readonly provenance: string;
  readonly hex: string;
  readonly packet_hex?: string;
  readonly expect?: string;
}

const serial = readVectors<SmpVector>('smp-serial.jsonl');
const framed = serial.flatMap((v) => (v.packet_hex === undefined ? [] : [{ ...v, packet: hex(v.packet_hex) }]));
const packets = [
  ...framed.filter((v) => v.packet.length >= 8),
  ...readVectors<SmpVector>('smp-packet.jsonl').map((v) => ({ ...v, packet: hex(v.hex) })),
];

/** The lines of a capture, each without its LF; what stands after the last LF has not arrived. */
function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let from = 0; ; ) {
    const lf = bytes.indexOf(0x0a, from);
    if (lf < 0) return lines;
    lines.push(bytes.subarray(from, lf));
    from = lf + 1;
  }
}

const joined = (parts: Uint8Array[]) => Buffer.concat(parts).toString('hex');
const anyCommand = (name: keyof typeof SMP_COMMANDS) => SMP_COMMANDS[name] as unknown as SmpCommand<object, object>;
const placed = (name: keyof typeof SMP_COMMANDS | null, { op, group, command }: SmpPacket) =>
  name !== null
    ? anyCommand(name)
    : { ...anyCommand('reset'), op: op === 'read-response' ? ('read' as const) : ('write' as const), group, command };

describe.each(framed)('frames of $name', (vector) => {
  it('give the packet', () => {
    const assembler = new PacketAssembler();
    const outcomes = linesOf(hex(vector.hex)).flatMap((line) => assembler.push(line));
    expect(outcomes).toEqual([{ kind: 'packet-bytes', bytes: vector.packet }]);
    expect(assembler.unfinished).toBe(false);
  });

  it('are written for the packet, byte for byte', () => {
    const isZephyr44 = vector.source.includes('microbit') && vector.name.endsWith('_rsp');
    const frames = encodeFrames(vector.packet, isZephyr44 ? ZEPHYR_CONTINUATION_BYTES : undefined);
    expect(joined(frames)).toBe(vector.hex);
  });
});

it('delivers nothing of a frame that was cut off', () => {
  const cut = serial.filter((v) => v.expect === 'timeout');
  expect(cut.map((v) => v.name)).toEqual(['truncated_frame']);
  const assembler = new PacketAssembler();
  const [line] = cut.map((v) => hex(v.hex));
  expect(linesOf(line as Uint8Array)).toEqual([]);
  // Even when the cut is followed by an end of line, wherever in the group of four it was.
  for (let end = 2; end <= 23; end++) {
    const given = [...assembler.push((line as Uint8Array).subarray(0, end)), assembler.reset()].filter(
      (o) => o !== null,
    );
    expect(given.map((o) => o.kind)).toEqual(['fault']);
  }
});

describe.each(packets)('packet of $name', (vector) => {
  const packet = decodePacket(vector.packet) as SmpPacket;
  const known = EXPECTED[vector.name];
  const { expected, withData } = dataCutOut(known, vector.packet);

  it('has a header that reads and writes', () => {
    expect(packet.kind).toBe('packet');
    expect(Buffer.from(encodePacket(packet, packet.body))).toEqual(Buffer.from(vector.packet));
    // Independent of the codec: version and op of the first byte, big endian numbers.
    const bytes = Buffer.from(vector.packet);
    expect(packet).toMatchObject({
      op: ['read', 'read-response', 'write', 'write-response'][bytes.readUInt8(0) & 7],
      version: bytes.readUInt8(0) >> 3,
      group: bytes.readUInt16BE(4),
      sequence: bytes.readUInt8(6),
      command: bytes.readUInt8(7),
    });
  });

  it('is read as written down', () => {
    if (expected.kind === 'request') {
      expect(parseRequest(packet)).toStrictEqual({ kind: 'request', command: expected.command, value: withData });
    } else {
      const outcome = parseResponse(placed(expected.command, packet), packet);
      if (expected.kind === 'response') expect(outcome).toStrictEqual({ kind: 'ok', value: withData });
      else {
        const { group, code } = expected;
        expect(outcome).toMatchObject({
          kind: 'refused',
          error: { group, code, name: expect.stringMatching(/_ERR_/) },
        });
      }
    }
  });

  it.skipIf(vector.expect === 'error')('is written, byte for byte', () => {
    const { sequence, version } = packet;
    let written: Uint8Array;
    if (expected.kind === 'request') {
      const form = expected.form ?? 'definite';
      written = encodeRequest(anyCommand(expected.command), withData, { sequence, version, form });
    } else if (expected.kind === 'response') {
      const { command, rc = 'when-error', form = 'indefinite' } = expected;
      written = encodeResponse(placed(command, packet), asRequest(packet), withData, { rc, form });
    } else {
      written = encodeRefusal(asRequest(packet), expected);
    }
    expect(Buffer.from(written).toString('hex')).toBe(Buffer.from(vector.packet).toString('hex'));
  });
});

describe.skipIf(!hasPython)('a decoder of another make (Python)', () => {
  it('reads every capture as we do', () => {
    const captures = packets.map((v) => ('packet_hex' in v ? v.hex : joined(encodeFrames(v.packet))));
    const readable = packets.map((v, i) => ({ ...v, capture: captures[i] })).filter((v) => v.expect !== 'error');
    const { stdout, stderr } = spawnSync('python3', [CLIENT, 'decode'], {
      input: readable.map((v) => v.capture).join('\n'),
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const theirs = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const ours = readable.map(({ packet }) => {
      const { op, version, group, sequence, command, body } = decodePacket(packet) as SmpPacket;
      const ops = ['read', 'read-response', 'write', 'write-response'];
      return [{ op: ops.indexOf(op), version, group, sequence, command, body: plain(decodeBody(body)) }];
    });
    expect(theirs).toEqual(ours);
  });
});

describe('the set of vectors', () => {
  it('has an expectation for every packet, and no expectation without one', () => {
    expect(Object.keys(EXPECTED).sort()).toEqual(packets.map((v) => v.name).sort());
  });

  it('names a source for every row', () => {
    expect([...serial, ...packets].filter((v) => v.source === '' || v.provenance === '')).toEqual([]);
  });

  it('has every command but those that no captured server had', () => {
    const commands = new Set(Object.values(EXPECTED).map((e) => ('kind' in e ? e : e[0]).command));
    expect(Object.keys(SMP_COMMANDS).filter((name) => !commands.has(name as keyof typeof SMP_COMMANDS))).toEqual([]);
  });
});

it('reads the header of a published MCUboot image', () => {
  const [vector] = readVectors<SmpVector & { scalar: { fileLen: number; tlvTotal: number } }>('mcuboot-image.jsonl');
  const header = parseImageHeader(hex(vector?.hex ?? ''));
  expect(header).toEqual({
    loadAddress: 0,
    headerBytes: 0x200,
    protectedTlvBytes: 0,
    bodyBytes: 24_692,
    flags: 0,
    version: { major: 0, minor: 0, revision: 0, build: 0 },
  });
  expect(0x200 + 24_692 + (vector?.scalar.tlvTotal ?? 0)).toBe(vector?.scalar.fileLen);
});

it('reads the headers at the front of captured uploads', () => {
  const firstPieces = packets.filter((v) => /upload_first(_upgrade)?_req$/.test(v.name));
  const versions = firstPieces.map((v) => {
    const { withData } = dataCutOut(EXPECTED[v.name], v.packet);
    const header = parseImageHeader((withData as { data: Uint8Array }).data);
    return 'kind' in header ? header : { ...header.version, bytes: header.headerBytes + header.bodyBytes };
  });
  expect(versions).toEqual([
    { major: 0, minor: 0, revision: 0, build: 0, bytes: 132_436 },
    { major: 0, minor: 0, revision: 0, build: 0, bytes: 132_436 },
    { major: 0, minor: 0, revision: 0, build: 0, bytes: 49_652 },
    { major: 1, minor: 2, revision: 3, build: 4, bytes: 49_652 },
    { major: 1, minor: 2, revision: 3, build: 4, bytes: 49_652 },
    { major: 1, minor: 2, revision: 3, build: 4, bytes: 49_652 },
  ]);
});

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `h${Buffer.from(value).toString('hex')}`;
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, inner]) => [key, plain(inner)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

/** A request's header with the fields of its response. */
function asRequest(packet: SmpPacket) {
  return { ...packet, op: packet.op === 'read-response' ? ('read' as const) : ('write' as const) };
}

/** The expectation, with an upload's data cut out of the packet at the place that is written down. */
function dataCutOut(known: (typeof EXPECTED)[string] | undefined, packet: Uint8Array) {
  if (known === undefined) throw new Error('no expectation is written down for this vector');
  if ('kind' in known) return { expected: known, withData: known.kind === 'refusal' ? {} : known.value };
  const [expected, { bytes, after }] = known as readonly [
    Extract<Expected, { kind: 'request' }>,
    { bytes: number; after: number },
  ];
  const to = packet.length - after;
  const { upgradeOnly, ...rest } = expected.value as { upgradeOnly?: boolean };
  const data = packet.slice(to - bytes, to);
  return { expected, withData: upgradeOnly === undefined ? { ...rest, data } : { ...rest, data, upgradeOnly } };
}
