/**
 * Requests and responses, both ways: the host encodes requests and parses responses, a device (the simulator's) does the
 * opposite, from the same declarations in `commands.ts`.
 */
import { type BodyForm, type CborMap, decodeBody, encodeBody } from './cbor.ts';
import { SMP_COMMANDS, type SmpCommand, type SmpCommandName } from './commands.ts';
import { MGMT, type SmpError, smpError } from './errors.ts';
import { type SmpFault, smpFault } from './faults.ts';
import { encodePacket, responseOp, SMP_HEADER_BYTES, type SmpHeader, type SmpPacket } from './packet.ts';
import { Mismatch } from './shape.ts';

export interface RequestOptions {
  /** 0..255; another one than the request's before. */
  readonly sequence: number;
  /** Which form of errors is wanted; servers that know only 0 answer in it. Default 1. */
  readonly version?: SmpHeader['version'];
  readonly form?: BodyForm;
}

/** The packet. Throws RangeError naming the field and value that does not fit. */
export function encodeRequest<Q>(command: SmpCommand<Q, unknown>, request: Q, options: RequestOptions): Uint8Array {
  const { sequence, version = 1, form = 'definite' } = options;
  const body = encodeBody(command.request.write(request, command.name) as CborMap, form);
  return encodePacket(requestHeader(command, sequence, version), body);
}

export function requestHeader(
  command: SmpCommand<unknown, unknown>,
  sequence: number,
  version: SmpHeader['version'] = 1,
): SmpHeader {
  return { op: command.op, version, flags: 0, group: command.group, sequence, command: command.command };
}

export interface SmpOk<S> {
  readonly kind: 'ok';
  readonly value: S;
}

/** The device understood and refused. */
export interface SmpRefusal {
  readonly kind: 'refused';
  readonly error: SmpError;
}

/**
 * What the device answered. Takes both forms of errors whatever the version says, and `rc` 0 for success. A packet that is
 * no response to `command` is a `bad-header`; compare the sequence with `isResponseTo` before. Never throws.
 */
export function parseResponse<S>(command: SmpCommand<unknown, S>, packet: SmpPacket): SmpOk<S> | SmpRefusal | SmpFault {
  const bytes = SMP_HEADER_BYTES + packet.body.length;
  if (packet.op !== responseOp(command.op) || packet.group !== command.group || packet.command !== command.command) {
    const got = `${packet.op} ${packet.group}/${packet.command}`;
    return smpFault('bad-header', bytes, `expected the response to ${command.name}, got ${got}`);
  }
  const body = decodeBody(packet.body);
  if (typeof body === 'string') return smpFault('bad-body', bytes, `${command.name}: ${body}`);
  const error = errorIn(body);
  if (typeof error === 'string') return smpFault('bad-field', bytes, `${command.name}: ${error}`);
  if (error !== null) return { kind: 'refused', error };
  return guarded(bytes, () => ({ kind: 'ok', value: command.response.read(body, command.name) }));
}

/** The error that a body holds, `null` for none, a text when it is unreadable. */
function errorIn(body: CborMap): SmpError | null | string {
  const err = body.get('err');
  if (err !== undefined) {
    const group = err instanceof Map ? err.get('group') : undefined;
    const rc = err instanceof Map ? err.get('rc') : undefined;
    if (!Number.isSafeInteger(group) || !Number.isSafeInteger(rc)) return 'err: expected a map with group and rc';
    return rc === 0 ? null : smpError(group as number, rc as number, null);
  }
  const rc = body.get('rc');
  if (rc === undefined || rc === 0) return null;
  if (!Number.isSafeInteger(rc)) return 'rc: expected a whole number';
  const reason = body.get('rsn');
  return smpError(null, rc as number, typeof reason === 'string' ? reason.slice(0, 240) : null);
}

export interface SmpRequest {
  readonly kind: 'request';
  readonly command: SmpCommandName;
  readonly value: unknown;
}

const BY_PLACE = new Map(
  Object.entries(SMP_COMMANDS).map(([name, { op, group, command }]) => [`${op} ${group} ${command}`, name]),
);

/**
 * For a server: which command it is, and its request. `unknown` for a command that is not declared, which a server refuses
 * with `MGMT.notSupported`. Never throws.
 */
export function parseRequest(packet: SmpPacket): SmpRequest | { readonly kind: 'unknown' } | SmpFault {
  const name = BY_PLACE.get(`${packet.op} ${packet.group} ${packet.command}`) as SmpCommandName | undefined;
  if (name === undefined) return { kind: 'unknown' };
  const bytes = SMP_HEADER_BYTES + packet.body.length;
  // A request without fields may come without a body.
  const body: CborMap | string = packet.body.length === 0 ? new Map() : decodeBody(packet.body);
  if (typeof body === 'string') return smpFault('bad-body', bytes, `${name}: ${body}`);
  return guarded(bytes, () => ({ kind: 'request', command: name, value: SMP_COMMANDS[name].request.read(body, name) }));
}

export interface ResponseOptions {
  readonly form?: BodyForm;
  /** `when-error`: as Zephyr does. `always`: a success begins with `rc` 0, as bootloaders and old servers do. */
  readonly rc?: 'when-error' | 'always';
}

/** The packet that answers `request` with success. Throws RangeError naming the field and value that does not fit. */
export function encodeResponse<S>(
  command: SmpCommand<unknown, S>,
  request: SmpHeader,
  response: S,
  { form = 'indefinite', rc = 'when-error' }: ResponseOptions = {},
): Uint8Array {
  const fields = command.response.write(response, command.name) as CborMap;
  const body = rc === 'always' ? new Map<unknown, unknown>([['rc', 0], ...fields]) : fields;
  return encodePacket({ ...request, op: responseOp(request.op) }, encodeBody(body, form));
}

/**
 * The packet that refuses `request`. An error of a group (`group` not `null`) is told in version 0 by the generic code
 * that comes closest, as Zephyr does: `inVersion0`.
 */
export function encodeRefusal(
  request: SmpHeader,
  error: { readonly group: number | null; readonly code: number; readonly inVersion0?: number },
  form: BodyForm = 'indefinite',
): Uint8Array {
  const { group, code } = error;
  const body: CborMap =
    group === null || request.version === 0
      ? new Map([['rc', group === null ? code : (error.inVersion0 ?? MGMT.unknown)]])
      : new Map([
          [
            'err',
            new Map([
              ['group', group],
              ['rc', code],
            ]),
          ],
        ]);
  return encodePacket({ ...request, op: responseOp(request.op) }, encodeBody(body, form));
}

/**
 * Bytes of `data` that fit an upload request for a device with `bufferBytes` (from `params`; 4 stay free for the frame's
 * length and CRC). 0 when not even one does. Throws RangeError when the rest of the request does not fit the declaration.
 */
export function uploadRoom(
  bufferBytes: number,
  request: Parameters<typeof SMP_COMMANDS.upload.request.write>[0],
): number {
  const packetWith = (data: number) =>
    encodeRequest(SMP_COMMANDS.upload, { ...request, data: new Uint8Array(data) }, { sequence: 0 }).length;
  const most = bufferBytes - 4;
  // The head of the byte string grows from 1 to 3 bytes with its length.
  let room = Math.max(0, Math.min(0xffff, most - packetWith(0)));
  while (room > 0 && packetWith(room) > most) room--;
  return room;
}

function guarded<T>(bytes: number, read: () => T): T | SmpFault {
  try {
    return read();
  } catch (error) {
    if (error instanceof Mismatch) return smpFault('bad-field', bytes, error.message);
    throw error;
  }
}
