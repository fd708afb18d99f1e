/**
 * One SMP server on the wire: frames in, requests into the receiver's buffers, one served after the other, answers out in
 * frames. It ends with a reset; what it had is then lost.
 */
import {
  encodeFrames,
  encodeRefusal,
  encodeResponse,
  MGMT,
  parseRequest,
  SMP_COMMANDS,
  type SmpCommand,
  type SmpCommandName,
  type SmpPacket,
  SmpReassembler,
} from '../../protocols/smp/index.ts';
import type { FirmwareFaults } from './faults.ts';
import type { Schedule } from './schedule.ts';
import type { Answer, Server } from './servers.ts';

export interface EndpointDeps {
  readonly server: Server;
  readonly faults: FirmwareFaults;
  readonly schedule: Schedule;
  readonly serviceMs: number;
  readonly continuationBytes: number;
  /** Whole frames, each with its LF. */
  send(frame: Uint8Array, nowMs: number): void;
  /** A request that was not refused is being served, until `doneMs`. */
  served(command: SmpCommandName, doneMs: number): void;
  /** Its answer is on its way. */
  resetAsked(to: 'application' | 'recovery', nowMs: number): void;
}

const NEWEST_VERSION = 1;

export class Endpoint {
  readonly #deps: EndpointDeps;
  readonly #reassembler: SmpReassembler;
  #inbox: SmpPacket[] = [];
  #isServing = false;

  constructor(deps: EndpointDeps) {
    this.#deps = deps;
    this.#reassembler = new SmpReassembler(deps.server.params.bufferBytes);
  }

  /** A line without its LF. What cannot be read is dropped without a word, as Zephyr does. */
  hear(line: Uint8Array, nowMs: number): void {
    for (const outcome of this.#reassembler.push(line)) {
      if (outcome.kind !== 'packet' || (outcome.op !== 'read' && outcome.op !== 'write')) continue;
      // A receiver without a free buffer loses what comes.
      if (this.#inbox.length + (this.#isServing ? 1 : 0) >= this.#deps.server.params.bufferCount) continue;
      this.#inbox.push(outcome);
      if (!this.#isServing) this.#serve(nowMs);
    }
  }

  /** Half a packet of somebody who is gone is nobody's. */
  freshWire(): void {
    this.#reassembler.reset();
  }

  #serve(nowMs: number): void {
    const packet = this.#inbox.shift();
    this.#isServing = packet !== undefined;
    if (packet === undefined) return;
    const { schedule, faults, serviceMs } = this.#deps;
    const { name, answer } = this.#answer(packet);
    const doneMs = nowMs + serviceMs + (answer.tookMs ?? 0);
    if (name !== null && answer.kind === 'value') this.#deps.served(name, doneMs);
    schedule.at(doneMs, (atMs) => {
      if (!faults.strikes('lost-reply')) this.#send(this.#encode(packet, name, answer), atMs);
      if (answer.resetTo !== undefined) this.#deps.resetAsked(answer.resetTo, atMs);
      this.#serve(atMs);
    });
  }

  #answer(packet: SmpPacket): { readonly name: SmpCommandName | null; readonly answer: Answer } {
    const refuse = (code: number) => ({ name: null, answer: { kind: 'error', group: null, code } as const });
    if (packet.version > NEWEST_VERSION) return refuse(MGMT.tooNew);
    if (this.#deps.faults.isBusy()) return refuse(MGMT.busy);
    const request = parseRequest(packet);
    const isThere = request.kind !== 'request' || !this.#deps.faults.isWithout(request.command);
    if (request.kind === 'unknown' || !isThere) return refuse(MGMT.notSupported);
    if (request.kind === 'fault') return refuse(MGMT.invalid);
    return { name: request.command, answer: this.#deps.server.answer(request.command, request.value) };
  }

  #encode(packet: SmpPacket, name: SmpCommandName | null, answer: Answer): Uint8Array {
    const { faults, server } = this.#deps;
    const version = faults.has('smp-version-0') ? 0 : (Math.min(packet.version, NEWEST_VERSION) as 0 | 1);
    const header = { ...packet, version };
    if (answer.kind === 'error') return encodeRefusal(header, answer);
    const rc = faults.has('rc-zero') ? 'always' : (answer.rc ?? 'when-error');
    const command = SMP_COMMANDS[name as SmpCommandName] as unknown as SmpCommand<unknown, object>;
    const response = encodeResponse(command, header, answer.value, { rc });
    if (response.length <= server.params.bufferBytes) return response;
    return encodeRefusal(header, { group: null, code: MGMT.tooLarge });
  }

  #send(packet: Uint8Array, nowMs: number): void {
    for (const frame of encodeFrames(packet, this.#deps.continuationBytes)) this.#deps.send(frame, nowMs);
  }
}
