import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBody, encodeBody } from '../../../protocols/smp/cbor.ts';
import {
  decodePacket,
  encodePacket,
  encodeRefusal,
  encodeRequest,
  encodeResponse,
  errorText,
  isResponseTo,
  knownErrors,
  parseRequest,
  parseResponse,
  requestHeader,
  SMP_COMMANDS,
  type SmpCommand,
  type SmpPacket,
  smpError,
  uploadRoom,
} from '../../../protocols/smp/index.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const echo = requestHeader(SMP_COMMANDS.echo, 5);
/** A response to echo with this body. */
const answer = (body: Uint8Array, version: 0 | 1 = 1) =>
  decodePacket(encodePacket({ ...echo, version, op: 'write-response' }, body)) as SmpPacket;
const asPacket = (packet: Uint8Array) => decodePacket(packet) as SmpPacket;

describe('bodies', () => {
  it.each<[string, string]>([
    ['a key twice', 'a2616101616102'],
    ['bytes behind the end', 'a000'],
    ['a map of 4 G pairs', 'bb00000000ffffffff'],
    ['a text of 4 GB', '7affffffff00'],
    ['1000 arrays in each other', '81'.repeat(1000)],
    ['8000 arrays in each other', '81'.repeat(8000)],
    ['a date', 'c11a514b67b0'],
    ['a number beyond 2^53', 'a161611bffffffffffffffff'],
    ['a map that does not end', 'bf616101'],
    ['half a pair', 'bf6161ff'],
    ['a break alone', 'ff'],
    ['nothing', ''],
    ['a text', '6161'],
    ['a number', '05'],
    ['an array', '80'],
    ['a short map without rc', 'a2616101'],
    ['a short map with rc 0', 'a262726300'],
    ['a short map with more', 'a36272630163616263'],
  ])('refuses %s, without throwing', (_, hex) => {
    expect(decodeBody(bytes(hex))).toMatch(/^the body is /);
    expect(parseResponse(SMP_COMMANDS.echo, answer(bytes(hex)))).toMatchObject({ kind: 'fault', fault: 'bad-body' });
  });

  it('takes a key __proto__ for a key', () => {
    const body = decodeBody(bytes('a1695f5f70726f746f5f5fa1617801'));
    expect([...(body as Map<unknown, unknown>).keys()]).toEqual(['__proto__']);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it('are the same in both forms', () => {
    const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
      leaf: fc.oneof(fc.integer({ min: -1_000_000, max: 2 ** 32 }), fc.string(), fc.boolean(), fc.uint8Array()),
      list: fc.array(tie('any'), { maxLength: 4 }),
      map: fc.array(fc.tuple(fc.string(), tie('any')), { maxLength: 4 }).map((pairs) => new Map(pairs)),
      any: fc.oneof({ depthSize: 'small' }, tie('leaf'), tie('list'), tie('map')),
    })).map;
    fc.assert(
      fc.property(value, (map) => {
        const definite = encodeBody(map as Map<unknown, unknown>, 'definite');
        const indefinite = encodeBody(map as Map<unknown, unknown>, 'indefinite');
        expect(decodeBody(definite)).toEqual(map);
        expect(decodeBody(indefinite)).toEqual(map);
        expect(indefinite[0]).toBe(0xbf);
        expect(definite[0]).toBe(0xa0 + (map as Map<unknown, unknown>).size);
      }),
      { numRuns: 200 },
    );
  });

  it('never throw, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60, size: 'max' }), (body) => {
        for (const command of Object.values(SMP_COMMANDS) as unknown as SmpCommand<unknown, unknown>[]) {
          const { group, command: id, op } = command;
          const header = { ...echo, group, command: id };
          parseRequest({ kind: 'packet', ...header, op, body });
          const responseOp = op === 'read' ? 'read-response' : 'write-response';
          const outcome = parseResponse(command, { kind: 'packet', ...header, op: responseOp, body });
          expect(['ok', 'refused', 'fault']).toContain(outcome.kind);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('responses', () => {
  const outcome = (hex: string, version: 0 | 1 = 1) => parseResponse(SMP_COMMANDS.echo, answer(bytes(hex), version));

  it.each<[string, string, object]>([
    ['a success', 'a1617262686f', { kind: 'ok', value: { text: 'ho' } }],
    ['a success with rc 0', 'a26272630061726161', { kind: 'ok', value: { text: 'a' } }],
    ['a success with fields of a newer device', 'a2617261616378797a82f6f5', { kind: 'ok', value: { text: 'a' } }],
    ['rc', 'a162726308', { kind: 'refused', error: { group: null, code: 8, name: 'MGMT_ERR_ENOTSUP', reason: null } }],
    ['err', 'a163657272a26567726f75700162726303', { kind: 'refused', error: { group: 1, code: 3 } }],
    ['err with code 0 and a value', 'a263657272a26567726f7570016272630061726161', { kind: 'ok' }],
    ['a short map with rc', 'a262726301', { kind: 'refused', error: { group: null, code: 1 } }],
    ['a code nobody knows', 'a1627263187b', { kind: 'refused', error: { code: 123, name: null } }],
    ['rc that is no number', 'a16272636161', { kind: 'fault', fault: 'bad-field' }],
    ['err that is no map', 'a16365727205', { kind: 'fault', fault: 'bad-field' }],
    ['err without rc', 'a163657272a16567726f757001', { kind: 'fault', fault: 'bad-field' }],
    ['a missing field', 'a0', { kind: 'fault', fault: 'bad-field', detail: 'echo.r: missing' }],
    [
      'a field of another type',
      'a1617205',
      { kind: 'fault', detail: 'echo.r: expected a text of at most 1024 characters, got 5' },
    ],
  ])('%s', (_, hex, expected) => {
    expect(outcome(hex)).toMatchObject(expected);
    expect(outcome(hex, 0)).toMatchObject(expected);
  });

  it('keep the reason of old servers', () => {
    const body = encodeBody(
      new Map<string, unknown>([
        ['rc', 1],
        ['rsn', 'bad luck'],
      ]),
      'definite',
    );
    const refused = parseResponse(SMP_COMMANDS.echo, answer(body));
    if (refused.kind !== 'refused') throw new Error(refused.kind);
    expect(errorText(refused.error)).toBe('MGMT_ERR_EUNKNOWN (1): the device failed and does not say why ("bad luck")');
  });

  it('of something else are not taken', () => {
    const packet = answer(bytes('a0'));
    for (const wrong of [
      { ...packet, op: 'read-response' },
      { ...packet, op: 'write' },
      { ...packet, group: 1 },
      { ...packet, command: 5 },
    ] as SmpPacket[]) {
      expect(parseResponse(SMP_COMMANDS.echo, wrong)).toMatchObject({ kind: 'fault', fault: 'bad-header' });
      expect(isResponseTo(echo, wrong)).toBe(false);
    }
    expect(isResponseTo(echo, packet)).toBe(true);
    expect(isResponseTo(echo, { ...packet, sequence: 6 })).toBe(false);
  });

  it('bound lists and texts', () => {
    const image = new Map<string, unknown>([
      ['slot', 0],
      ['version', '1.0.0'],
    ]);
    const body = encodeBody(new Map([['images', new Array(33).fill(image)]]), 'definite');
    const header = { ...requestHeader(SMP_COMMANDS.imageState, 1), op: 'read-response' as const };
    const outcome = parseResponse(SMP_COMMANDS.imageState, { kind: 'packet', ...header, body });
    expect(outcome).toMatchObject({
      fault: 'bad-field',
      detail: 'imageState.images: expected an array of at most 32, got an array',
    });
  });
});

describe('errors', () => {
  it('each have a name, a meaning and a remedy of their own kind', () => {
    const all = knownErrors();
    expect(all.filter((e) => e.group === null).map((e) => e.code)).toEqual(Array.from({ length: 13 }, (_, i) => i + 1));
    expect(all.filter((e) => e.group === 1).map((e) => e.code)).toEqual(Array.from({ length: 34 }, (_, i) => i + 1));
    for (const { name, meaning, remedy } of all) {
      expect(name).toMatch(/^(MGMT|OS_MGMT|IMG_MGMT)_ERR_[A-Z0-9_]+$/);
      expect(meaning.length).toBeGreaterThan(10);
      expect(remedy).toMatch(/\.$/);
    }
    expect(new Set(all.map((e) => e.name)).size).toBe(all.length);
  });

  it('not in the tables are told as such', () => {
    expect(errorText(smpError(64, 7, null))).toBe('code 7 of group 64, not known here');
    expect(errorText(smpError(null, -5, null))).toBe('generic code -5, not known here');
  });

  it('of a group are told by a generic code in version 0', () => {
    const error = { group: 1, code: 23, inVersion0: 3 };
    const upload = requestHeader(SMP_COMMANDS.upload, 1, 0);
    const old = parseResponse(SMP_COMMANDS.upload, asPacket(encodeRefusal(upload, error)));
    expect(old).toMatchObject({ kind: 'refused', error: { group: null, code: 3 } });
    const now = parseResponse(SMP_COMMANDS.upload, asPacket(encodeRefusal({ ...upload, version: 1 }, error)));
    expect(now).toMatchObject({ kind: 'refused', error: { group: 1, code: 23 } });
  });
});

describe('requests', () => {
  it('are read by a server as the host wrote them', () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            image: fc.nat(255),
            offset: fc.nat(0xffff_ffff),
            imageBytes: fc.nat(0xffff_ffff),
            fileSha256: fc.uint8Array({ minLength: 32, maxLength: 32 }),
            data: fc.uint8Array({ maxLength: 500, size: 'max' }),
            upgradeOnly: fc.boolean(),
          },
          { requiredKeys: ['offset'] },
        ),
        fc.nat(255),
        (value, sequence) => {
          const packet = asPacket(encodeRequest(SMP_COMMANDS.upload, value, { sequence }));
          expect(packet.sequence).toBe(sequence);
          expect(parseRequest(packet)).toEqual({ kind: 'request', command: 'upload', value });
        },
      ),
    );
  });

  it('without a body are read as without fields', () => {
    const packet = asPacket(encodePacket(requestHeader(SMP_COMMANDS.params, 1), new Uint8Array(0)));
    expect(parseRequest(packet)).toEqual({ kind: 'request', command: 'params', value: {} });
  });

  it('of commands that are not declared are unknown', () => {
    const stats = { ...requestHeader(SMP_COMMANDS.params, 1), group: 2 };
    expect(parseRequest({ kind: 'packet', ...stats, body: bytes('a0') })).toEqual({ kind: 'unknown' });
    // Reading what can only be written is unknown, too.
    const read = { ...requestHeader(SMP_COMMANDS.reset, 1), op: 'read' as const };
    expect(parseRequest({ kind: 'packet', ...read, body: bytes('a0') })).toEqual({ kind: 'unknown' });
  });

  it('take 0 and 1 for a flag, and write true and false', () => {
    const packet = asPacket(encodePacket(requestHeader(SMP_COMMANDS.reset, 1), bytes('a165666f72636501')));
    expect(parseRequest(packet)).toMatchObject({ value: { force: true } });
    const written = encodeRequest(SMP_COMMANDS.reset, { force: true }, { sequence: 1 });
    expect(Buffer.from(written).toString('hex')).toMatch(/a165666f726365f5$/);
  });

  it('that do not fit are not written', () => {
    const options = { sequence: 0 };
    expect(() => encodeRequest(SMP_COMMANDS.upload, { offset: -1 }, options)).toThrow('upload.off: -1 does not fit');
    expect(() => encodeRequest(SMP_COMMANDS.setImageState, { hash: bytes('00') }, options)).toThrow(
      'setImageState.hash: 1 bytes does not fit, expected 32..64 bytes',
    );
    expect(() => encodeRequest(SMP_COMMANDS.echo, {} as { text: string }, options)).toThrow('echo.d: missing');
    const unknown = { text: 'a', more: 1 } as { text: string };
    expect(() => encodeRequest(SMP_COMMANDS.echo, unknown, options)).toThrow('echo: has no field more');
    expect(() => encodeResponse(SMP_COMMANDS.params, echo, { bufferBytes: 1.5, bufferCount: 1 })).toThrow(
      'params.buf_size: 1.5 does not fit',
    );
  });
});

describe('room for data in an upload', () => {
  const first = { offset: 0, imageBytes: 132_476, fileSha256: new Uint8Array(32) };

  it("fills the device's buffer but for 4 bytes, and never more", () => {
    for (const bufferBytes of [128, 256, 384, 385, 386, 400, 512, 1024, 4096]) {
      for (const request of [first, { offset: 5 }, { offset: 70_000 }]) {
        const room = uploadRoom(bufferBytes, request);
        const length = (data: number) =>
          encodeRequest(SMP_COMMANDS.upload, { ...request, data: new Uint8Array(data) }, { sequence: 0 }).length;
        expect(length(room)).toBeLessThanOrEqual(bufferBytes - 4);
        expect(length(room + 2)).toBeGreaterThan(bufferBytes - 4);
      }
    }
  });

  it('is 0 when the request alone is too much', () => {
    expect(uploadRoom(64, first)).toBe(0);
    expect(uploadRoom(0, { offset: 0 })).toBe(0);
  });
});
