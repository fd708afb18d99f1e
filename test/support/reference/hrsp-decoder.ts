/**
 * A second HRSP decoder, written from protocols/hrsp/README.md alone and sharing nothing with `protocols/`: regular
 * expressions from the ABNF, the checksum bit by bit, no thought for speed. What both decoders agree on is not one
 * author's mistake made twice by the same code.
 */
export interface ReferenceHeader {
  bootId: string;
  seq: number;
  tick: number;
}

export type ReferenceLine =
  | {
      kind: 'message';
      header: ReferenceHeader;
      message: { type: string } & Record<string, unknown>;
      extraFields: number;
    }
  | { kind: 'unknown'; header: ReferenceHeader; type: string }
  | { kind: 'foreign'; protocol: 'smp' }
  | { kind: 'fault'; fault: 'noise' | 'too-long' | 'bad-checksum' | 'bad-header' | 'bad-field' };

const UINT32 = 2 ** 32 - 1;
const FCHARS = /^[\x20-\x23\x25-\x29\x2b\x2d-\x7e]*$/;
const NUMBER = /^(0|[1-9][0-9]*)$/;
const DECIMAL = /^-?(0|[1-9][0-9]*)(\.[0-9]{1,6})?$/;
const TEXT = /^([\x20-\x23\x26-\x29\x2b\x2d-\x7e]|%[0-9A-Fa-f]{2})*$/;

/** Section 2: the register shifts once per bit. */
export function referenceCrc(body: string): number {
  let register = 0xffff;
  for (const character of body) {
    for (let bit = 7; bit >= 0; bit--) {
      const top = register >= 0x8000;
      register = (register * 2) % 0x10000;
      if (top !== (((character.codePointAt(0) ?? 0) >> bit) % 2 === 1)) register ^= 0x1021;
    }
  }
  return register;
}

class BadField extends Error {}

function bad(): never {
  throw new BadField();
}

function number(field: string, max: number, min = 0): number {
  const value = Number(field);
  return NUMBER.test(field) && value >= min && value <= max ? value : bad();
}

function text(field: string, shortest: number, longest: number): string {
  if (!TEXT.test(field) || field.length < shortest || field.length > longest) bad();
  const bytes = field.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return bad();
  }
}

function word(field: string, table: string): string {
  const row = table.split(' ').find((pair) => pair.split('=')[0] === field);
  return row?.split('=')[1] ?? bad();
}

function version(field: string): { major: number; minor: number } {
  const [major, minor, ...more] = field.split('.');
  if (major === undefined || minor === undefined || more.length > 0) bad();
  return { major: number(major, 255), minor: number(minor, 255) };
}

function instruments(field: string): unknown[] {
  if (field === '') return [];
  const list = field.split(';');
  if (list.length > 16 || field.length > 400) bad();
  return list.map((one) => {
    const [kind, model, serial, codes, ...more] = one.split('/');
    if (kind === undefined || model === undefined || serial === undefined || codes === undefined || more.length) bad();
    const channels = codes === '' ? [] : codes.split('+').map((code) => text(code, 1, 64));
    if (channels.length > 16) bad();
    return { kind: text(kind, 1, 64), model: text(model, 0, 64), serial: text(serial, 0, 64), channels };
  });
}

/** Section 4, first table. */
const RANGES = [
  [0, 80],
  [-60, 60],
  [-50, 250],
  [0, 60],
  [-300, 300],
  [30, 110],
] as const;

function telemetry(fields: string[]): Record<string, unknown> {
  let outOfRange = 0;
  const values = RANGES.map(([min, max], i) => {
    const field = fields[i] ?? bad();
    if (field === '') return null;
    if (!DECIMAL.test(field) || field.length > 12) bad();
    const value = Number(field) + 0;
    if (value >= min && value <= max) return value;
    outOfRange = 0x100;
    return null;
  });
  const flags = fields[6] ?? bad();
  if (!/^[0-9A-F]{2}$/.test(flags)) bad();
  return { values, flags: Number.parseInt(flags, 16) + outOfRange };
}

function command(name: string, argument: () => string): { command: Record<string, unknown>; used: number } {
  if (name === 'IDENTIFY') return { command: { name: 'identify', highest: version(argument()) }, used: 1 };
  if (name === 'RATE') return { command: { name: 'rate', hz: number(argument(), 65535) }, used: 1 };
  if (name === 'CLOCK') return { command: { name: 'clock', utcMs: number(argument(), 253402300799999) }, used: 1 };
  if (name === 'TARE' || name === 'ZERO') return { command: { name: name.toLowerCase() }, used: 0 };
  return /^[A-Z][A-Z0-9]{0,15}$/.test(name) ? { command: { name: 'other', word: name }, used: 0 } : bad();
}

