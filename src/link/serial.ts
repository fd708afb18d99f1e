/** A serial port, by `serialport`. */
import { readSync } from 'node:fs';
import { SerialPort } from 'serialport';
import type { LinkConfig } from '../config.ts';
import { explainLinkError } from './failures.ts';
import { type Link, LinkFailure, type LinkHandlers } from './link.ts';
import { watchPresence } from './presence.ts';

export type SerialSettings = Omit<LinkConfig, 'url' | 'rateHz'>;

/**
 * Each read costs the same, whatever it brings: measured, a line per read costs 2.5 times the CPU of a few lines per read.
 * Under load this lets some ms of bytes gather; a slow line loses nothing, for the pause counts from the read before. The
 * kernel holds 4 kB, which a fast line must not fill by more than half.
 */
const READ_EVERY_MS = 16;
const MOST_READ_BYTES = 65_536;
const MOST_GATHERED_BYTES = 2048;
/** Start bit, eight data bits, stop bit. */
const BITS_PER_BYTE = 10;

export function readPauseMs(baudRate: number): number {
  return Math.min(READ_EVERY_MS, (MOST_GATHERED_BYTES * BITS_PER_BYTE * 1000) / baudRate);
}

/** The library's reads go through the thread pool, which costs ten times the read itself; where bytes have gathered, none need wait there. */
class PacedPort extends SerialPort {
  readonly #gathered = Buffer.allocUnsafe(MOST_READ_BYTES);
  #readMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  override _read(size: number): void {
    const waitMs = this.#readMs + readPauseMs(this.baudRate) - performance.now();
    if (waitMs > 0) {
      this.#timer = setTimeout(() => {
        this.#readMs = performance.now();
        if (!this.#pushGathered()) super._read(size);
      }, waitMs);
      return;
    }
    this.#readMs = performance.now();
    super._read(size);
  }

  stopReading(): void {
    clearTimeout(this.#timer);
  }

  /** `false`: there is nothing yet, or something is wrong; the library's own way of reading waits for it, or says it. */
  #pushGathered(): boolean {
    const { port } = this;
    // The library opens a descriptor so that it never blocks; on Windows its number is not one.
    if (process.platform === 'win32' || !port?.isOpen || !('fd' in port) || typeof port.fd !== 'number') return false;
    try {
      const count = readSync(port.fd, this.#gathered, 0, MOST_READ_BYTES, null);
      if (count > 0) this.push(Buffer.from(this.#gathered.subarray(0, count)));
      return count > 0;
    } catch {
      return false;
    }
  }
}

export class SerialLink implements Link {
  readonly name: string;
  readonly #settings: SerialSettings;
  #port: PacedPort | null = null;

  /** `path` as the operating system names it: `/dev/serial/by-path/...`, `/dev/ttyUSB0`, `COM3`. */
  constructor(path: string, settings: SerialSettings) {
    this.name = path;
    this.#settings = settings;
  }

  async open(handlers: LinkHandlers): Promise<void> {
    let port: PacedPort;
    try {
      port = this.#make();
      await new Promise<void>((done, fail) => port.open((error) => (error ? fail(error) : done())));
    } catch (error) {
      throw explainLinkError('serial', this.name, error);
    }
    const gone = (error: Error | null) => {
      presence.stop();
      port.stopReading();
      if (this.#port !== port) return;
      this.#port = null;
      handlers.closed(explainLinkError('serial', this.name, error ?? new Error('disconnected')));
    };
    const abandon = (error: Error) => {
      gone(error);
      if (port.isOpen) port.close(() => {});
    };
    this.#port = port;
    const presence = watchPresence(this.name, () => abandon(new Error('disconnected')));
    port.on('close', gone);
    port.on('error', abandon);
    port.on('data', (chunk: Buffer) => {
      if (this.#port === port) handlers.bytes(chunk);
    });
  }

  /** A new object at every open: nothing buffered in an old one can leak into the new stream. */
  #make(): PacedPort {
    const { baudRate, dataBits, stopBits, parity, flowControl } = this.#settings;
    return new PacedPort({
      path: this.name,
      baudRate,
      dataBits,
      stopBits,
      parity,
      rtscts: flowControl === 'rts-cts',
      xon: flowControl === 'xon-xoff',
      xoff: flowControl === 'xon-xoff',
      // Lowering DTR at close resets many boards when the port is opened again.
      hupcl: false,
      lock: true,
      autoOpen: false,
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    const port = this.#port;
    if (!port?.isOpen) return Promise.reject(new LinkFailure('lost', `${this.name} is not open`));
    return new Promise((done, fail) => {
      port.write(bytes, undefined, (error) => {
        if (error) fail(explainLinkError('serial', this.name, error));
        else done();
      });
    });
  }

  async close(): Promise<void> {
    const port = this.#port;
    this.#port = null;
    if (port?.isOpen) await new Promise<void>((done) => port.close(() => done()));
  }
}
