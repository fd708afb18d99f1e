/** Where a station's bytes come out: a pseudo terminal or a TCP port that a daemon opens like the real cable. */
export interface PortEvents {
  /** Somebody has opened the port: lines go out from now on. */
  attached(): void;
  /** Whoever had it open is gone; what was on the way to them is lost. */
  detached(): void;
  bytes(chunk: Uint8Array): void;
}

export interface StationPort {
  /** What a daemon opens: a path, or `tcp://host:port`. Known once `plug` has resolved. */
  readonly url: string;
  /** Somebody listens and takes what is written. While false, a line is dropped, as a UART without a reader does. */
  readonly accepting: boolean;
  /** Makes the port appear. Rejects with a `PortError` when that cannot be. */
  plug(events: PortEvents): Promise<void>;
  /** Makes it disappear, cable pulled. */
  unplug(): Promise<void>;
  write(latin1: string): void;
  /** Gives the reader a short time to take what was written; resolves at once when nobody is there. */
  drain(): Promise<void>;
}

/** The environment does not allow the port; the message says what to do. */
export class PortError extends Error {
  override readonly name = 'PortError';
}

/** Longest wait for a reader that takes its time, and what a prompt one needs to read the last bytes. */
export const DRAIN_MS = { longest: 1000, prompt: 250 } as const;

/** Most bytes held in this process for a slow reader; what the operating system holds comes on top. */
export const BACKLOG_BYTES = 64 * 1024;
