/**
 * HRSP lines: bytes to messages and back. README.md is the specification.
 *
 *   "$" type "," boot "," seq "," tick *("," field) "*" crc CR LF
 */
import { crc16Ibm3740, crc16Ibm3740OfText } from '../crc.ts';
import { readDigits, readHex, unsigned } from '../fields.ts';
import type { Fault, FaultKind } from '../framing.ts';
import { Cursor, countRemainingFields, excerpt, type MessageCodec } from '../wire.ts';
import { LAYOUTS } from './layout.ts';
import {
  type ForeignFrame,
  HRSP_MAX_LINE,
  type HrspFrame,
  type HrspHeader,
  type HrspMessage,
  type UnknownFrame,
} from './messages.ts';

export type HrspLine = HrspFrame | UnknownFrame | ForeignFrame | Fault;

const CR = 0x0d;
const DOLLAR = 0x24;
const STAR = 0x2a;
const COMMA = 0x2c;
const UINT32 = 0xffff_ffff;
const LONGEST_TYPE = 8;
/** `*` and four hex digits. */
const TRAILER = 5;
/** `$` and the trailer around an empty body. */
const SHORTEST = 1 + TRAILER;

const TEL: MessageCodec<HrspMessage> = LAYOUTS.TEL;
const BY_TYPE = new Map<string, MessageCodec<HrspMessage>>(Object.entries(LAYOUTS));
const TEL_CODE = typeCode('TEL');
const BY_CODE = new Map([...BY_TYPE].map(([type, codec]) => [typeCode(type), codec]));

/** One cursor for all lines: decoding is synchronous and never re-entered. */
const cursor = new Cursor();

/**
 * Reads one line, given without its LF (a CR at its end is accepted). Never throws, keeps nothing between lines.
 * A `ForeignFrame` holds a view of `line`, not a copy. `Fault.bytes` counts the bytes given, without the LF.
 */
export function decodeLine(line: Uint8Array): HrspLine {
  const end = line.length > 0 && line[line.length - 1] === CR ? line.length - 1 : line.length;
  if (line[0] !== DOLLAR) return notOurs(line, end);
  if (line.length >= HRSP_MAX_LINE) {
    return fault('too-long', line, `a line of at most ${HRSP_MAX_LINE} bytes, LF included`);
  }
  const star = end - TRAILER;
  if (end < SHORTEST || line[star] !== STAR) return damaged(line, end, 'no "*" and 4 hex digits at the end');
  const said = readHex(line, star + 1, 4, end);
  if (said < 0) return damaged(line, end, 'the checksum is not 4 upper-case hex digits');
  if (crc16Ibm3740(line, 1, star) !== said) return damaged(line, end, 'the checksum does not match');

  cursor.reset(line, 1, star);
  const type = readType();
  if (type < 0) return badHeader(line, `a type of 1..${LONGEST_TYPE} of A-Z 0-9`);
  const typeEnd = cursor.at;
  const boot = cursor.next() ? readHex(line, cursor.at, 8, star) : -1;
  if (boot < 0) return badHeader(line, 'a boot id of 8 upper-case hex digits');
  cursor.at += 8;
  const seq = readHeaderNumber();
  if (seq < 0) return badHeader(line, 'a sequence number 0..4294967295');
  const tick = readHeaderNumber();
  if (tick < 0) return badHeader(line, 'a tick 0..4294967295');
  const header: HrspHeader = { bootId: bootText(boot), seq, tick };

  const codec = type === TEL_CODE ? TEL : BY_CODE.get(type);
  if (codec === undefined) {
    countRemainingFields(cursor);
    if (cursor.problem !== null) return badField(line, excerpt(line, 1, typeEnd));
    return { kind: 'unknown', header, type: excerpt(line, 1, typeEnd) };
  }
  const message = codec.decode(cursor);
  if (message === null) return badField(line, codec.type);
  const extraFields = cursor.at === star ? 0 : countRemainingFields(cursor);
  if (cursor.problem !== null) return badField(line, codec.type);
  if (cursor.unfamiliar) return { kind: 'unknown', header, type: codec.type };
  return { kind: 'message', header, message, extraFields };
}

const seqField = unsigned(UINT32);
const BOOT_ID = /^[0-9A-F]{8}$/;

