/** A serial port, by `serialport`. */
import { SerialPort } from 'serialport';
import type { LinkConfig } from '../config.ts';
import { explainLinkError } from './failures.ts';
import { type Link, LinkFailure, type LinkHandlers } from './link.ts';

export type SerialSettings = Omit<LinkConfig, 'url' | 'rateHz'>;

export class SerialLink implements Link {
  readonly name: string;
  readonly #settings: SerialSettings;
  #port: SerialPort | null = null;

  /** `path` as the operating system names it: `/dev/serial/by-path/...`, `/dev/ttyUSB0`, `COM3`. */
  constructor(path: string, settings: SerialSettings) {
    this.name = path;
    this.#settings = settings;
  }

  async open(handlers: LinkHandlers): Promise<void> {
    let port: SerialPort;
    try {
      port = this.#make();
      await new Promise<void>((done, fail) => port.open((error) => (error ? fail(error) : done())));
    } catch (error) {
      throw explainLinkError('serial', this.name, error);
    }
    const gone = (error: Error | null) => {
      if (this.#port !== port) return;
      this.#port = null;
      handlers.closed(explainLinkError('serial', this.name, error ?? new Error('disconnected')));
    };
    this.#port = port;
    port.on('close', gone);
    port.on('error', (error: Error) => {
      gone(error);
      if (port.isOpen) port.close(() => {});
    });
    port.on('data', (chunk: Buffer) => {
      if (this.#port === port) handlers.bytes(chunk);
    });
  }

  /** A new object at every open: nothing buffered in an old one can leak into the new stream. */
  #make(): SerialPort {
    const { baudRate, dataBits, stopBits, parity, flowControl } = this.#settings;
    return new SerialPort({
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
