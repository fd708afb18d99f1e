/** The wire layout of every HRSP message, declared once. README.md gives the same as tables. */
import {
  fixedPoint,
  growingWord,
  hexByte,
  openWord,
  percentDecode,
  percentEncode,
  text,
  unsigned,
  word,
} from '../fields.ts';
import { CHANNELS, FLAG } from '../reading.ts';
import { type FieldCodec, type MessageCodec, message } from '../wire.ts';
import { command, version } from './commands.ts';
import type {
  Acknowledgement,
  CommandRequest,
  ErrorReport,
  EventReport,
  Heartbeat,
  HrspMessage,
  Identification,
  InstrumentDescription,
  Refusal,
  StateReport,
  Telemetry,
} from './messages.ts';

const UINT16 = 0xffff;
const UINT32 = 0xffff_ffff;
const rateHz = unsigned(UINT16, 1);

/**
 * The channels of HRSP 1.0 stand before the flags. Channels that later minor versions add come after the flags, as
 * trailing fields; here they are still `null`.
 */
const TEL_CHANNELS = CHANNELS.slice(0, 6);
const telCodecs = TEL_CHANNELS.map(fixedPoint);
const NO_VALUES: readonly (number | null)[] = CHANNELS.map(() => null);

const channelValues: FieldCodec<readonly (number | null)[]> = {
  read(cursor) {
    const values = NO_VALUES.slice();
    for (let i = 0; i < telCodecs.length; i++) {
      if (i > 0 && !cursor.next()) cursor.fail('a field here, but the line ends', TEL_CHANNELS[i]?.name ?? null);
      if (cursor.problem !== null) return values;
      values[i] = (telCodecs[i] as FieldCodec<number | null>).read(cursor);
    }
    return values;
  },
  write(values, name) {
    if (values.length !== CHANNELS.length) {
      throw new RangeError(`${name}: ${values.length} values do not fit, expected ${CHANNELS.length}`);
    }
    return telCodecs.map((codec, i) => codec.write(values[i] ?? null, `TEL ${TEL_CHANNELS[i]?.name}`)).join(',');
  },
};

/** Comes after the values, so it knows whether one of them had to be blanked. */
const flags: FieldCodec<number> = {
  read: (cursor) => hexByte.read(cursor) | (cursor.blanked > 0 ? FLAG.outOfRange : 0),
  write: (value, name) => hexByte.write(value, name),
};

const MOST_INSTRUMENTS = 16;
const LONGEST_PART = 64;
const LONGEST_INSTRUMENTS = 400;
const MOST_CHANNELS = 16;
const PART_ENDS = /[/+]/;
const INSTRUMENTS_EXPECTED = `at most ${MOST_INSTRUMENTS} of kind/model/serial/CH+CH separated by ";"`;

/** `kind/model/serial/CH+CH` joined by `;`. */
const instruments: FieldCodec<readonly InstrumentDescription[]> = {
  read(cursor) {
    const raw = cursor.takeText();
    const list = raw === '' ? [] : raw.split(';', MOST_INSTRUMENTS + 1).map(parseInstrument);
    const whole = list.filter((one) => one !== null);
    const bounded = list.length <= MOST_INSTRUMENTS && raw.length <= LONGEST_INSTRUMENTS;
    if (whole.length !== list.length || !bounded) cursor.fail(INSTRUMENTS_EXPECTED);
    return whole;
  },
  write(list, name) {
    if (list.length > MOST_INSTRUMENTS)
      throw new RangeError(`${name}: ${list.length} do not fit in ${MOST_INSTRUMENTS}`);
    const field = list.map((one, i) => writeInstrument(one, `${name}[${i}]`)).join(';');
    if (field.length > LONGEST_INSTRUMENTS) {
      throw new RangeError(`${name}: ${field.length} bytes do not fit in ${LONGEST_INSTRUMENTS}`);
    }
    return field;
  },
};

