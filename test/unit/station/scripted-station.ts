/** A station that says exactly what a test tells it to, on whatever carries bytes. No behaviour of its own but answers. */
import { decodeLine, encodeLine, sealLine } from '../../../protocols/hrsp/codec.ts';
import type { CommandRequest, HrspMessage, Identification } from '../../../protocols/hrsp/messages.ts';
import { CHANNELS } from '../../../protocols/reading.ts';

export interface Script {
  readonly serial?: string;
  readonly bootId?: string;
  readonly protocol?: { major: number; minor: number };
  readonly rateHz?: number;
  readonly firstSeq?: number;
  readonly mode?: Identification['mode'];
  readonly answers?: 'all' | 'identify-only' | 'none';
}

export class ScriptedStation {
  serial: string;
  bootId: string;
  seq: number;
  tick = 0;
  rateHz: number;
  answers: 'all' | 'identify-only' | 'none';
  readonly commands: CommandRequest[] = [];
  readonly #script: Script;
  readonly #send: (text: string) => void;
  #heard = '';

  constructor(script: Script, send: (text: string) => void) {
    this.#script = script;
    this.#send = send;
    this.serial = script.serial ?? 'HAI-0001';
    this.bootId = script.bootId ?? 'A1B2C3D4';
    this.seq = script.firstSeq ?? 0;
    this.rateHz = script.rateHz ?? 10;
    this.answers = script.answers ?? 'all';
  }

  /** Restart of the device: new boot id, numbers and ticks from 0. */
  boot(bootId: string): void {
    this.bootId = bootId;
    this.seq = 0;
    this.tick = 0;
  }

  line(message: HrspMessage): string {
    const text = encodeLine({ bootId: this.bootId, seq: this.seq, tick: this.tick }, message);
    this.seq = (this.seq + 1) >>> 0;
    return text;
  }

  say(message: HrspMessage): void {
    this.#send(this.line(message));
  }

  raw(text: string): void {
    this.#send(text);
  }

  /** A line of a type nobody knows, with a right checksum. */
  unknown(): string {
    const text = sealLine(`NEW,${this.bootId},${this.seq},${this.tick},1,2`);
    this.seq = (this.seq + 1) >>> 0;
    return text;
  }

  /** One telemetry line; the device's tick moves on by one period. */
  telemetry(volume: number | null, flags = 0): string {
    const values = CHANNELS.map((c) => (c.name === 'reservoirVolume' ? volume : null));
    const text = this.line({ type: 'TEL', values, flags });
    this.tick = (this.tick + Math.round(1000 / this.rateHz)) >>> 0;
    return text;
  }

  identification(): Identification {
    return {
      type: 'ID',
      serial: this.serial,
      hardwareRevision: 'B',
      firmwareVersion: '1.2.3',
      protocol: this.#script.protocol ?? { major: 1, minor: 0 },
      mode: this.#script.mode ?? 'clinical',
      rateHz: this.rateHz,
      instruments: [{ kind: 'scale', model: 'S1', serial: '77', channels: ['MAS', 'VOL'] }],
    };
  }

  /** Bytes from the bridge. */
  hear(bytes: Uint8Array): void {
    this.#heard += Buffer.from(bytes).toString('latin1');
    for (;;) {
      const end = this.#heard.indexOf('\n');
      if (end < 0) return;
      const line = Buffer.from(this.#heard.slice(0, end), 'latin1');
      this.#heard = this.#heard.slice(end + 1);
      const frame = decodeLine(line);
      if (frame.kind === 'message' && frame.message.type === 'CMD') this.#answer(frame.message);
    }
  }

  #answer(request: CommandRequest): void {
    this.commands.push(request);
    const { command, correlation } = request;
    if (this.answers === 'none' || (this.answers === 'identify-only' && command.name !== 'identify')) return;
    if (command.name === 'identify') this.say(this.identification());
    this.say({ type: 'ACK', correlation, result: '' });
  }
}
