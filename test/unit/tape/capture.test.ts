import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Identification } from '../../../protocols/hrsp/messages.ts';
import { type Link, LinkFailure, type LinkHandlers } from '../../../src/link/link.ts';
import { capsule, configHash } from '../../../src/tape/capsule.ts';
import { bytesOf, type CaptureRecord, openRecord, sealRecord, textOf } from '../../../src/tape/format.ts';
import { NoCapture, parseCapture } from '../../../src/tape/read.ts';
import { Tapes } from '../../../src/tape/tapes.ts';
import { FakeClock } from '../station/fake-clock.ts';

const HEADER: CaptureRecord = { k: 'capture', version: 1, program: 'hai-bridge 0', made: '2026-03-14T09:00:00.000Z' };
const ID: Identification = {
  ...{ type: 'ID', serial: 'HRS-0042', hardwareRevision: 'C', firmwareVersion: '2.1.0', mode: 'clinical', rateHz: 10 },
  ...{ protocol: { major: 1, minor: 1 }, instruments: [] },
};
const origin = { program: 'hai-bridge 0', site: 'clinic', bridge: 'bridge-1' };

/** A link in memory that does what it is told. */
function memoryLink(name = '/dev/ttyUSB0') {
  const state = { handlers: null as LinkHandlers | null, failure: null as LinkFailure | null };
  const link: Link = {
    name,
    open: async (handlers) => {
      if (state.failure) throw state.failure;
      state.handlers = handlers;
    },
    write: async () => {},
    close: async () => {},
  };
  return { link, state };
}

describe('a record', () => {
  const chunk = fc.uint8Array({ maxLength: 300 });
  it('holds every byte as it was, and no other line passes for it', () => {
    fc.assert(
      fc.property(chunk, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, place, change) => {
        const line = sealRecord({ k: 'in', l: 3, m: 1.5, u: 2, b: textOf(bytes) });
        const back = openRecord(line.trimEnd());
        expect(typeof back === 'object' && back.k === 'in' && bytesOf(back.b).equals(Buffer.from(bytes))).toBe(true);
        // Any single character of the line changed is noticed.
        const at = place % (line.length - 1);
        const other = String.fromCharCode(line.charCodeAt(at) ^ change);
        if (other !== '\n')
          expect(typeof openRecord(line.slice(0, at) + other + line.slice(at + 1, -1))).toBe('string');
      }),
    );
  });

  it('is readable as JSON by anybody, and its checksum is the one of zlib and PNG', () => {
    const line = sealRecord({ k: 'open', l: 0, m: 1, u: 2 });
    // Computed with Python: zlib.crc32(b'{"k":"open","l":0,"m":1,"u":2')
    expect(line).toBe('{"k":"open","l":0,"m":1,"u":2,"c":"ee15ce76"}\n');
    expect(JSON.parse(line)).toMatchObject({ k: 'open', l: 0 });
  });
});

