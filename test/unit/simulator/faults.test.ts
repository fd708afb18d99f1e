import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WireLine } from '../../../simulator/faults/fault.ts';
import { FAULTS, makeFaults, parseFault } from '../../../simulator/faults/index.ts';
import { receivedAtWrongBaud } from '../../../simulator/faults/wrong-baud.ts';
import { Ledger } from '../../../simulator/ledger.ts';
import { seededRandom } from '../../../simulator/random.ts';
import { findScenario } from '../../../simulator/scenarios/index.ts';
import { Station } from '../../../simulator/station.ts';
import { onPort } from '../../../simulator/transmitter.ts';
import { MemoryPort, parseLine } from './memory-port.ts';

const LINE = '$HB,1A2B3C4D,7,7000,7,10,0*CB97\r\n';

function struck(name: string, seed: number, nowMs = 0): WireLine {
  const line: WireLine = {
    ...{ bytes: Buffer.from(LINE), damaged: false, endless: false, lost: false, late: false, times: 1, splitAt: null },
    reboots: false,
  };
  for (const fault of makeFaults([{ name, rate: 1 }], (i) => seededRandom(seed, i))) fault.act(line, nowMs);
  return line;
}
const text = (line: WireLine) => Buffer.from(line.bytes).toString('latin1');
const seeds = fc.nat();

describe('byte faults', () => {
  it('at rate 0 do nothing, and never touch the bytes they were given', () => {
    for (const { name } of FAULTS) {
      const bytes = Buffer.from(LINE);
      const line: WireLine = { ...struck('split-writes', 1), bytes, splitAt: null };
      for (const fault of makeFaults([{ name, rate: 0 }], () => seededRandom(1))) fault.act(line, 0);
      expect(line).toMatchObject({ bytes, damaged: false, endless: false, lost: false, times: 1, splitAt: null });
      for (const fault of makeFaults([{ name, rate: 1 }], () => seededRandom(1))) fault.act(line, 0);
      expect(bytes.toString('latin1')).toBe(LINE);
    }
  });

  it('bit-flip changes 1 to 3 bits, and says when it hit the end of the line', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const line = struck('bit-flip', seed);
        const flipped = [...line.bytes].reduce((sum, byte, i) => {
          const difference = byte ^ LINE.charCodeAt(i);
          return sum + [...difference.toString(2)].filter((bit) => bit === '1').length;
        }, 0);
        expect(line.bytes).toHaveLength(LINE.length);
        expect(flipped).toBeGreaterThanOrEqual(1);
        expect(flipped).toBeLessThanOrEqual(3);
        expect(line.damaged).toBe(true);
        expect(line.endless).toBe(!text(line).endsWith('\n'));
      }),
    );
  });

  it('drop-bytes takes 1 to 8 neighbours out', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const line = struck('drop-bytes', seed);
        const missing = LINE.length - line.bytes.length;
        expect(missing).toBeGreaterThanOrEqual(1);
        expect(missing).toBeLessThanOrEqual(8);
        const cuts = Array.from({ length: LINE.length }, (_, at) => LINE.slice(0, at) + LINE.slice(at + missing));
        expect(cuts).toContain(text(line));
        expect(line).toMatchObject({ damaged: true, endless: !text(line).endsWith('\n') });
      }),
    );
  });

  it('noise-burst puts bytes in front and leaves the line behind them', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const line = struck('noise-burst', seed);
        expect(text(line).endsWith(LINE)).toBe(true);
        expect(line.bytes.length).toBeGreaterThan(LINE.length);
        expect(line.bytes.length).toBeLessThanOrEqual(LINE.length + 64);
        expect(line).toMatchObject({ damaged: true, endless: false });
      }),
    );
  });

  it('duplicate-line and split-writes damage nothing', () => {
    expect(struck('duplicate-line', 1)).toMatchObject({ times: 2, damaged: false });
    const split = struck('split-writes', 1);
    expect(text(split)).toBe(LINE);
    expect(split.damaged).toBe(false);
    expect(split.splitAt).toBeGreaterThan(0);
    expect(split.splitAt).toBeLessThan(LINE.length);
  });

  it('stall loses everything for some seconds', () => {
    const [fault] = makeFaults([{ name: 'stall', rate: 1 }], () => seededRandom(3));
    const at = (ms: number) => {
      const line = { ...struck('split-writes', 1), bytes: Buffer.from(LINE), lost: false };
      fault?.act(line, ms);
      return line;
    };
    expect(at(0)).toMatchObject({ lost: true, bytes: new Uint8Array(0) });
    expect(at(900).lost).toBe(true);
  });

  it('a lasting fault ends', () => {
    const random = seededRandom(9);
    const [fault] = makeFaults([{ name: 'babble', rate: 0.01 }], () => random);
    let lost = 0;
    for (let ms = 0; ms < 100_000; ms += 100) {
      const line = { ...struck('split-writes', 1), bytes: Buffer.from(LINE), lost: false };
      fault?.act(line, ms);
      if (line.lost) {
        lost++;
        expect(text(line)).not.toContain('\n');
        expect(line.endless).toBe(true);
      }
    }
    expect(lost).toBeGreaterThan(10);
    expect(lost).toBeLessThan(700);
  });

  it('reboot-mid-line cuts the line and asks for a reboot', () => {
    const line = struck('reboot-mid-line', 4);
    expect(LINE.startsWith(text(line))).toBe(true);
    expect(line.bytes.length).toBeLessThan(LINE.length);
    expect(line).toMatchObject({ reboots: true, damaged: true, endless: true });
  });

  it('wrong-baud is what a UART at twice the speed samples', () => {
    // 55h on the wire is 0 10101010 1; sampled twice a bit: 0 01100110 0, then 1 1, then 0 0110011 and the idle line's 1.
    expect([...receivedAtWrongBaud(Uint8Array.of(0x55))]).toEqual([0x66, 0xe6]);
    expect([...receivedAtWrongBaud(Uint8Array.of(0xff))]).toEqual([0xfe]);
    const line = struck('wrong-baud', 1);
    expect(text(line)).not.toContain('$HB');
    expect(line.damaged).toBe(true);
  });
});

