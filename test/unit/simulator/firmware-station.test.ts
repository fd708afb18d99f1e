/** Firmware on the wire of a simulated station, beside its telemetry, in simulated time. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LineGuard } from '../../../protocols/framing.ts';
import {
  encodeFrames,
  encodeRequest,
  parseResponse,
  type RequestOf,
  SMP_COMMANDS,
  type SmpCommand,
  type SmpCommandName,
  type SmpPacket,
  SmpReassembler,
  smpLineKind,
  uploadRoom,
} from '../../../protocols/smp/index.ts';
import { parseFirmwareFault } from '../../../simulator/firmware/faults.ts';
import { buildImage } from '../../../simulator/firmware/image-builder.ts';
import { Ledger } from '../../../simulator/ledger.ts';
import { findScenario } from '../../../simulator/scenarios/index.ts';
import { Station, type StationOptions } from '../../../simulator/station.ts';
import { onPort } from '../../../simulator/transmitter.ts';
import { KEY, smallImage } from './firmware-bench.ts';
import { commandLine, MemoryPort, parseLine } from './memory-port.ts';

const TICK_MS = 10;
const TRUSTED = [KEY.publicKey];

class Wire {
  readonly port = new MemoryPort();
  readonly station: Station;
  nowMs = 0;
  /** HRSP lines since they were last taken. */
  hrsp: string[][] = [];
  packets: SmpPacket[] = [];
  text: string[] = [];
  private readonly guard = new LineGuard(512, () => {});
  private readonly reassembler = new SmpReassembler();

  constructor(options: Partial<StationOptions> = {}) {
    const ledger = new Ledger(null);
    this.station = new Station({
      ...{ serial: 'SIM-0001', index: 0, seed: 5, faults: [], rateHz: 10, speed: 1, ledger },
      voice: onPort(this.port, ledger, options.baud ?? null),
      scenario: findScenario('idle'),
      ...options,
      firmware: { trustedKeys: TRUSTED, ...options.firmware },
    });
  }

  pass(ms: number): this {
    for (const until = this.nowMs + ms; this.nowMs < until; ) {
      this.nowMs += TICK_MS;
      this.station.advance(this.nowMs);
      this.read();
    }
    return this;
  }

  send(...chunks: Uint8Array[]): this {
    for (const chunk of chunks) this.station.receive(chunk, this.nowMs);
    this.read();
    return this;
  }

  request<N extends SmpCommandName>(name: N, request: RequestOf<(typeof SMP_COMMANDS)[N]>, sequence = 1): this {
    const command = SMP_COMMANDS[name] as unknown as SmpCommand<unknown, unknown>;
    return this.send(...encodeFrames(encodeRequest(command, request, { sequence })));
  }

  /** Piece by piece, each after the answer to the one before. */
  upload(image: Uint8Array): this {
    const first = { imageBytes: image.length, fileSha256: createHash('sha256').update(image).digest() };
    for (let offset = 0; offset < image.length; ) {
      const data = image.subarray(offset, offset + 250);
      this.packets = [];
      this.request('upload', offset === 0 ? { offset, ...first, data } : { offset, data });
      while (this.packets.length === 0) this.pass(TICK_MS);
      offset = offsetOf(this.packets[0] as SmpPacket);
    }
    return this;
  }

  test(): this {
    const hash = this.station.firmware.flash.secondary.image?.hash?.value as Uint8Array;
    return this.request('setImageState', { hash, confirm: false }).pass(100);
  }

  take(type: string): string[][] {
    const taken = this.hrsp.filter((fields) => fields[0] === type);
    this.hrsp = [];
    return taken;
  }

  private read(): void {
    const lines = this.guard.push(Buffer.from(this.port.writes.splice(0).join(''), 'latin1'));
    for (const line of (lines === null ? '' : Buffer.from(lines).toString('latin1')).split('\n').slice(0, -1)) {
      const bytes = Buffer.from(line, 'latin1');
      const fields = parseLine(line.replace(/\r$/, ''));
      if (fields !== null) this.hrsp.push(fields);
      else if (smpLineKind(bytes) === 'other') this.text.push(line);
      else this.packets.push(...this.reassembler.push(bytes).filter((o) => o.kind === 'packet'));
    }
  }
}

