/**
 * The kit for text lines of comma-separated fields: declare a message once, as an ordered record of field codecs, and
 * get encode AND decode from that one declaration. `fields.ts` has the field codecs.
 *
 * Decoding walks the bytes with one cursor: no split, no regular expression, no copy per field.
 */
const COMMA = 0x2c;
const EMPTY = new Uint8Array(0);

/** The place in the line. After a field is read it stands on the next comma, or at `end`. */
export class Cursor {
  bytes: Uint8Array = EMPTY;
  at = 0;
  /** One past the last byte of the fields. */
  end = 0;
  /** What the first unreadable field should have been; `null` while all is well. */
  problem: string | null = null;
  /** Where the unreadable field begins. */
  problemAt = 0;
  /** Name of the unreadable field, when the field codec knows better than the message. */
  problemIn: string | null = null;
  /** Values that were readable but impossible, and became `null`. */
  blanked = 0;
  /** A word of a later minor version was read: the whole line means something that this version does not know. */
  unfamiliar = false;
  #fieldAt = 0;

  reset(bytes: Uint8Array, at: number, end: number): void {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    this.problem = null;
    this.problemIn = null;
    this.blanked = 0;
    this.unfamiliar = false;
    this.#fieldAt = at;
  }

  /** Steps over the comma to the next field; false when the line has no more. */
  next(): boolean {
    if (this.at >= this.end || this.bytes[this.at] !== COMMA) return false;
    this.#fieldAt = ++this.at;
    return true;
  }

  /** True when the field that is being read has been read to its end. */
  get fieldDone(): boolean {
    const at = this.at;
    return at === this.end || this.bytes[at] === COMMA;
  }

  fail(expected: string, fieldName: string | null = null): void {
    if (this.problem !== null) return;
    this.problem = expected;
    this.problemIn = fieldName;
    this.problemAt = this.#fieldAt;
  }

  /** The field from here to its end as ASCII text; fails on bytes that no field may hold. */
  takeText(): string {
    let text = '';
    for (; !this.fieldDone; this.at++) {
      const byte = this.bytes[this.at] as number;
      if (!isFieldByte(byte)) {
        this.fail('printable ASCII without "$" and "*"');
        return '';
      }
      text += String.fromCharCode(byte);
    }
    return text;
  }
}

/** 20h-7Eh except `$` and `*`; a comma ends the field. */
export function isFieldByte(byte: number): boolean {
  return byte >= 0x20 && byte <= 0x7e && byte !== 0x24 && byte !== 0x2a;
}

/** One field, or several that belong together (the first is already entered when `read` is called). */
export interface FieldCodec<T> {
  /** Leaves the cursor at the field's end. After `cursor.fail` the returned value means nothing. */
  read(cursor: Cursor): T;
  /** The field as it stands on the wire. Throws RangeError naming field and value when it does not fit. */
  write(value: T, name: string): string;
}

/** Every property of the message except `type`, in wire order. */
export type Fields<M> = { readonly [K in Exclude<keyof M, 'type'>]-?: FieldCodec<M[K]> };

export interface MessageCodec<M> {
  readonly type: string;
  /** Reads the fields that follow the cursor. `null` when one could not be read: see `cursor.problem`. */
  decode(cursor: Cursor): M | null;
  /** The fields with a comma before each. Throws RangeError naming field and value. */
  encode(message: M): string;
}

export function message<M extends { readonly type: string }>(type: M['type'], fields: Fields<M>): MessageCodec<M> {
  const names = Object.keys(fields) as Exclude<keyof M, 'type'>[];
  const codecs = names.map((name) => fields[name]) as FieldCodec<unknown>[];
  return {
    type,
    decode(cursor) {
      const decoded: Record<string, unknown> = { type };
      for (let i = 0; i < names.length; i++) {
        const name = names[i] as string;
        if (!cursor.next()) cursor.fail('a field here, but the line ends', name);
        else decoded[name] = (codecs[i] as FieldCodec<unknown>).read(cursor);
        if (cursor.problem !== null) {
          cursor.problemIn ??= name;
          return null;
        }
      }
      return decoded as unknown as M;
    },
    encode(value) {
      let text = '';
      for (let i = 0; i < names.length; i++) {
        const name = names[i] as Exclude<keyof M, 'type'>;
        text += `,${(codecs[i] as FieldCodec<unknown>).write(value[name], `${type} ${String(name)}`)}`;
      }
      return text;
    },
  };
}

/** Counts the fields that remain; fails on bytes that no field may hold. */
export function countRemainingFields(cursor: Cursor): number {
  let count = 0;
  while (cursor.next()) {
    count++;
    for (; !cursor.fieldDone; cursor.at++) {
      if (!isFieldByte(cursor.bytes[cursor.at] as number)) {
        cursor.fail('printable ASCII without "$" and "*"', `extra field ${count}`);
        return count;
      }
    }
  }
  return count;
}

/** A bounded, printable excerpt for the detail of a fault. */
export function excerpt(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let i = from; i < to && i < from + 24; i++) {
    const byte = bytes[i] as number;
    text += byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return to > from + 24 ? `${text}...` : text;
}