describe('--fault', () => {
  it('takes a name, and a name with a rate', () => {
    expect(parseFault('babble')).toEqual({ name: 'babble' });
    expect(parseFault('bit-flip:0.05')).toEqual({ name: 'bit-flip', rate: 0.05 });
  });
  it.each(['gremlins', 'bit-flip:', 'bit-flip:2', 'bit-flip:-1', 'bit-flip:x', 'bit-flip:0.1:1', ''])(
    'refuses %j and says what to do',
    (wrong) => {
      expect(() => parseFault(wrong)).toThrow(/known: bit-flip|chance per line/);
    },
  );
});

describe('faults on a station', () => {
  it.each(FAULTS.map((f) => f.name))('%s: every line the ledger calls whole arrives whole, and no other', (name) => {
    const port = new MemoryPort();
    let book = '';
    const ledger = new Ledger({
      write: (t) => {
        book += t;
      },
      close: () => {},
    });
    const station = new Station({
      ...{ serial: 'SIM-0001', index: 0, seed: 21, rateHz: 50, speed: 1, ledger, voice: onPort(port, ledger) },
      scenario: findScenario('nominal-refill'),
      faults: [{ name, rate: 0.01 }],
    });
    for (let ms = 0; ms <= 60_000; ms += 10) station.advance(ms);
    ledger.flush();
    const entries = book
      .split('\n')
      .filter(Boolean)
      .map((l) => JSON.parse(l));
    const whole = entries.filter((e) => e.ty && !e.d && !e.x);
    const arrived = port.text
      .split(/\r?\n/)
      .map(parseLine)
      .filter((f) => f !== null);
    const expected = whole.flatMap((e) => Array.from({ length: e.n ?? 1 }, () => `${e.b} ${e.q}`));
    const places = arrived.map((f) => `${f[1]} ${f[2]}`);
    // Lines that are held back come later, the last one perhaps after the end.
    const late = new Set(entries.filter((e) => e.l).map((e) => `${e.b} ${e.q}`));
    const inTime = (list: string[]) => list.filter((place) => !late.has(place));
    expect(inTime(places)).toEqual(inTime(expected));
    const missing = expected.filter((place) => !places.includes(place));
    expect(missing.length).toBeLessThanOrEqual(name === 'slow-line' ? 100 : late.size > 0 ? 1 : 0);
    if (name === 'reorder-lines')
      expect(places).not.toEqual([...places].sort((a, b) => Number(a.split(' ')[1]) - Number(b.split(' ')[1])));
    const struckLines = entries.filter((e) => e.d || e.x || e.n || e.l).length;
    if (name === 'split-writes') expect(port.writes.some((w) => !w.endsWith('\n'))).toBe(true);
    else expect(struckLines).toBeGreaterThan(5);
    if (name === 'reboot-mid-line' || name === 'brown-out')
      expect(entries.filter((e) => e.ev === 'boot').length).toBeGreaterThan(3);
  });
});