function offsetOf(packet: SmpPacket): number {
  const outcome = parseResponse(SMP_COMMANDS.upload, packet);
  return outcome.kind === 'ok' ? outcome.value.offset : Number.NaN;
}

describe('a station that receives an image', () => {
  it('says UPDATE, sends heartbeats and no telemetry, and goes on when it has all of it', () => {
    const wire = new Wire().pass(1000);
    wire.hrsp = [];
    const image = smallImage(1);
    wire.request('upload', { offset: 0, imageBytes: image.length, data: image.subarray(0, 250) }).pass(100);
    expect(wire.take('STA').map((f) => f[4])).toEqual(['UPDATE']);
    wire.pass(3000);
    const types = wire.hrsp.map((f) => f[0]);
    expect(types.filter((t) => t === 'HB').length).toBe(3);
    expect(types).not.toContain('TEL');
    wire.upload(image).pass(1000);
    expect(wire.take('STA').map((f) => f[4])).toEqual(['IDLE']);
    expect(wire.pass(1000).take('TEL').length).toBe(10);
  });

  it('sends telemetry all the same when it has no such state', () => {
    const wire = new Wire({ firmware: { telemetry: 'continues' } }).pass(1000);
    wire.hrsp = [];
    wire.upload(smallImage(1));
    expect(wire.hrsp.filter((f) => f[0] === 'STA')).toEqual([]);
    const expected = Math.floor((wire.nowMs - 1000) / 100);
    expect(wire.take('TEL').length).toBeGreaterThanOrEqual(expected - 1);
  });

  it('has another version and another boot id afterwards, and is dark in between', () => {
    const wire = new Wire().pass(1000).upload(smallImage(1)).test();
    const before = wire.take('TEL').concat(wire.pass(200).take('TEL')).at(-1)?.[1];
    wire.request('reset', {}).pass(260);
    wire.hrsp = [];
    // Swap and boot: 33 sectors at 60 ms, and 1.5 s.
    expect(wire.pass(3400).hrsp).toEqual([]);
    wire.pass(1000);
    const [start] = wire.take('STA');
    expect(start?.[4]).toBe('START');
    expect(start?.[1]).not.toBe(before);
    wire.send(commandLine(9, 'IDENTIFY', '1.1'));
    expect(wire.take('ID')[0]?.slice(5, 7)).toEqual(['SIM-A', '1.1.0']);
    expect(wire.request('setImageState', { confirm: true }).pass(50).station.firmware.flash.confirmed).toBe(true);
  });

  it('goes back to the old version when it is switched off and on instead of confirmed', () => {
    const wire = new Wire().upload(smallImage(1)).test().request('reset', {}).pass(6000);
    expect(wire.station.firmware.version).toBe('1.1.0');
    wire.station.reboot();
    wire.pass(6000);
    expect(wire.station.firmware.version).toBe('1.0.0');
    wire.send(commandLine(9, 'IDENTIFY', '1.1'));
    expect(wire.take('ID')[0]?.[6]).toBe('1.0.0');
  });

  it('reports a fault when the new firmware fails its self-test', () => {
    const wire = new Wire({ firmware: { faults: [parseFirmwareFault('self-test')] } });
    wire.upload(smallImage(1)).test().request('reset', {}).pass(6000);
    expect(wire.hrsp.filter((f) => f[0] === 'STA').map((f) => f[4])).toEqual(
      expect.arrayContaining(['START', 'FAULT']),
    );
    expect(wire.hrsp.filter((f) => f[0] === 'ERR').map((f) => f.slice(4))).toEqual([
      ['901', 'ERROR', 'self-test failed after start'],
    ]);
  });
});

