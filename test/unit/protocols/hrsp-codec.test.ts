import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLine, encodeLine, sealLine } from '../../../protocols/hrsp/codec.ts';
import type { HrspFrame, HrspHeader, HrspMessage } from '../../../protocols/hrsp/messages.ts';
import { CHANNELS } from '../../../protocols/reading.ts';
import { referenceDecode } from '../../support/reference/hrsp-decoder.ts';
import { bytesOf, withoutLf } from '../../support/reference/vectors.ts';

const HEADER: HrspHeader = { bootId: '7F3A9C01', seq: 1, tick: 2 };
const VALUES = [18.25, 2.5, 12.35, 36.6, 24.117, 101.325];
const telemetry = (values: readonly (number | null)[], flags = 0): HrspMessage => ({ type: 'TEL', values, flags });
const withValue = (i: number, value: number) => telemetry(VALUES.map((v, at) => (at === i ? value : v)));

describe('encodeLine refuses, naming field and value', () => {
  const refused: [string, HrspHeader, unknown, RegExp][] = [
    ['NaN', HEADER, withValue(0, Number.NaN), /TEL reservoirVolume: NaN .*0\.\.80/],
    ['infinity', HEADER, withValue(1, Number.POSITIVE_INFINITY), /TEL lineFlow: Infinity/],
    ['minus infinity', HEADER, withValue(1, Number.NEGATIVE_INFINITY), /TEL lineFlow: -Infinity/],
    ['negative volume', HEADER, withValue(0, -0.001), /TEL reservoirVolume: -0.001/],
    ['beyond the range', HEADER, withValue(5, 110.001), /TEL ambientPressure: 110.001/],
    ['too few values', HEADER, telemetry(VALUES.slice(1)), /TEL values: 5 values .*6/],
    ['flags of the daemon', HEADER, telemetry(VALUES, 0x100), /TEL flags: 256/],
    ['flags fraction', HEADER, telemetry(VALUES, 1.5), /TEL flags: 1.5/],
    ['boot id', { ...HEADER, bootId: '7f3a9c01' }, telemetry(VALUES), /bootId: "7f3a9c01"/],
    ['seq beyond 32 bits', { ...HEADER, seq: 2 ** 32 }, telemetry(VALUES), /seq: 4294967296/],
    ['tick fraction', { ...HEADER, tick: 0.5 }, telemetry(VALUES), /tick: 0.5/],
    ['code', HEADER, { type: 'ERR', code: 65_536, severity: 'info', text: '' }, /ERR code: 65536/],
    ['word', HEADER, { type: 'ERR', code: 1, severity: 'toString', text: '' }, /ERR severity: "toString"/],
    ['long text', HEADER, { type: 'ERR', code: 1, severity: 'info', text: 'x'.repeat(241) }, /ERR text: "xxx.*240/],
    ['long escapes', HEADER, { type: 'ACK', correlation: 1, result: '€'.repeat(27) }, /ACK result/],
    ['half surrogate', HEADER, { type: 'ACK', correlation: 1, result: 'a\ud800' }, /ACK result.*surrogate/],
    ['state of an event', HEADER, { type: 'EVT', source: 'scan', state: 'GS1 DM', data: '' }, /EVT state: "GS1 DM"/],
    ['rate', HEADER, { type: 'HB', uptimeS: 1, rateHz: 0, dropped: 0 }, /HB rateHz: 0/],
    ['clock', HEADER, { type: 'CMD', correlation: 1, command: { name: 'clock', utcMs: 1e18 } }, /CMD command utcMs/],
    ['other', HEADER, { type: 'CMD', correlation: 1, command: { name: 'other', word: 'TARE' } }, /CMD command word/],
    ['type', HEADER, { type: 'XXX' }, /type: "XXX"/],
    ['type of Object', HEADER, { type: 'toString' }, /type: "toString"/],
  ];
  it.each(refused)('%s', (_, header, message, expected) => {
    const attempt = () => encodeLine(header, message as HrspMessage);
    expect(attempt).toThrow(RangeError);
    expect(attempt).toThrow(expected);
  });

  const identification = (instruments: unknown) =>
    encodeLine(HEADER, {
      type: 'ID',
      serial: 'S'.repeat(64),
      hardwareRevision: '',
      firmwareVersion: '',
      protocol: { major: 1, minor: 0 },
      mode: 'simulated',
      rateHz: 1,
      instruments,
    } as HrspMessage);
  const one = { kind: 'k', model: '', serial: '', channels: [] as string[] };
  it.each([
    [new Array(17).fill(one), /ID instruments: 17/],
    [[{ ...one, kind: '' }], /ID instruments\[0\]\.kind/],
    [[one, { ...one, model: 'm'.repeat(65) }], /ID instruments\[1\]\.model: "mmm/],
    [[{ ...one, channels: [''] }], /channels/],
    [[{ ...one, channels: new Array(17).fill('A') }], /channels: 17/],
    [new Array(16).fill({ ...one, model: 'm'.repeat(60) }), /ID instruments: \d+ bytes/],
  ])('instruments %#', (instruments, expected) => {
    expect(() => identification(instruments)).toThrow(expected);
  });

  it('a line beyond 512 bytes', () => {
    expect(sealLine('X'.repeat(504))).toHaveLength(512);
    expect(() => sealLine('X'.repeat(505))).toThrow(/line: 513 bytes/);
  });
});

describe('encodeLine', () => {
  const fieldOf = (value: number) => encodeLine(HEADER, withValue(1, value)).split(',')[5];
  it.each([
    [0, '0.000'],
    [-0, '0.000'],
    [-0.0004, '0.000'],
    [-0.0006, '-0.001'],
    [1e-9, '0.000'],
    [59.9999, '60.000'],
    [-7.995, '-7.995'],
  ])('writes %s as %s', (value, field) => {
    expect(fieldOf(value)).toBe(field);
  });
});

const textBytes = fc.string({ unit: 'binary', maxLength: 20 });
const uint = (max: number) => fc.integer({ min: 0, max });
/** Records as the decoder makes them: with Object's prototype. */
const plain = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(model, { noNullPrototype: true });
const headers = plain({
  bootId: uint(0xffff_ffff).map((n) => n.toString(16).toUpperCase().padStart(8, '0')),
  seq: uint(0xffff_ffff),
  tick: uint(0xffff_ffff),
});
const channelValue = (i: number) => {
  const { min, max, decimals } = CHANNELS[i] as (typeof CHANNELS)[number];
  const scale = 10 ** decimals;
  return fc.option(fc.integer({ min: min * scale, max: max * scale }).map((n) => (n === 0 ? 0 : n / scale)));
};
const codeText = fc.string({ unit: 'binary', minLength: 1, maxLength: 4 });
const messages: fc.Arbitrary<HrspMessage> = fc.oneof(
  plain({
    type: fc.constant('TEL' as const),
    values: fc.tuple(...CHANNELS.map((_, i) => channelValue(i))),
    flags: uint(255),
  }),
  plain({
    type: fc.constant('ERR' as const),
    code: uint(65_535),
    severity: fc.constantFrom('info', 'warning', 'error', 'fatal'),
    text: textBytes,
  }),
  plain({ type: fc.constant('ACK' as const), correlation: uint(65_535), result: textBytes }),
  plain({
    type: fc.constant('ID' as const),
    serial: codeText,
    hardwareRevision: fc.constant('C'),
    firmwareVersion: fc.constant('2.1.0'),
    protocol: plain({ major: uint(255), minor: uint(255) }),
    mode: fc.constantFrom('clinical', 'simulated'),
    rateHz: fc.integer({ min: 1, max: 65_535 }),
    instruments: fc.array(
      plain({
        kind: codeText,
        model: codeText,
        serial: codeText,
        channels: fc.array(codeText, { maxLength: 2 }),
      }),
      { maxLength: 2 },
    ),
  }),
);

describe('properties', () => {
  it('what is written is read back, by both decoders, in at most 512 bytes of printable ASCII', () => {
    let refusals = 0;
    fc.assert(
      fc.property(headers, messages, (header, message) => {
        let line: string;
        try {
          line = encodeLine(header, message);
        } catch (error) {
          refusals++;
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(line).toMatch(/^\$[\x20-\x23\x25-\x29\x2b-\x7e]*\*[0-9A-F]{4}\r\n$/);
        expect(line.length).toBeLessThanOrEqual(512);
        const frame: HrspFrame = { kind: 'message', header, message, extraFields: 0 };
        expect(decodeLine(withoutLf(line))).toStrictEqual(frame);
        expect(referenceDecode(withoutLf(line))).toStrictEqual(frame);
      }),
      { numRuns: 1000 },
    );
    expect(refusals).toBeLessThan(100);
  });

  it('never throws and agrees with the reference decoder on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(decodeLine(bytes).kind).toBe(referenceDecode(bytes).kind);
      }),
      { numRuns: 1000 },
    );
  });

  it('agrees with the reference decoder on wild fields behind a good checksum', () => {
    const field = fc.oneof(
      fc.constantFrom(
        '',
        '0',
        '-0',
        '00',
        '1.',
        '.1',
        '1e3',
        '+1',
        '0.0000001',
        '-1.5',
        '999999999999',
        '1234567890123',
      ),
      fc.constantFrom(
        'NaN',
        'Infinity',
        'IN',
        'OUT',
        'OPEN',
        'MEAS',
        'UNK',
        'MAINS',
        'SCAN',
        'SCALE',
        'LAMP',
        'INFO',
        'TARE',
        'RATE',
        '1.0',
      ),
      fc.constantFrom('FF', 'ff', '%', '%4', '%41', '%ff', 'a/b/c/d', 'a/b/c/D+E;f///', '65536', '4294967296'),
      fc.string({ unit: 'binary-ascii', maxLength: 6 }).map((text) => text.replace(/[\n\r]/g, '')),
    );
    const type = fc.constantFrom('TEL', 'ID', 'STA', 'EVT', 'ERR', 'HB', 'ACK', 'NAK', 'CMD', 'NEW', 'te', '');
    fc.assert(
      fc.property(type, fc.array(field, { maxLength: 9 }), (name, fields) => {
        const line = sealLine([name, '7F3A9C01', '1', '2', ...fields].join(','));
        const decoded = decodeLine(withoutLf(line));
        const reference = referenceDecode(withoutLf(line));
        if (decoded.kind === 'fault') expect(reference).toEqual({ kind: 'fault', fault: decoded.fault });
        else expect(decoded).toStrictEqual(reference);
      }),
      { numRuns: 5000 },
    );
  });

  it('reads every decimal as the number nearest to it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -60_000_000, max: 60_000_000 }), uint(6), (n, decimals) => {
        const text = (n / 1e6).toFixed(decimals);
        const line = sealLine(`TEL,7F3A9C01,1,2,,${text},,,,,00`);
        expect(decodeLine(withoutLf(line))).toMatchObject({
          message: { values: [null, Number(text) + 0, null, null, null, null] },
        });
      }),
    );
  });
});