/** The message's properties, and how many fields they took. `null` for a type that section 4 does not have. */
function message(type: string, fields: string[]): { properties: Record<string, unknown>; used: number } | null {
  const f = (i: number): string => fields[i] ?? bad();
  const reply = () => number(f(0), 65535);
  switch (type) {
    case 'TEL':
      return { properties: telemetry(fields), used: 7 };
    case 'ID':
      return {
        properties: {
          serial: text(f(0), 1, 64),
          hardwareRevision: text(f(1), 0, 32),
          firmwareVersion: text(f(2), 0, 32),
          protocol: version(f(3)),
          mode: word(f(4), 'CLIN=clinical SIM=simulated'),
          rateHz: number(f(5), 65535, 1),
          instruments: instruments(f(6)),
        },
        used: 7,
      };
    case 'STA': {
      const openness = 'OPEN=open CLOSED=closed UNK=unknown';
      return {
        properties: {
          state: word(f(0), 'START=starting IDLE=idle READY=ready MEAS=measuring FAULT=fault UPDATE=updating'),
          needle: word(f(1), 'IN=in OUT=out UNK=unknown'),
          clamp: word(f(2), openness),
          door: word(f(3), openness),
          power: word(f(4), 'MAINS=mains BATT=battery UNK=unknown'),
        },
        used: 5,
      };
    }
    case 'EVT': {
      const sources = 'NEEDLE=needle CLAMP=clamp SCAN=scan DOOR=door POWER=power SCALE=scale SENSOR=sensor';
      const familiar = sources.split(' ').some((pair) => pair.startsWith(`${f(0)}=`));
      if (!familiar && !/^[A-Z0-9-]{1,16}$/.test(f(0))) bad();
      if (!/^[A-Z0-9-]{1,16}$/.test(f(1))) bad();
      const properties = { state: f(1).toLowerCase(), data: text(f(2), 0, 400) };
      return familiar ? { properties: { source: word(f(0), sources), ...properties }, used: 3 } : null;
    }
    case 'ERR': {
      const severity = word(f(1), 'INFO=info WARN=warning ERROR=error FATAL=fatal');
      return { properties: { code: number(f(0), 65535), severity, text: text(f(2), 0, 240) }, used: 3 };
    }
    case 'HB':
      return {
        properties: { uptimeS: number(f(0), UINT32), rateHz: number(f(1), 65535, 1), dropped: number(f(2), UINT32) },
        used: 3,
      };
    case 'ACK':
      return { properties: { correlation: reply(), result: text(f(1), 0, 240) }, used: 2 };
    case 'NAK': {
      const words = 'UNKNOWN=unknown VERSION=version RANGE=range BUSY=busy UNSUPPORTED=unsupported FAILED=failed';
      return { properties: { correlation: reply(), reason: word(f(1), words), text: text(f(2), 0, 240) }, used: 3 };
    }
    case 'CMD': {
      const { command: decoded, used } = command(f(1), () => f(2));
      return { properties: { correlation: reply(), command: decoded }, used: 2 + used };
    }
    default:
      return null;
  }
}

/** Section 7, rules 3 to 9, for one line without its LF. */
export function referenceDecode(bytes: Uint8Array): ReferenceLine {
  const raw = Buffer.from(bytes).toString('latin1');
  if (!raw.startsWith('$')) {
    const smp = raw.startsWith('\x06\x09') || raw.startsWith('\x04\x14');
    return smp ? { kind: 'foreign', protocol: 'smp' } : { kind: 'fault', fault: 'noise' };
  }
  if (raw.length > 511) return { kind: 'fault', fault: 'too-long' };
  const sealed = /^\$(.*)\*([0-9A-F]{4})$/s.exec(raw.endsWith('\r') ? raw.slice(0, -1) : raw);
  const body = sealed?.[1] ?? '';
  if (!sealed || Number.parseInt(sealed[2] ?? '', 16) !== referenceCrc(body)) {
    return { kind: 'fault', fault: 'bad-checksum' };
  }
  const parts = body.split(',');
  const [type = '', bootId = '', seq = '', tick = ''] = parts;
  const goodNumbers = [seq, tick].every((n) => NUMBER.test(n) && Number(n) <= UINT32);
  if (!/^[A-Z0-9]{1,8}$/.test(type) || !/^[0-9A-F]{8}$/.test(bootId) || !goodNumbers) {
    return { kind: 'fault', fault: 'bad-header' };
  }
  const header = { bootId, seq: Number(seq), tick: Number(tick) };
  const fields = parts.slice(4);
  try {
    if (!fields.every((field) => FCHARS.test(field))) bad();
    const known = message(type, fields);
    if (known === null) return { kind: 'unknown', header, type };
    const extraFields = fields.length - known.used;
    return { kind: 'message', header, message: { type, ...known.properties }, extraFields };
  } catch (error) {
    if (error instanceof BadField) return { kind: 'fault', fault: 'bad-field' };
    throw error;
  }
}