describe('a station in its boot loader', () => {
  it('speaks SMP and not HRSP, and hears no commands', () => {
    const wire = new Wire({ firmware: { console: 'noisy' } }).pass(1000);
    wire.request('reset', { bootMode: 1 }).pass(500);
    wire.hrsp = [];
    wire.packets = [];
    wire.send(commandLine(9, 'IDENTIFY', '1.1')).pass(5000);
    wire.request('params', {}).pass(50);
    expect(wire.hrsp).toEqual([]);
    expect(wire.packets.length).toBe(1);
    expect(wire.text.join('\n')).toContain('Enter the serial recovery mode');
    // Quiet is quiet, in the boot loader too.
    wire.station.silence();
    wire.request('params', {}).pass(50);
    expect(wire.packets.length).toBe(1);
    wire.station.resume();
    wire.request('params', {}).pass(50);
    expect(wire.packets.length).toBe(2);
    wire.request('reset', {}).pass(3000);
    expect(wire.take('HB').length).toBeGreaterThan(0);
  });
});

describe('the line', () => {
  it('of 115,200 baud takes its time: 132 kB with four requests under way come in 17 to 25 s', () => {
    const wire = new Wire({ baud: 115_200, firmware: { telemetry: 'continues' } }).pass(500);
    const image = buildImage({ version: { major: 1, minor: 1, revision: 0, build: 0 }, key: KEY, bodyBytes: 131_800 });
    const first = { imageBytes: image.length, fileSha256: createHash('sha256').update(image).digest() };
    const beganMs = wire.nowMs;
    let sent = 0;
    let sequence = 0;
    let under = 0;
    const sendNext = () => {
      const head = sent === 0 ? { offset: 0, ...first } : { offset: sent };
      const data = image.subarray(sent, sent + uploadRoom(384, head));
      wire.request('upload', { ...head, data }, sequence++ & 0xff);
      sent += data.length;
      under++;
    };
    wire.packets = [];
    for (let done = 0; done < image.length && wire.nowMs < 60_000; ) {
      while (under < (sent === 0 ? 1 : 4) && sent < image.length && (done > 0 || sent === 0)) sendNext();
      wire.pass(TICK_MS);
      for (const packet of wire.packets.splice(0)) {
        under--;
        done = offsetOf(packet);
      }
    }
    expect(image.length).toBe(132_456);
    const tookS = (wire.nowMs - beganMs) / 1000;
    expect(tookS).toBeGreaterThan(17);
    expect(tookS).toBeLessThan(25);
    expect(image.equals(wire.station.firmware.flash.secondary.bytes)).toBe(true);
  });

  it('of 9,600 baud carries 12 telemetry lines a second of 50, and the station counts the rest as dropped', () => {
    const wire = new Wire({ baud: 9600, rateHz: 50 }).pass(10_000);
    const lines = wire.hrsp.filter((f) => f[0] === 'TEL').length;
    expect(lines).toBeGreaterThan(100);
    expect(lines).toBeLessThan(150);
    expect(Number(wire.take('HB').at(-1)?.[6])).toBeGreaterThan(200);
  });

  it('that flips bits loses answers and gives no wrong ones', () => {
    const wire = new Wire({ faults: [{ name: 'bit-flip', rate: 0.5 }] });
    let answered = 0;
    for (let i = 0; i < 200; i++) {
      wire.packets = [];
      wire.request('echo', { text: 'abcdefgh' }, i & 0xff).pass(20);
      for (const packet of wire.packets) {
        expect(parseResponse(SMP_COMMANDS.echo, packet)).toEqual({ kind: 'ok', value: { text: 'abcdefgh' } });
        answered++;
      }
    }
    expect(answered).toBeGreaterThan(60);
    expect(answered).toBeLessThan(140);
  });

  it('does not depend on how often the station is called', () => {
    const run = (tickMs: number) => {
      const ledger = new Ledger(null);
      const port = new MemoryPort();
      const station = new Station({
        ...{ serial: 'S', index: 0, seed: 5, faults: [], rateHz: 10, speed: 1, ledger, scenario: findScenario('idle') },
        voice: onPort(port, ledger),
        firmware: { console: 'noisy' },
      });
      station.advance(1000);
      station.receive(Buffer.concat(encodeFrames(encodeRequest(SMP_COMMANDS.reset, {}, { sequence: 1 }))), 1000);
      for (let ms = 1000; ms <= 10_000; ms += tickMs) station.advance(ms);
      station.advance(10_000);
      return port.text;
    };
    expect(run(7)).toBe(run(2500));
  });
});
