/** One line of text for everything that happens in a capture. */
import type { HrspCommand, HrspMessage } from '../../protocols/hrsp/messages.ts';
import { CHANNELS, flagNames } from '../../protocols/reading.ts';
import {
  errorText,
  parseRequest,
  parseResponse,
  SMP_COMMANDS,
  type SmpCommandName,
  type SmpFault,
  type SmpPacket,
} from '../../protocols/smp/index.ts';
import type { Happening } from './walk.ts';

export interface Annotated {
  /** Type of the line, kind of the fault, what the link did. */
  readonly what: string;
  readonly text: string;
  readonly bad: boolean;
}

/** `null`: said already by something else (the lines of a firmware frame, by its packet). */
export function annotate(happening: Happening): Annotated | null {
  switch (happening.kind) {
    case 'cut':
      return fault(happening.fault.fault, happening.fault.detail, happening.raw);
    case 'smp':
      return smp(happening.packet);
    case 'link':
      return link(happening.record);
    case 'line': {
      const { line, raw, order, lostBefore } = happening;
      if (line.kind === 'foreign') return null;
      if (line.kind === 'fault') return fault(line.fault, line.detail, raw);
      const { bootId, seq, tick } = line.header;
      const place = `boot ${bootId} #${seq} tick ${tick} ms`;
      const odd =
        order === 'gap'
          ? `  (${lostBefore} lost before it)`
          : order === 'duplicate' || order === 'behind'
            ? `  (${order}: not used)`
            : '';
      if (line.kind === 'unknown') return { what: line.type, text: `of a later version  ${place}${odd}`, bad: false };
      const extra = line.extraFields > 0 ? `  (+${line.extraFields} unknown fields)` : '';
      return { what: line.message.type, text: `${said(line.message)}  ${place}${extra}${odd}`, bad: odd !== '' };
    }
  }
}

/** Bytes as they can be printed: ASCII as it is, all else as \xNN. */
export function printable(raw: Uint8Array, most = 512): string {
  let text = '';
  for (const byte of raw.subarray(0, most)) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x5c;
    text += plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return raw.length > most ? `${text}...` : text;
}

function fault(kind: string, detail: string, raw: Uint8Array): Annotated {
  // The detail already quotes what is wrong; the bytes are for whoever wants to see all of them.
  return { what: kind, text: `${detail.split(': "')[0]}  | ${printable(raw)}`, bad: true };
}

function said(message: HrspMessage): string {
  switch (message.type) {
    case 'TEL': {
      const values = CHANNELS.map(({ name, unit, decimals }, i) => {
        const value = message.values[i] ?? null;
        return `${name} ${value === null ? 'missing' : `${value.toFixed(decimals)} ${unit}`}`;
      });
      const flags = flagNames(message.flags);
      return values.join(', ') + (flags.length > 0 ? `, ${flags.join(' ')}` : '');
    }
    case 'ID': {
      const { serial, hardwareRevision, firmwareVersion, protocol, mode, rateHz, instruments } = message;
      const attached = instruments.map((i) => `${i.kind} ${i.model} ${i.serial} ${i.channels.join('+')}`.trim());
      return `${serial} (${mode}), hardware ${hardwareRevision || '?'}, firmware ${firmwareVersion || '?'}, HRSP ${protocol.major}.${protocol.minor}, ${rateHz} Hz${attached.length > 0 ? `; ${attached.join('; ')}` : ''}`;
    }
    case 'STA':
      return `${message.state}, needle ${message.needle}, clamp ${message.clamp}, door ${message.door}, power ${message.power}`;
    case 'EVT':
      return `${message.source} ${message.state}${message.data === '' ? '' : ` ${JSON.stringify(message.data)}`}`;
    case 'ERR':
      return `${message.severity} ${message.code} ${JSON.stringify(message.text)}`;
    case 'HB':
      return `up ${message.uptimeS} s, ${message.rateHz} Hz, ${message.dropped} lines dropped by the station`;
    case 'ACK':
      return `of command ${message.correlation}${message.result === '' ? '' : ` ${JSON.stringify(message.result)}`}`;
    case 'NAK':
      return `of command ${message.correlation}: ${message.reason} ${JSON.stringify(message.text)}`;
    case 'CMD':
      return `${message.correlation} ${command(message.command)}`;
  }
}

function command(of: HrspCommand): string {
  switch (of.name) {
    case 'identify':
      return `identify, host speaks up to ${of.highest.major}.${of.highest.minor}`;
    case 'rate':
      return `rate ${of.hz} Hz`;
    case 'clock':
      return `clock ${new Date(of.utcMs).toISOString()}`;
    case 'other':
      return `${of.word}, unknown to this version`;
    default:
      return of.name;
  }
}

function smp(packet: SmpPacket | SmpFault): Annotated {
  if (packet.kind === 'fault') return { what: `SMP ${packet.fault}`, text: packet.detail, bad: true };
  const asks = packet.op === 'read' || packet.op === 'write';
  const op = packet.op.replace('-response', '');
  const found = Object.entries(SMP_COMMANDS).find(
    ([, of]) => of.op === op && of.group === packet.group && of.command === packet.command,
  );
  const name = (found?.[0] ?? null) as SmpCommandName | null;
  const head = `${asks ? 'request' : 'response'} ${packet.sequence}`;
  if (name === null)
    return { what: `SMP ${packet.group}/${packet.command}`, text: `${head} of an unknown command`, bad: false };
  const what = `SMP ${name}`;
  if (asks) {
    const request = parseRequest(packet);
    if (request.kind === 'request') return { what, text: `${head} ${brief(request.value)}`, bad: false };
    return { what, text: `${head} that cannot be read`, bad: true };
  }
  const answer = parseResponse(SMP_COMMANDS[name] as Parameters<typeof parseResponse>[0], packet);
  if (answer.kind === 'ok') return { what, text: `${head} ${brief(answer.value)}`, bad: false };
  return { what, text: `${head} ${answer.kind === 'refused' ? errorText(answer.error) : answer.detail}`, bad: true };
}

function brief(value: unknown): string {
  const text =
    JSON.stringify(value, (_, inner) => (inner instanceof Uint8Array ? `${inner.length} bytes` : inner)) ?? '';
  return text.length > 300 ? `${text.slice(0, 297)}...` : text;
}

function link(record: Extract<Happening, { kind: 'link' }>['record']): Annotated {
  switch (record.k) {
    case 'open':
      return { what: 'open', text: '', bad: false };
    case 'close':
      return { what: 'close', text: record.why ?? 'by the bridge', bad: record.why !== null };
    case 'failed':
      return { what: 'failed', text: record.why, bad: true };
    case 'lost':
      return {
        what: 'lost',
        text: `what came before is not in this capture (at least ${record.bytes} bytes)`,
        bad: false,
      };
    case 'identified':
      return { what: 'identified', text: `${record.id.serial} (${record.id.mode}), boot ${record.boot}`, bad: false };
  }
}
