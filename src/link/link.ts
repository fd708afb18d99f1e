/**
 * Bytes in and out: two ends and nothing else. Serial, TCP, and whatever wraps one of them (a tap that records, a replay)
 * are interchangeable; `test/contract/link.ts` is the suite all of them pass.
 */

export interface LinkHandlers {
  /** In order, as they arrive. The chunk may be kept, not changed. */
  bytes(chunk: Uint8Array): void;
  /** The link went away by itself. Said once per open, never after `close()` was called. */
  closed(failure: LinkFailure): void;
}

export interface Link {
  /** For people and screens: `/dev/ttyUSB0`, `tcp://host:port`. Never credentials. */
  readonly name: string;
  /**
   * Rejects with a `LinkFailure`. Nothing of an earlier open reaches the new handlers. May be called again after the
   * link has closed, not before.
   */
  open(handlers: LinkHandlers): Promise<void>;
  /** Resolves when the operating system has taken the bytes; rejects with a `LinkFailure` when the link is not open. */
  write(bytes: Uint8Array): Promise<void>;
  /** Never rejects; may be called in any state. After it is called no handler of this open runs again. */
  close(): Promise<void>;
}

/** - `settings`  the configuration cannot work with this port: waiting will not help. All others may pass. */
export type LinkFailureCode =
  | 'no-such-port'
  | 'permission'
  | 'busy'
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'lost'
  | 'settings'
  | 'unknown';

/** Why a link is not open. The message is one plain line with the remedy, fit for a screen. */
export class LinkFailure extends Error {
  override readonly name = 'LinkFailure';
  readonly code: LinkFailureCode;

  constructor(code: LinkFailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
