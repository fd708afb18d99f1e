/** A simulated station's firmware without a station: a wire and a clock, and the least that a client can be. */
import { createHash } from 'node:crypto';
import {
  encodeFrames,
  encodeRequest,
  parseResponse,
  type RequestOf,
  type ResponseOf,
  requestHeader,
  SMP_COMMANDS,
  type SmpCommand,
  type SmpCommandName,
  type SmpPacket,
  SmpReassembler,
} from '../../../protocols/smp/index.ts';
import { buildImage, type ImageSpec } from '../../../simulator/firmware/image-builder.ts';
import type { FirmwareOptions } from '../../../simulator/firmware/options.ts';
import { newSigningKey } from '../../../simulator/firmware/signing.ts';
import { FirmwareTarget } from '../../../simulator/firmware/target.ts';
import { seededRandom } from '../../../simulator/random.ts';

export const KEY = newSigningKey('ed25519');
const TRUSTED = [KEY.publicKey];
const version = (major: number, minor = 0, revision = 0, build = 0) => ({ major, minor, revision, build });

/** A small image for the bench's stations. */
export function smallImage(minor: number, more: Partial<ImageSpec> = {}): Buffer {
  return buildImage({ version: version(1, minor), hardwareRevisions: ['SIM-A'], bodyBytes: 2500, key: KEY, ...more });
}

type Commands = typeof SMP_COMMANDS;
type Answered<N extends SmpCommandName> = { ok: ResponseOf<Commands[N]> } | { refused: string } | 'silence';

/** `refused`: `group/code`, or `rc code`. */
export class Bench {
  readonly target: FirmwareTarget;
  /** Lines that came from the target since they were last looked at, LF included. */
  readonly lines: Buffer[] = [];
  readonly host: string[] = [];
  nowMs = 0;
  sequence = 0;

  constructor(options: FirmwareOptions = {}) {
    this.target = new FirmwareTarget({ trustedKeys: TRUSTED, ...options }, seededRandom(1), {
      send: (bytes) => this.lines.push(Buffer.from(bytes)),
      applicationEnded: (atMs) => this.host.push(`ended ${atMs}`),
      applicationStarted: (atMs) => this.host.push(`started ${atMs}`),
    });
  }

  pass(ms: number): this {
    this.nowMs += ms;
    this.target.live(this.nowMs);
    return this;
  }

  /** Frames or other lines, as they are. */
  hear(frames: readonly Uint8Array[]): void {
    for (const frame of frames) this.target.hear(frame.subarray(0, -1), this.nowMs);
  }

  takeLines(): Buffer[] {
    return this.lines.splice(0);
  }

  /** Packets among the lines that came. */
  takePackets(): SmpPacket[] {
    const reassembler = new SmpReassembler();
    return this.takeLines()
      .flatMap((line) => reassembler.push(line.subarray(0, -1)))
      .filter((outcome) => outcome.kind === 'packet');
  }

  /** The raw answer to a raw request. */
  exchange(frames: readonly Uint8Array[], waitMs = 5000): SmpPacket | null {
    this.takeLines();
    this.hear(frames);
    // In small steps, so that an answer is not followed by a reset within the same wait.
    for (let waited = 0; waited < waitMs; waited += 1) {
      this.pass(1);
      const [packet] = this.lines.length > 0 ? this.takePackets() : [];
      if (packet) return packet;
    }
    return null;
  }

  ask<N extends SmpCommandName>(name: N, request: RequestOf<Commands[N]>, waitMs?: number): Answered<N> {
    this.sequence = (this.sequence + 1) & 0xff;
    const command = SMP_COMMANDS[name] as unknown as SmpCommand<unknown, ResponseOf<Commands[N]>>;
    const header = requestHeader(command, this.sequence);
    const packet = this.exchange(encodeFrames(encodeRequest(command, request, { sequence: this.sequence })), waitMs);
    if (packet === null || packet.sequence !== header.sequence) return 'silence';
    const outcome = parseResponse(command, packet);
    if (outcome.kind === 'ok') return { ok: outcome.value };
    if (outcome.kind === 'fault') throw new Error(outcome.detail);
    return {
      refused:
        outcome.error.group === null ? `rc ${outcome.error.code}` : `${outcome.error.group}/${outcome.error.code}`,
    };
  }

  /** Follows the device's offsets up to `until`; `false` when the device refuses or falls silent. */
  upload(image: Uint8Array, pieceBytes = 300, until = image.length): boolean {
    const first = { imageBytes: image.length, fileSha256: createHash('sha256').update(image).digest() };
    for (let offset = 0, tries = 0; offset < until; tries++) {
      const data = image.subarray(offset, offset + pieceBytes);
      const answer = this.ask('upload', offset === 0 ? { offset, ...first, data } : { offset, data }, 3000);
      if (answer === 'silence' || !('ok' in answer) || tries > 2000) return false;
      offset = answer.ok.offset;
    }
    return true;
  }

  /** Slot, version and flags of every image in one text each: `0 1.0.0 active confirmed`. */
  images(): string[] {
    const answer = this.ask('imageState', {});
    if (answer === 'silence' || !('ok' in answer)) return [String(answer === 'silence' ? answer : answer.refused)];
    return answer.ok.images.map((image) =>
      [
        image.slot,
        image.version,
        ...(['active', 'confirmed', 'pending', 'permanent'] as const).filter((f) => image[f]),
      ].join(' '),
    );
  }

  hashOf(slot: number): Uint8Array {
    const answer = this.ask('imageState', {});
    const image = answer !== 'silence' && 'ok' in answer ? answer.ok.images.find((i) => i.slot === slot) : undefined;
    return image?.hash ?? new Uint8Array(32);
  }

  reset(): this {
    this.ask('reset', {});
    return this.pass(20_000);
  }
}
