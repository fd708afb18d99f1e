/**
 * Questions and answers over a leased wire: asks become frames, frames become answers. Keeps no time: whoever asks knows
 * how long to wait. What answers nothing that is open (twice, too late, another's) is counted and dropped.
 */
import {
  encodeFrames,
  encodeRequest,
  type ImageState,
  isResponseTo,
  MGMT,
  parseResponse,
  requestHeader,
  SMP_COMMANDS,
  type SmpCommand,
  type SmpHeader,
  type SmpPacket,
  SmpReassembler,
} from '../../protocols/smp/index.ts';
import type { Answer, Ask, SlotState } from './update/words.ts';

export interface ImageSource {
  /** The whole file. */
  readonly bytes: Uint8Array;
  /** SHA-256 of it. */
  readonly sha256: Uint8Array;
}

export interface ConversationCounters {
  sent: number;
  answered: number;
  /** Packets that could not be read: damaged, or not what they should be. */
  damaged: number;
  /** Answers to nothing that was open. */
  unexpected: number;
}

interface Open {
  readonly id: number;
  readonly ask: Ask;
  readonly header: SmpHeader;
}

const SEQUENCES = 256;
const MOST_OPEN = 64;
const RECOVERY_BOOT_MODE = 1;
const NOTHING: ImageSource = { bytes: new Uint8Array(), sha256: new Uint8Array(32) };

export class Conversation {
  readonly counters: ConversationCounters = { sent: 0, answered: 0, damaged: 0, unexpected: 0 };
  readonly #write: (lines: Uint8Array) => void;
  readonly #answered: (id: number, answer: Answer) => void;
  readonly #image: ImageSource;
  #reassembler = new SmpReassembler();
  #open: Open[] = [];
  #sequence: number;
  /** Old servers know 0 only, and say so. */
  #version: 0 | 1 = 1;

  /** `firstSequence` at random, so that answers to an earlier conversation are told apart. */
  constructor(deps: {
    readonly write: (lines: Uint8Array) => void;
    readonly answered: (id: number, answer: Answer) => void;
    readonly image?: ImageSource;
    readonly firstSequence: number;
  }) {
    this.#write = deps.write;
    this.#answered = deps.answered;
    this.#image = deps.image ?? NOTHING;
    this.#sequence = deps.firstSequence % SEQUENCES;
  }

  ask(id: number, ask: Ask): void {
    this.#sequence = (this.#sequence + 1) % SEQUENCES;
    const sequence = this.#sequence;
    const options = { sequence, version: this.#version };
    const { command, packet } = this.#request(ask, options);
    this.#open.push({ id, ask, header: requestHeader(command, sequence, this.#version) });
    if (this.#open.length > MOST_OPEN) this.#open.shift();
    this.counters.sent++;
    this.#write(Buffer.concat(encodeFrames(packet)));
  }

  /** A line of the wire that is not HRSP, without its LF. */
  line(line: Uint8Array): void {
    for (const outcome of this.#reassembler.push(line)) {
      if (outcome.kind === 'fault') this.counters.damaged++;
      else this.#packet(outcome);
    }
  }

  /** A fresh stream: nothing that was asked before will be answered. */
  opened(): void {
    this.#reassembler = new SmpReassembler();
    this.#open = [];
  }

  #packet(packet: SmpPacket): void {
    const at = this.#open.findIndex(({ header }) => isResponseTo(header, packet));
    const open = this.#open[at];
    if (open === undefined) {
      this.counters.unexpected++;
      return;
    }
    this.#open.splice(at, 1);
    const answer = readAnswer(open.ask, packet);
    if (answer === null) this.counters.damaged++;
    else if (this.#isTooNew(answer)) {
      this.#version = 0;
      this.ask(open.id, open.ask);
    } else {
      this.counters.answered++;
      this.#answered(open.id, answer);
    }
  }

  #isTooNew(answer: Answer): boolean {
    if (answer.op !== 'error' || this.#version === 0) return false;
    return answer.error.group === null && answer.error.code === MGMT.tooNew;
  }

  #request(ask: Ask, options: { sequence: number; version: 0 | 1 }): Request {
    const { bytes, sha256 } = this.#image;
    switch (ask.op) {
      case 'params':
        return request(SMP_COMMANDS.params, {}, options);
      case 'state':
        return request(SMP_COMMANDS.imageState, {}, options);
      case 'slots':
        return request(SMP_COMMANDS.slotInfo, {}, options);
      case 'bootloader':
        return request(SMP_COMMANDS.bootloaderInfo, {}, options);
      case 'mode':
        return request(SMP_COMMANDS.bootloaderInfo, { query: 'mode' }, options);
      case 'upload': {
        const data = bytes.subarray(ask.off, ask.off + ask.bytes);
        const piece = { offset: ask.off, data };
        const first = { imageBytes: bytes.length, fileSha256: sha256 };
        return request(SMP_COMMANDS.upload, ask.first ? { ...piece, ...first } : piece, options);
      }
      case 'test':
      case 'confirm': {
        const hash = Buffer.from(ask.hash, 'hex');
        return request(SMP_COMMANDS.setImageState, { hash, confirm: ask.op === 'confirm' }, options);
      }
      case 'erase':
        return request(SMP_COMMANDS.erase, {}, options);
      case 'reset':
        return request(SMP_COMMANDS.reset, ask.into === 'recovery' ? { bootMode: RECOVERY_BOOT_MODE } : {}, options);
    }
  }
}