describe('a capture file', () => {
  const records: CaptureRecord[] = [
    { k: 'link', l: 0, name: '/dev/ttyUSB0' },
    { k: 'in', l: 0, m: 1, u: 2, b: '$TEL\r\n\u00ff\u0000' },
    { k: 'out', l: 0, m: 3, u: 4, b: '$CMD\r\n' },
  ];
  const text = [HEADER, ...records, { k: 'end' as const, records: 3 }].map(sealRecord).join('');

  it('comes back whole, plain and gzipped', () => {
    for (const content of [Buffer.from(text), gzipSync(text)]) {
      const capture = parseCapture(content, 'x');
      expect(capture).toMatchObject({ ending: 'whole', problems: [] });
      expect(capture.records.slice(0, 3)).toEqual(records);
    }
  });

  it('torn at any byte is good up to the tear, and says that it is torn', () => {
    const whole = Buffer.from(text);
    const first = whole.indexOf('\n') + 1;
    for (let length = first; length < whole.length; length++) {
      const capture = parseCapture(whole.subarray(0, length), 'x');
      const lines = whole.subarray(first, length).filter((byte) => byte === 0x0a).length;
      expect(capture.records.length).toBe(lines);
      const atLine = whole[length - 1] === 0x0a;
      expect(capture.ending).toBe(atLine ? 'open' : 'torn');
      expect(capture.problems.join()).toMatch(atLine ? /no end/ : /torn: .* everything before that is here/);
    }
  });

  it('gzipped and torn is good up to the tear, too', () => {
    // Each record differs, so that packing leaves something to tear.
    const many = Array.from({ length: 400 }, (_, i) =>
      sealRecord({ k: 'in', l: 0, m: i, u: i, b: `${i * i} ${i ** 3}` }),
    );
    const packed = gzipSync(sealRecord(HEADER) + many.join(''));
    const capture = parseCapture(packed.subarray(0, packed.length - 2000), 'x');
    expect(capture.records.length).toBeGreaterThan(50);
    expect(capture.ending).toBe('torn');
  });

  it('leaves out a record that is not as it was written, and names it', () => {
    const damaged = text.replace('"b":"$CMD', '"b":"$CME');
    const { records: good, problems } = parseCapture(Buffer.from(damaged), 'x');
    expect(good).toHaveLength(3);
    expect(problems).toEqual([expect.stringMatching(/^record 4 .* the checksum does not match$/)]);
  });

  it.each([
    ['something else', 'hello\n', /is no capture .* --raw/],
    ['nothing', '', /is no capture/],
    [
      'a later version',
      sealRecord({ ...HEADER, version: 2, program: 'hai-bridge 9' } as CaptureRecord),
      /version 2.*hai-bridge 9/,
    ],
  ])('is not %s', (_, content, expected) => {
    expect(() => parseCapture(Buffer.from(content), 'file')).toThrow(expected);
    expect(() => parseCapture(Buffer.from(content), 'file')).toThrow(NoCapture);
  });
});

describe('a tap', () => {
  it('hears both directions and every opening and closing, and changes nothing', async () => {
    const clock = new FakeClock();
    const tapes = new Tapes(clock, { keepMs: 60_000, maxBytes: 1e6 });
    const { link, state } = memoryLink();
    const heard: Uint8Array[] = [];
    const closed: LinkFailure[] = [];
    const listener = { bytes: (chunk: Uint8Array) => heard.push(chunk), closed: (f: LinkFailure) => closed.push(f) };
    const tap = tapes.tap(link);
    state.failure = new LinkFailure('busy', 'it is taken');
    await expect(tap.open(listener)).rejects.toBe(state.failure);
    state.failure = null;
    await tap.open(listener);
    const chunk = Buffer.from('$TEL');
    state.handlers?.bytes(chunk);
    await tap.write(Buffer.from('$CMD'));
    state.handlers?.closed(new LinkFailure('lost', 'gone'));
    await tap.open(listener);
    await tap.close();
    await tap.close();
    expect(heard).toEqual([chunk]);
    expect(heard[0]).toBe(chunk);
    expect(closed.map((f) => f.message)).toEqual(['gone']);
    const at = { l: 0, m: clock.monotonicMs(), u: clock.utcMs() };
    expect([...tapes.capture(origin)].slice(1)).toEqual([
      { k: 'link', l: 0, name: '/dev/ttyUSB0' },
      { k: 'failed', ...at, why: 'it is taken' },
      { k: 'open', ...at },
      { k: 'in', ...at, b: '$TEL' },
      { k: 'out', ...at, b: '$CMD' },
      { k: 'close', ...at, why: 'gone' },
      { k: 'open', ...at },
      { k: 'close', ...at, why: null },
    ]);
  });

  it('keeps the last minutes only, says what is missing before them, and who answered', () => {
    const clock = new FakeClock();
    const tapes = new Tapes(clock, { keepMs: 60_000, maxBytes: 1e6 });
    tapes.identified({ station: 'HRS-0042', link: 'a', bootId: '1A2B3C4D', identification: ID, identifiedUtcMs: 5 });
    const tape = tapes.of('a');
    for (let s = 0; s < 300; s++) {
      tape.received(Buffer.alloc(700, s));
      clock.advance(1000);
    }
    const records = [...tapes.capture(origin)];
    expect(records[2]).toMatchObject({ k: 'identified', boot: '1A2B3C4D', id: { serial: 'HRS-0042' } });
    expect(records[3]).toMatchObject({ k: 'lost' });
    const kept = records.filter((r) => r.k === 'in');
    expect(kept).toHaveLength(60);
    expect(kept[0]?.b.charCodeAt(0)).toBe(240);
    expect(tapes.bytes).toBeLessThan(120_000);
    expect(tapes.linkOf('HRS-0042')).toBe('a');
  });

  it('holds its bound of memory over all links, at the cost of those who say most', () => {
    const clock = new FakeClock();
    const tapes = new Tapes(clock, { keepMs: 1e9, maxBytes: 1_000_000 });
    for (let i = 0; i < 20_000; i++) {
      tapes.of('busy').received(Buffer.alloc(400, i));
      if (i % 40 === 0) tapes.of('steady').received(Buffer.alloc(400, i));
      if (i % 100 === 0) tapes.of('calm').received(Buffer.from('x'));
    }
    expect(tapes.bytes).toBeLessThanOrEqual(1_000_000);
    const kept = (name: string) => [...tapes.capture(origin, [name])].filter((r) => r.k === 'in').length;
    expect(kept('calm')).toBe(200);
    // It has many segments to give away, but never the most.
    expect(kept('steady')).toBe(500);
    expect(kept('busy')).toBeGreaterThan(1000);
    expect([...tapes.capture(origin, ['busy'])].some((r) => r.k === 'lost' && r.bytes > 5_000_000)).toBe(true);
  });
});