/** The line with CR LF. Throws RangeError naming field and value when something does not fit. */
export function encodeLine(header: HrspHeader, message: HrspMessage): string {
  const codec = BY_TYPE.get(message.type);
  if (codec === undefined) throw new RangeError(`type: ${JSON.stringify(message.type)} is not an HRSP message`);
  if (!BOOT_ID.test(header.bootId)) {
    throw new RangeError(`bootId: ${JSON.stringify(header.bootId)} does not fit, expected 8 upper-case hex digits`);
  }
  const seq = seqField.write(header.seq, 'seq');
  const tick = seqField.write(header.tick, 'tick');
  return sealLine(`${message.type},${header.bootId},${seq},${tick}${codec.encode(message)}`);
}

/** Puts `$`, checksum and CR LF around a body of printable ASCII. Throws RangeError when the line gets too long. */
export function sealLine(body: string): string {
  const length = body.length + SHORTEST + 2;
  if (length > HRSP_MAX_LINE) throw new RangeError(`line: ${length} bytes do not fit, at most ${HRSP_MAX_LINE}`);
  return `$${body}*${crc16Ibm3740OfText(body).toString(16).toUpperCase().padStart(4, '0')}\r\n`;
}

/** The type's characters as one number, so that no text is made per line; -1 when it is none. */
function readType(): number {
  const { bytes, end } = cursor;
  let code = 0;
  let at = cursor.at;
  for (; at < end && bytes[at] !== COMMA; at++) {
    const byte = bytes[at] as number;
    if (!((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x30 && byte <= 0x39)) || at - cursor.at === LONGEST_TYPE)
      return -1;
    code = code * 64 + (byte - 0x2f);
  }
  const empty = at === cursor.at;
  cursor.at = at;
  return empty ? -1 : code;
}

function typeCode(type: string): number {
  return [...type].reduce((code, character) => code * 64 + (character.charCodeAt(0) - 0x2f), 0);
}

function readHeaderNumber(): number {
  const value = cursor.next() ? readDigits(cursor, 10) : -1;
  return value <= UINT32 && cursor.fieldDone ? value : -1;
}

/** The same boot id comes a million times: its text is made once. Sized for the stations of one daemon. */
const BOOT_SLOTS = 256;
const bootNumbers = new Float64Array(BOOT_SLOTS).fill(-1);
const bootTexts: string[] = new Array(BOOT_SLOTS).fill('');

function bootText(boot: number): string {
  const slot = (boot ^ (boot >>> 8) ^ (boot >>> 16) ^ (boot >>> 24)) & (BOOT_SLOTS - 1);
  if (bootNumbers[slot] !== boot) {
    bootNumbers[slot] = boot;
    bootTexts[slot] = boot.toString(16).toUpperCase().padStart(8, '0');
  }
  return bootTexts[slot] as string;
}

/** SMP frames are routed to their owner; all else, console text of a bootloader too, is noise. */
function notOurs(line: Uint8Array, end: number): ForeignFrame | Fault {
  const [first, second] = line;
  if ((first === 0x06 && second === 0x09) || (first === 0x04 && second === 0x14)) {
    return { kind: 'foreign', protocol: 'smp', bytes: line };
  }
  if (end === 0) return fault('noise', line, 'an empty line');
  const dollar = line.indexOf(DOLLAR);
  const spliced = dollar < 0 ? '' : `; a "$" stands at byte ${dollar}, the line is not used from there`;
  return fault('noise', line, `expected "$", got "${excerpt(line, 0, end)}"${spliced}`);
}

/** A second `$` tells of two lines run together. Nothing inside a line is ever used after a fault: see README. */
function damaged(line: Uint8Array, end: number, what: string): Fault {
  const second = line.indexOf(DOLLAR, 1);
  const spliced = second < 0 ? '' : `; a second "$" stands at byte ${second}: lines run together`;
  return fault('bad-checksum', line, `${what}: "${excerpt(line, 0, end)}"${spliced}`);
}

function badHeader(line: Uint8Array, expected: string): Fault {
  return fault('bad-header', line, `expected ${expected} in "${excerpt(line, 0, cursor.end)}"`);
}

function badField(line: Uint8Array, type: string): Fault {
  const from = Math.min(cursor.problemAt, cursor.end);
  const comma = line.indexOf(COMMA, from);
  const to = comma < 0 || comma > cursor.end ? cursor.end : comma;
  const name = cursor.problemIn ?? 'field';
  return fault('bad-field', line, `${type} ${name}: expected ${cursor.problem}, got "${excerpt(line, from, to)}"`);
}

function fault(kind: FaultKind, line: Uint8Array, detail: string): Fault {
  return { kind: 'fault', fault: kind, bytes: line.length, detail };
}
