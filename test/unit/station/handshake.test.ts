import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HrspFrame, HrspMessage, Identification } from '../../../protocols/hrsp/messages.ts';
import { Handshake, type HandshakeOutcome } from '../../../src/station/handshake.ts';

const at = (ms: number) => ({ utcMs: 1_800_000_000_000 + ms, monotonicMs: ms });
const id = (serial = 'HAI-1', major = 1): Identification => ({
  type: 'ID',
  serial,
  hardwareRevision: 'B',
  firmwareVersion: '1.0.0',
  protocol: { major, minor: 0 },
  mode: 'clinical',
  rateHz: 10,
  instruments: [],
});
const frame = (message: HrspMessage, bootId = 'AAAAAAAA'): HrspFrame => ({
  kind: 'message',
  header: { bootId, seq: 0, tick: 0 },
  message,
  extraFields: 0,
});
const ack = (correlation: number | undefined, bootId?: string) =>
  frame({ type: 'ACK', correlation: correlation ?? -1, result: '' }, bootId);

describe('identifying', () => {
  it('asks at once, again every 500 ms with another correlation, and says that nobody answered', () => {
    const handshake = new Handshake(65_534, undefined);
    const first = handshake.begin(at(0));
    expect(first.send).toEqual({
      type: 'CMD',
      correlation: 65_535,
      command: { name: 'identify', highest: { major: 1, minor: 1 } },
    });
    expect(handshake.due(at(499)).send).toBeNull();
    const second = handshake.due(at(500));
    expect(second.send?.correlation).toBe(0);
    expect(second.outcome).toEqual({ kind: 'timeout', command: 'identify' });
    expect(handshake.dueMs).toBe(1000);
  });

  it('needs ID and ACK of one boot, in either order', () => {
    for (const order of [0, 1]) {
      const handshake = new Handshake(5, undefined);
      const asked = handshake.begin(at(0)).send?.correlation;
      const parts = [frame(id()), ack(asked)];
      if (order === 1) parts.reverse();
      const outcomes = parts.map((part) => handshake.message(part, at(1)).outcome?.kind);
      expect(outcomes).toEqual([undefined, 'identified']);
      expect(handshake.dueMs).toBeNull();
    }
  });

  it('is not taken in by an old ID of another boot', () => {
    const handshake = new Handshake(5, undefined);
    const asked = handshake.begin(at(0)).send?.correlation;
    handshake.message(frame(id('OLD'), 'BBBBBBBB'), at(1));
    expect(handshake.message(ack(asked), at(2)).outcome).toBeNull();
    const outcome = handshake.message(frame(id('NEW')), at(3)).outcome;
    expect(outcome).toMatchObject({ kind: 'identified', bootId: 'AAAAAAAA', identification: { serial: 'NEW' } });
  });

  it('takes no answer to a question it did not ask since it began', () => {
    fc.assert(
      fc.property(fc.nat(65_535), fc.nat(65_535), fc.integer({ min: 0, max: 5 }), (start, answer, retries) => {
        const handshake = new Handshake(start, undefined);
        const asked = [handshake.begin(at(0)).send?.correlation];
        for (let i = 1; i <= retries; i++) asked.push(handshake.due(at(i * 500)).send?.correlation);
        handshake.message(frame(id()), at(9000));
        const found = handshake.message(ack(answer), at(9001)).outcome?.kind;
        expect(found).toBe(asked.includes(answer) ? 'identified' : undefined);
      }),
      {
        examples: [
          [65_533, 0, 5],
          [10, 11, 0],
          [10, 10, 3],
        ],
      },
    );
  });

  it('refuses another major version, told by NAK or by ID, and says what to update', () => {
    const byNak = new Handshake(5, undefined);
    const asked = byNak.begin(at(0)).send?.correlation ?? -1;
    const nak: HrspMessage = { type: 'NAK', correlation: asked, reason: 'version', text: '2.0' };
    const told = byNak.message(frame(nak), at(1)).outcome;
    expect(told).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/2\.0.*update/) });
    expect(byNak.due(at(5000)).send).toBeNull();

    const byId = new Handshake(5, undefined);
    byId.begin(at(0));
    byId.message(frame(id('HAI-1', 2)), at(1));
    expect(byId.message(ack(6), at(1)).outcome).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/HRSP 2\.0.*update the program/),
    });
  });

  it('a busy station is asked again', () => {
    const handshake = new Handshake(5, undefined);
    handshake.begin(at(0));
    handshake.message(frame({ type: 'NAK', correlation: 6, reason: 'busy', text: '' }), at(1));
    expect(handshake.due(at(500)).send?.command.name).toBe('identify');
  });
});

describe('settings', () => {
  function accepted(rateHz: number | undefined) {
    const handshake = new Handshake(5, rateHz);
    handshake.begin(at(0));
    handshake.message(frame(id()), at(1));
    handshake.message(ack(6), at(1));
    return { handshake, first: handshake.accept(at(10)).send };
  }

  it('sets the clock, then the rate when one is configured', () => {
    const { handshake, first } = accepted(25);
    expect(first?.command).toEqual({ name: 'clock', utcMs: 1_800_000_000_010 });
    const next = handshake.message(ack(first?.correlation), at(20));
    expect(next.send?.command).toEqual({ name: 'rate', hz: 25 });
    const last = handshake.message(ack(next.send?.correlation), at(30));
    expect(last).toEqual({ send: null, outcome: { kind: 'set', command: { name: 'rate', hz: 25 } } });
    expect(handshake.dueMs).toBeNull();
  });

  it('leaves the rate alone when none is configured', () => {
    const { handshake, first } = accepted(undefined);
    expect(handshake.message(ack(first?.correlation), at(20)).send).toBeNull();
  });

  it('goes on without a setting that is refused, or not answered three times', () => {
    const { handshake, first } = accepted(25);
    const outcomes: (HandshakeOutcome | null)[] = [];
    let step = handshake.message(
      frame({ type: 'NAK', correlation: first?.correlation ?? -1, reason: 'unsupported', text: 'no clock' }),
      at(20),
    );
    outcomes.push(step.outcome);
    for (let ms = 520; handshake.dueMs !== null && ms < 10_000; ms += 500) {
      expect(step.send?.command.name).toBe('rate');
      step = handshake.due(at(ms));
      outcomes.push(step.outcome);
    }
    expect(outcomes.map((o) => o?.kind)).toEqual(['not-set', 'timeout', 'timeout', 'timeout']);
    expect(step.send).toBeNull();
  });

  it('tells the time of the moment, also when asked again', () => {
    const { handshake } = accepted(undefined);
    expect(handshake.due(at(600)).send?.command).toEqual({ name: 'clock', utcMs: 1_800_000_000_600 });
  });
});
