import { describe, expect, it } from 'vitest';
import { encodeFrames, encodeRequest, SMP_COMMANDS } from '../../../protocols/smp/index.ts';
import { annotate, printable } from '../../../src/tape/annotate.ts';
import type { CaptureRecord } from '../../../src/tape/format.ts';
import { walk } from '../../../src/tape/walk.ts';

/** What `decode` says of chunks from (`<`) and to (`>`) a station, one `what text` each; `!` where something is wrong. */
function told(...chunks: (string | CaptureRecord)[]): string[] {
  const lines: string[] = [];
  const records = chunks.map((chunk, i): CaptureRecord => {
    if (typeof chunk !== 'string') return chunk;
    return { k: chunk.startsWith('<') ? 'in' : 'out', l: 0, m: i, u: i, b: chunk.slice(1) };
  });
  walk(records, (happening) => {
    const annotated = annotate(happening);
    if (annotated !== null) lines.push(`${annotated.bad ? '!' : ''}${annotated.what} ${annotated.text}`);
  });
  return lines;
}

describe('a capture in words', () => {
  // Golden lines of protocols/hrsp/README.md.
  const TEL = '$TEL,7F3A9C01,1042,104210,18.250,2.500,12.35,36.60,24.117,101.325,00*302E\r\n';
  const MISSING = '$TEL,7F3A9C01,1043,104310,,2.480,12.30,,24.365,101.325,00*29C2\r\n';

  it('has every value with its unit, missing as missing, however it was cut into chunks', () => {
    const expected = [
      'TEL reservoirVolume 18.250 mL, lineFlow 2.500 mL/min, linePressure 12.35 kPa, fluidTemperature 36.60 Cel, collectorMass 24.117 g, ambientPressure 101.325 kPa  boot 7F3A9C01 #1042 tick 104210 ms',
      'TEL reservoirVolume missing, lineFlow 2.480 mL/min, linePressure 12.30 kPa, fluidTemperature missing, collectorMass 24.365 g, ambientPressure 101.325 kPa  boot 7F3A9C01 #1043 tick 104310 ms',
    ];
    expect(told(`<${TEL}${MISSING}`)).toEqual(expected);
    expect(told(...[...(TEL + MISSING)].map((character) => `<${character}`))).toEqual(expected);
  });

  it.each([
    [
      '<$STA,7F3A9C01,20,2000,MEAS,IN,OPEN,CLOSED,MAINS*D43A\n',
      /^STA measuring, needle in, clamp open, door closed, power mains {2}/,
    ],
    [
      '<$EVT,7F3A9C01,31,3100,SCAN,GS1-DATAMATRIX,0109506000134352%1D10AB%2C12*8F90\n',
      /^EVT scan gs1-datamatrix "0109506000134352\\u001d10AB,12" {2}/,
    ],
    [
      '<$ERR,7F3A9C01,40,4000,217,WARN,scale: no answer for 2 s*1867\n',
      /^ERR warning 217 "scale: no answer for 2 s" {2}/,
    ],
    ['<$NAK,7F3A9C01,62,6200,18,RANGE,1..50 Hz*51FA\n', /^NAK of command 18: range "1..50 Hz" {2}/],
    ['>$CMD,0B57A11C,1,131,18,RATE,25*9EB0\n', /^CMD 18 rate 25 Hz {2}/],
    ['<$LVL2,7F3A9C01,70,7000,1,2,three*90EB\n', /^LVL2 of a later version {2}/],
  ])('reads %j', (chunk, expected) => {
    expect(told(chunk)).toEqual([expect.stringMatching(expected)]);
  });

  it('names every fault with its reason and its bytes', () => {
    const damaged = TEL.replace('18.250', '18.\u00ff50');
    expect(told(`<${TEL}${damaged}`)[1]).toBe(
      '!bad-checksum the checksum does not match  | $TEL,7F3A9C01,1042,104210,18.\\xff50,2.500,12.35,36.60,24.117,101.325,00*302E\\x0d',
    );
    expect(told('<$HB,1a2b3c4d,7,7000,7,10,0*0780\n')[0]).toMatch(/^!bad-header .*boot id of 8 upper-case/);
    expect(told(`<${TEL}*** loader 1.4 ***\r\n`)[1]).toMatch(/^!noise .*\| \*\*\* loader 1\.4 \*\*\*/);
    expect(told(`<${TEL}`, `<${'x'.repeat(600)}\n`)[1]).toMatch(/^!too-long .*\| xxx/);
    expect(told(`<${TEL}$TEL,7F3A`, { k: 'close', l: 0, m: 9, u: 9, why: 'cable' })).toEqual([
      expect.stringMatching(/^TEL/),
      '!partial the stream ended inside a line  | $TEL,7F3A',
      '!close cable',
    ]);
  });

  it('says what the numbers tell: lost, repeated', () => {
    const later = '$TEL,7F3A9C01,1045,104510,17.002,-7.995,-4.20,35.90,-16.480,98.700,00*9C91\r\n';
    expect(told(`<${TEL}${TEL}${later}`).map((line) => line.match(/\(.*\)$/)?.[0])).toEqual([
      undefined,
      '(duplicate: not used)',
      '(2 lost before it)',
    ]);
  });

  it('routes firmware frames and names them, also between the lines of measurements', () => {
    const packet = encodeRequest(SMP_COMMANDS.echo, { text: 'x'.repeat(200) }, { sequence: 7 });
    const [first, ...rest] = encodeFrames(packet).map((frame) => Buffer.from(frame).toString('latin1'));
    expect(rest.length).toBeGreaterThan(0);
    const lines = told(`>${first}`, `<${TEL}`, `>${rest.join('')}`);
    expect(lines).toEqual([expect.stringMatching(/^TEL/), expect.stringMatching(/^SMP echo request 7 \{"text":"x+/)]);
    expect(told(`>${first}`, `>${rest.join('').replace(/[A-Z]/, '!')}`)[0]).toMatch(/^!SMP /);
  });

  it('prints any byte', () => {
    expect(printable(Uint8Array.from([0x41, 0x00, 0x5c, 0xff, 0x7e]))).toBe('A\\x00\\x5c\\xff~');
    expect(printable(new Uint8Array(600)).length).toBe(512 * 4 + 3);
  });
});
