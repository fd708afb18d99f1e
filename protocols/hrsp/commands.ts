/** The command part of a CMD line: a word, then the arguments that word takes. */
import { readDigits, unsigned } from '../fields.ts';
import type { Cursor, FieldCodec } from '../wire.ts';
import type { HrspCommand } from './messages.ts';

const POINT = 0x2e;
const UINT16 = 0xffff;
/** 9999-12-31T23:59:59.999Z */
const LAST_UTC_MS = 253_402_300_799_999;

/** `major.minor`, each 0..255. */
export const version: FieldCodec<{ readonly major: number; readonly minor: number }> = {
  read(cursor) {
    const major = readDigits(cursor, 3);
    const hasPoint = cursor.at < cursor.end && cursor.bytes[cursor.at] === POINT;
    if (hasPoint) cursor.at++;
    const minor = readDigits(cursor, 3);
    const good = hasPoint && major >= 0 && major <= 255 && minor >= 0 && minor <= 255 && cursor.fieldDone;
    if (!good) cursor.fail('major.minor, each 0..255');
    return { major, minor };
  },
  write(value, name) {
    return `${part.write(value.major, `${name}.major`)}.${part.write(value.minor, `${name}.minor`)}`;
  },
};

const part = unsigned(255);
/** Wider than a station grants: it answers a rate outside 1..50 Hz with NAK `range`, so the line itself must pass. */
const hz = unsigned(UINT16);
const utcMs = unsigned(LAST_UTC_MS);
const OTHER = /^[A-Z][A-Z0-9]{0,15}$/;
const KNOWN = ['IDENTIFY', 'RATE', 'TARE', 'ZERO', 'CLOCK'];

function argument<T>(cursor: Cursor, codec: FieldCodec<T>, name: string): T | null {
  if (cursor.next()) return codec.read(cursor);
  cursor.fail('a field here, but the line ends', name);
  return null;
}

export const command: FieldCodec<HrspCommand> = {
  read(cursor) {
    const word = cursor.takeText();
    switch (word) {
      case 'IDENTIFY':
        return { name: 'identify', highest: argument(cursor, version, 'highest') ?? { major: 0, minor: 0 } };
      case 'RATE':
        return { name: 'rate', hz: argument(cursor, hz, 'hz') ?? 0 };
      case 'TARE':
        return { name: 'tare' };
      case 'ZERO':
        return { name: 'zero' };
      case 'CLOCK':
        return { name: 'clock', utcMs: argument(cursor, utcMs, 'utcMs') ?? 0 };
      default:
        if (!OTHER.test(word)) cursor.fail('a command name of 1..16 of A-Z 0-9');
        return { name: 'other', word };
    }
  },
  write(value, name) {
    switch (value.name) {
      case 'identify':
        return `IDENTIFY,${version.write(value.highest, `${name} highest`)}`;
      case 'rate':
        return `RATE,${hz.write(value.hz, `${name} hz`)}`;
      case 'tare':
        return 'TARE';
      case 'zero':
        return 'ZERO';
      case 'clock':
        return `CLOCK,${utcMs.write(value.utcMs, `${name} utcMs`)}`;
      case 'other':
        if (OTHER.test(value.word) && !KNOWN.includes(value.word)) return value.word;
        throw new RangeError(`${name} word: ${JSON.stringify(value.word)} does not fit, expected another command name`);
    }
  },
};