describe('decodeLine', () => {
  it('keeps nothing between lines: boot ids that share a slot stay apart', () => {
    const beat = (bootId: string) =>
      withoutLf(encodeLine({ ...HEADER, bootId }, { type: 'HB', uptimeS: 1, rateHz: 1, dropped: 0 }));
    for (const bootId of ['00000001', '00000100', '00010000', '01000000', '00000001', 'FFFFFFFF', '00000000']) {
      expect(decodeLine(beat(bootId))).toMatchObject({ header: { bootId } });
    }
  });

  it('reads from a view into a larger buffer', () => {
    const line = encodeLine(HEADER, telemetry(VALUES));
    const padded = bytesOf(`xx${line}yy`);
    expect(decodeLine(padded.subarray(2, 2 + line.length - 1))).toMatchObject({ message: { values: VALUES } });
  });

  it('bounds the detail of a fault and keeps it printable', () => {
    const line = sealLine(`STA,7F3A9C01,1,2,${'\x07'.repeat(300)},IN`);
    const decoded = decodeLine(withoutLf(line));
    expect(decoded).toMatchObject({ kind: 'fault', fault: 'bad-field' });
    if (decoded.kind === 'fault') expect(decoded.detail).toMatch(/^[\x20-\x7e]{1,250}$/);
  });
});