function parseInstrument(raw: string): InstrumentDescription | null {
  const parts = raw.split('/');
  if (parts.length !== 4 || raw.split(PART_ENDS).some((part) => part.length > LONGEST_PART)) return null;
  const [kind, model, serial] = parts.map(percentDecode);
  const channels = parts[3] ? parts[3].split('+').map(percentDecode) : [];
  const codes = channels.filter((code) => code !== null && code !== '');
  if (channels.length > MOST_CHANNELS) return null;
  if (!kind || model == null || serial == null || codes.length !== channels.length) return null;
  return { kind, model, serial, channels: codes as string[] };
}

function writeInstrument(one: InstrumentDescription, name: string): string {
  const part = (value: string, which: string, shortest: number): string => {
    const encoded = percentEncode(value, ';/+');
    if (encoded === null || encoded.length < shortest || encoded.length > LONGEST_PART) {
      throw new RangeError(
        `${name}.${which}: ${JSON.stringify(value.slice(0, 40))} does not fit, ${shortest}..64 bytes`,
      );
    }
    return encoded;
  };
  if (one.channels.length > MOST_CHANNELS) {
    throw new RangeError(`${name}.channels: ${one.channels.length} do not fit in ${MOST_CHANNELS}`);
  }
  const channels = one.channels.map((code) => part(code, 'channels', 1)).join('+');
  return `${part(one.kind, 'kind', 1)}/${part(one.model, 'model', 0)}/${part(one.serial, 'serial', 0)}/${channels}`;
}

export const LAYOUTS: { readonly [T in HrspMessage['type']]: MessageCodec<Extract<HrspMessage, { type: T }>> } = {
  TEL: message<Telemetry>('TEL', { values: channelValues, flags }),
  ID: message<Identification>('ID', {
    serial: text(64, 1),
    hardwareRevision: text(32),
    firmwareVersion: text(32),
    protocol: version,
    mode: word({ clinical: 'CLIN', simulated: 'SIM' }),
    rateHz,
    instruments,
  }),
  STA: message<StateReport>('STA', {
    state: word({
      starting: 'START',
      idle: 'IDLE',
      ready: 'READY',
      measuring: 'MEAS',
      fault: 'FAULT',
      updating: 'UPDATE',
    }),
    needle: word({ in: 'IN', out: 'OUT', unknown: 'UNK' }),
    clamp: word({ open: 'OPEN', closed: 'CLOSED', unknown: 'UNK' }),
    door: word({ open: 'OPEN', closed: 'CLOSED', unknown: 'UNK' }),
    power: word({ mains: 'MAINS', battery: 'BATT', unknown: 'UNK' }),
  }),
  EVT: message<EventReport>('EVT', {
    source: growingWord({
      needle: 'NEEDLE',
      clamp: 'CLAMP',
      scan: 'SCAN',
      door: 'DOOR',
      power: 'POWER',
      scale: 'SCALE',
      sensor: 'SENSOR',
    }),
    state: openWord(16),
    data: text(400),
  }),
  ERR: message<ErrorReport>('ERR', {
    code: unsigned(UINT16),
    severity: word({ info: 'INFO', warning: 'WARN', error: 'ERROR', fatal: 'FATAL' }),
    text: text(240),
  }),
  HB: message<Heartbeat>('HB', { uptimeS: unsigned(UINT32), rateHz, dropped: unsigned(UINT32) }),
  ACK: message<Acknowledgement>('ACK', { correlation: unsigned(UINT16), result: text(240) }),
  NAK: message<Refusal>('NAK', {
    correlation: unsigned(UINT16),
    reason: word({
      unknown: 'UNKNOWN',
      version: 'VERSION',
      range: 'RANGE',
      busy: 'BUSY',
      unsupported: 'UNSUPPORTED',
      failed: 'FAILED',
    }),
    text: text(240),
  }),
  CMD: message<CommandRequest>('CMD', { correlation: unsigned(UINT16), command }),
};