interface Request {
  readonly command: SmpCommand<unknown, unknown>;
  readonly packet: Uint8Array;
}

function request<Q, S>(
  command: SmpCommand<Q, S>,
  value: Q,
  options: { readonly sequence: number; readonly version: 0 | 1 },
): Request {
  return { command: command as SmpCommand<unknown, unknown>, packet: encodeRequest(command, value, options) };
}

/** `null` when the packet cannot be read. */
function readAnswer(ask: Ask, packet: SmpPacket): Answer | null {
  switch (ask.op) {
    case 'params':
      return read(SMP_COMMANDS.params, packet, ({ bufferBytes, bufferCount }) => ({
        op: 'params',
        bufferBytes,
        bufferCount,
      }));
    case 'state':
      return read(SMP_COMMANDS.imageState, packet, stateAnswer);
    case 'slots':
      return read(SMP_COMMANDS.slotInfo, packet, ({ images }) => {
        const slots = images.find(({ image }) => image === 0)?.slots ?? [];
        const bytes: number[] = [];
        for (const { slot, sizeBytes } of slots) bytes[slot] = sizeBytes ?? 0;
        return { op: 'slots', bytes: Array.from(bytes, (size) => size ?? 0) };
      });
    case 'bootloader':
      return read(SMP_COMMANDS.bootloaderInfo, packet, ({ bootloader }) => ({
        op: 'bootloader',
        name: bootloader ?? null,
      }));
    case 'mode':
      return read(SMP_COMMANDS.bootloaderInfo, packet, ({ mode }) => ({ op: 'mode', mode: mode ?? null }));
    case 'upload':
      return read(SMP_COMMANDS.upload, packet, ({ offset, match }) => ({
        op: 'upload',
        off: offset,
        match: match ?? null,
      }));
    case 'test':
    case 'confirm':
      return read(SMP_COMMANDS.setImageState, packet, () => DONE);
    case 'erase':
      return read(SMP_COMMANDS.erase, packet, () => DONE);
    case 'reset':
      return read(SMP_COMMANDS.reset, packet, () => DONE);
  }
}

const DONE: Answer = { op: 'done' };

function read<Q, S>(command: SmpCommand<Q, S>, packet: SmpPacket, take: (value: S) => Answer): Answer | null {
  const response = parseResponse(command as SmpCommand<unknown, S>, packet);
  if (response.kind === 'fault') return null;
  return response.kind === 'refused' ? { op: 'error', error: response.error } : take(response.value);
}

/** A bootloader leaves the flags out; an application has an image that runs, and says so. */
function stateAnswer({ images }: ImageState): Answer {
  const flagged = images.some((i) => i.active !== undefined || i.confirmed !== undefined || i.bootable !== undefined);
  return {
    op: 'state',
    recovery: !flagged,
    slots: images.map(
      (entry): SlotState => ({
        image: entry.image ?? 0,
        slot: entry.slot,
        version: entry.version,
        hash: entry.hash === undefined ? null : Buffer.from(entry.hash).toString('hex'),
        bootable: entry.bootable ?? false,
        pending: entry.pending ?? false,
        confirmed: entry.confirmed ?? false,
        active: entry.active ?? false,
        permanent: entry.permanent ?? false,
      }),
    ),
  };
}
