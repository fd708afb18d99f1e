import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Link, LinkFailure, type LinkHandlers } from '../../../src/link/link.ts';
import { ReconnectingLink } from '../../../src/link/reconnect.ts';
import {
  AT_REST,
  backoffMs,
  type ReconnectEvent,
  type ReconnectState,
  reconnectStep,
} from '../../../src/link/reconnect-machine.ts';
import { FakeClock, settle } from '../station/fake-clock.ts';

const EVENTS: readonly ReconnectEvent[] = [
  'want-open',
  'want-closed',
  'opened',
  'open-failed',
  'lost',
  'closed',
  'due',
  'restart',
  'good',
];

describe('backoff', () => {
  it('doubles from 100 ms to 2 s', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 1000].map((n) => backoffMs(n, 0))).toEqual([
      100, 200, 400, 800, 1600, 2000, 2000, 2000,
    ]);
  });

  it('takes away at most half, so that ports of one hub do not come back together', () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const ms = backoffMs(failures, random);
        expect(ms).toBeGreaterThanOrEqual(backoffMs(failures, 0) / 2);
        expect(ms).toBeLessThanOrEqual(2000);
      }),
    );
  });
});

describe('reconnect machine', () => {
  it('never opens what is not closed and never closes what is not open, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...EVENTS), { maxLength: 60 }), (events) => {
        let state: ReconnectState = AT_REST;
        let busy: 'opening' | 'closing' | 'open' | 'none' = 'none';
        for (const event of events) {
          // The driver only reports what it was doing; everything else may come at any time.
          if (event === 'opened' || event === 'open-failed') {
            if (busy !== 'opening') continue;
            busy = event === 'opened' ? 'open' : 'none';
          }
          if (event === 'closed') {
            if (busy !== 'closing') continue;
            busy = 'none';
          }
          if (event === 'lost') {
            if (busy !== 'open') continue;
            busy = 'none';
          }
          const step = reconnectStep(state, event);
          if (step.action === 'open') {
            expect(busy).toBe('none');
            busy = 'opening';
          }
          if (step.action === 'close') {
            expect(busy).toBe('open');
            busy = 'closing';
          }
          state = step.state;
        }
        // From anywhere, wanting it closed and letting the driver finish ends at rest.
        let step = reconnectStep(state, 'want-closed');
        if (step.state.actual === 'opening') step = reconnectStep(step.state, 'opened');
        if (step.state.actual === 'closing') step = reconnectStep(step.state, 'closed');
        expect(step.state.actual).toBe('closed');
      }),
    );
  });
});

class FakeLink implements Link {
  readonly name = 'fake';
  readonly opens: LinkHandlers[] = [];
  closes = 0;
  fails = false;

  async open(handlers: LinkHandlers): Promise<void> {
    this.opens.push(handlers);
    if (this.fails) throw new LinkFailure('no-such-port', 'no port fake');
  }
  async write(): Promise<void> {}
  async close(): Promise<void> {
    this.closes++;
  }
}

function reconnecting() {
  const clock = new FakeClock();
  const link = new FakeLink();
  const log: string[] = [];
  const tried = new ReconnectingLink(link, {
    clock,
    random: () => 0,
    handlers: {
      opened: () => log.push(`opened at ${clock.monotonicMs()}`),
      bytes: (chunk) => log.push(`bytes ${Buffer.from(chunk)}`),
      openFailed: (failure) => log.push(`failed at ${clock.monotonicMs()}: ${failure.message}`),
      ended: (failure) => log.push(`ended: ${failure?.message ?? 'by us'}`),
    },
  });
  return { clock, link, log, tried };
}

describe('ReconnectingLink', () => {
  it('tries again at 100, 300, 700 ... ms until the port is there', async () => {
    const { clock, link, log, tried } = reconnecting();
    link.fails = true;
    tried.start();
    await clock.advanceSoftly(1000);
    expect(log).toEqual([0, 100, 300, 700].map((at) => `failed at ${at}: no port fake`));
    link.fails = false;
    await clock.advanceSoftly(1000);
    expect(log.at(-1)).toBe('opened at 1500');
  });

  it('reopens a lost port and lets nothing of the old stream into the new one', async () => {
    const { clock, link, log, tried } = reconnecting();
    tried.start();
    await settle();
    const [first] = link.opens;
    first?.bytes(Buffer.from('a'));
    first?.closed(new LinkFailure('lost', 'gone'));
    first?.bytes(Buffer.from('late'));
    first?.closed(new LinkFailure('lost', 'gone twice'));
    await clock.advanceSoftly(100);
    first?.bytes(Buffer.from('later'));
    link.opens[1]?.bytes(Buffer.from('b'));
    expect(log).toEqual(['opened at 0', 'bytes a', 'ended: gone', 'opened at 100', 'bytes b']);
  });

  it('does not miss a loss that was told before the open was', async () => {
    const { clock, link, log, tried } = reconnecting();
    tried.start();
    link.opens[0]?.closed(new LinkFailure('lost', 'gone at once'));
    await clock.advanceSoftly(150);
    expect(log).toEqual(['opened at 0', 'ended: gone at once', 'opened at 100']);
  });

  it('goes on when closing hangs in the driver', async () => {
    const { clock, link, log, tried } = reconnecting();
    tried.start();
    await settle();
    link.close = () => new Promise(() => {});
    tried.restart();
    await clock.advanceSoftly(2200);
    expect(log).toEqual(['opened at 0', 'ended: by us', 'opened at 2100']);
  });

  it('starts the backoff small again only after the far end has proved itself', async () => {
    const { clock, link, log, tried } = reconnecting();
    tried.start();
    await settle();
    for (const delay of [100, 200, 400]) {
      link.opens.at(-1)?.closed(new LinkFailure('lost', 'gone'));
      await clock.advanceSoftly(delay);
    }
    tried.good();
    link.opens.at(-1)?.closed(new LinkFailure('lost', 'gone'));
    await clock.advanceSoftly(100);
    expect(log.filter((l) => l.startsWith('opened'))).toEqual([0, 100, 300, 700, 800].map((at) => `opened at ${at}`));
  });

  it('stops in every state and leaves no timer behind', async () => {
    for (const until of [0, 50, 150]) {
      const { clock, link, tried } = reconnecting();
      link.fails = until > 0;
      tried.start();
      await clock.advanceSoftly(until);
      const stopped = tried.stop();
      await clock.advanceSoftly(10);
      await stopped;
      const before = link.opens.length;
      await clock.advanceSoftly(5000);
      expect(link.opens.length).toBe(before);
      expect(clock.pending).toBe(0);
    }
  });
});