describe('an incident capsule', () => {
  const tapesWith = () => {
    const tapes = new Tapes(new FakeClock(), { keepMs: 60_000, maxBytes: 1e6 });
    tapes.identified({ station: 'HRS-0042', link: 'a', bootId: '1A2B3C4D', identification: ID, identifiedUtcMs: 5 });
    for (let i = 0; i < 1200; i++) tapes.of('a').received(Buffer.from(`line ${i}\r\n`));
    tapes.of('b').received(Buffer.from('of another station'));
    return tapes;
  };
  const content = async (station: string | null) => {
    const facts = () => ({ configHash: configHash({ a: 1 }), counters: { lines: 7 } });
    const source = { tapes: tapesWith(), origin, facts, log: () => ['{"level":"info"}'] };
    const parts: Buffer[] = [];
    for await (const part of capsule(source, station)) parts.push(part as Buffer);
    return Buffer.concat(parts);
  };

  it('is a capture of one station, with the facts before it and the log behind it', async () => {
    const packed = await content('HRS-0042');
    const { header, records, ending } = parseCapture(packed, 'x');
    expect(ending).toBe('whole');
    expect(header.about).toBe('incident capsule of station HRS-0042');
    expect(records[0]).toMatchObject({ k: 'capsule', facts: { counters: { lines: 7 } } });
    expect(records.filter((r) => r.k === 'in')).toHaveLength(1200);
    expect(records.at(-2)).toEqual({ k: 'log', line: '{"level":"info"}' });
    expect(records.at(-1)).toEqual({ k: 'end', records: records.length - 1 });
    expect(gunzipSync(packed).toString()).not.toContain('of another station');
  });

  it('of all stations has all; of a station that nobody knows there is none', async () => {
    expect(gunzipSync(await content(null)).toString()).toContain('of another station');
    await expect(content('HRS-9999')).rejects.toThrow('HRS-9999');
  });

  it('names a configuration by what it says, not by the order in which it says it', () => {
    expect(configHash({ a: 1, b: { c: 2, d: [1, 2] } })).toBe(configHash({ b: { d: [1, 2], c: 2 }, a: 1 }));
    expect(configHash({ a: [1, 2] })).not.toBe(configHash({ a: [2, 1] }));
  });
});
