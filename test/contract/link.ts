/** What every `Link` promises, run over each implementation by `links.test.ts`. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Link, LinkFailure } from '../../src/link/link.ts';

/** The other side of the wire. */
export interface FarEnd {
  readonly link: Link;
  /** A second link to the same place, for what must fail while the first one is open; `null` where sharing is fine. */
  readonly rival: Link | null;
  /** Everything that came through from the link so far. */
  received(): Buffer;
  send(bytes: Uint8Array): void;
  /** The cable is pulled: nothing listens there any more. */
  cut(): Promise<void>;
  /** ... and plugged in again, at the same name. */
  mend(): Promise<void>;
  end(): Promise<void>;
}

export interface LinkPromises {
  readonly start: () => Promise<FarEnd>;
  /** `echo`: what is written comes back (RX joined to TX) and nothing can be cut. */
  readonly wiring: 'peer' | 'echo';
}

/** Every byte value, in a run too long for one chunk. */
const PATTERN = Buffer.from(Array.from({ length: 40_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff));

function listener() {
  const chunks: Uint8Array[] = [];
  const closed: LinkFailure[] = [];
  return {
    handlers: {
      bytes: (chunk: Uint8Array) => void chunks.push(chunk),
      closed: (failure: LinkFailure) => void closed.push(failure),
    },
    closed,
    bytes: () => Buffer.concat(chunks),
  };
}
const soon = <T>(check: () => T) => vi.waitFor(check, { timeout: 8000, interval: 5 });
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('it should have failed');
    },
    (error: unknown) => {
      expect(error).toBeInstanceOf(LinkFailure);
      const failure = error as LinkFailure;
      expect(failure.message).toMatch(/^[\x20-\x7e]{10,300}$/);
      return failure;
    },
  );

export function linkContract({ start, wiring }: LinkPromises): void {
  let far: FarEnd;
  beforeEach(async () => {
    far = await start();
  });
  afterEach(async () => {
    await far.link.close();
    await far.end();
  });

  it('carries every byte, both ways, unchanged and in order', async () => {
    const heard = listener();
    await far.link.open(heard.handlers);
    if (wiring === 'peer') {
      far.send(PATTERN);
      await soon(() => expect(heard.bytes().equals(PATTERN)).toBe(true));
    }
    for (let at = 0; at < PATTERN.length; at += 1000) await far.link.write(PATTERN.subarray(at, at + 1000));
    await soon(() => expect(far.received().equals(PATTERN)).toBe(true));
  });

  it('refuses to write while it is closed', async () => {
    expect((await failureOf(far.link.write(PATTERN))).code).toBe('lost');
    await far.link.open(listener().handlers);
    await far.link.close();
    expect((await failureOf(far.link.write(PATTERN))).code).toBe('lost');
  });

  it('is silent after close, and close may be called at any time', async () => {
    await far.link.close();
    const heard = listener();
    await far.link.open(heard.handlers);
    if (wiring === 'peer') far.send(PATTERN);
    await Promise.all([far.link.close(), far.link.close()]);
    const before = heard.bytes().length;
    const next = listener();
    await far.link.open(next.handlers);
    await far.link.write(Buffer.from('x'));
    await soon(() => expect(far.received().includes('x')).toBe(true));
    expect(heard.bytes().length).toBe(before);
    expect(heard.closed).toEqual([]);
  });

  it('can be opened and closed many times', async () => {
    for (let i = 0; i < 25; i++) {
      await far.link.open(listener().handlers);
      await far.link.close();
    }
    await far.link.open(listener().handlers);
    await far.link.write(Buffer.from('still here'));
    await soon(() => expect(far.received().toString('latin1')).toContain('still here'));
  });

  it('says once that it was lost, then opens again at the same name', async ({ skip }) => {
    if (wiring === 'echo') return skip('a joined wire cannot be cut');
    const heard = listener();
    await far.link.open(heard.handlers);
    far.send(Buffer.from('before'));
    await soon(() => expect(heard.bytes().toString()).toBe('before'));
    await far.cut();
    await soon(() => expect(heard.closed.map((f) => f.code)).toEqual(['lost']));
    expect((await failureOf(far.link.write(PATTERN))).code).toBe('lost');
    const failure = await failureOf(far.link.open(listener().handlers));
    expect(['no-such-port', 'refused']).toContain(failure.code);

    await far.mend();
    const again = listener();
    await far.link.open(again.handlers);
    far.send(Buffer.from('after'));
    await soon(() => expect(again.bytes().toString()).toBe('after'));
    expect(heard.bytes().toString()).toBe('before');
    expect(heard.closed).toHaveLength(1);
  });

  it('tells a second program that the port is taken', async ({ skip }) => {
    if (far.rival === null) return skip('a device server decides by itself how many it serves');
    await far.link.open(listener().handlers);
    const failure = await failureOf(far.rival.open(listener().handlers));
    expect(failure.code).toBe('busy');
    expect(failure.message).toMatch(/in use by another program/);
  });
}
