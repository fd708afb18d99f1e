import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type PathAction,
  type PathEvent,
  type PathState,
  pathAtRest,
  pathBackoffMs,
  pathStep,
  STEADY_MS,
} from '../../../src/mqtt/path-machine.ts';

const at = (atMs: number) => ({ kind: 'connected', atMs }) as const;
const echo = (atMs: number) => ({ kind: 'echo', atMs }) as const;
const failed = (how: 'version' | 'hung-up' | 'refused' | 'unreachable') =>
  ({ kind: 'failed', how, reason: how }) as const;
const START = { kind: 'start' } as const;
const DUE = { kind: 'due' } as const;

function run(protocol: PathState['protocol'], ...events: PathEvent[]): { state: PathState; actions: PathAction[] } {
  let state = pathAtRest(protocol);
  const actions: PathAction[] = [];
  for (const event of events) {
    const step = pathStep(state, event);
    state = step.state;
    actions.push(step.action);
  }
  return { state, actions };
}

describe('the path to the broker', () => {
  it('is up as soon as the broker accepts us, and says why when it is lost', () => {
    expect(run('auto', START, at(0)).state).toMatchObject({ name: 'up', reason: null });
    const { state, actions } = run('auto', START, at(0), echo(1), failed('unreachable'));
    expect(state).toMatchObject({ name: 'unreachable', reason: 'unreachable', doing: 'waiting' });
    expect(actions).toEqual(['connect', 'nothing', 'nothing', 'wait']);
  });

  it('is silent, and built anew, when nothing comes back', () => {
    const { state, actions } = run('auto', START, at(0), echo(1), { kind: 'unheard', reason: 'still' }, DUE);
    expect(actions.slice(3)).toEqual(['wait', 'connect']);
    expect(state).toMatchObject({ name: 'silent', reason: 'still', doing: 'connecting' });
  });

  it('is built anew when an echo that was there ceases, but used when there never was one', () => {
    const noEcho = { kind: 'no-echo', reason: 'access list' } as const;
    expect(run('auto', START, at(0), echo(1), noEcho)).toMatchObject({
      state: { name: 'silent', reason: 'access list' },
      actions: ['connect', 'nothing', 'nothing', 'wait'],
    });
    const unproven = run('auto', START, at(0), noEcho, noEcho);
    expect(unproven.state).toMatchObject({ name: 'unproven', reason: 'access list', doing: 'connected' });
    expect(unproven.actions).toEqual(['connect', 'nothing', 'nothing', 'nothing']);
    expect(pathStep(unproven.state, echo(9)).state).toMatchObject({ name: 'up', reason: null });
  });

  it('keeps a refusal on show while it tries again', () => {
    const { state } = run('auto', START, failed('refused'), DUE);
    expect(state).toMatchObject({ name: 'refused', doing: 'connecting', failures: 1 });
  });

  it('turns to the other version at once when the first is refused, and gives up when both are', () => {
    expect(run('auto', START, failed('version'))).toMatchObject({
      state: { level: 4, doing: 'connecting' },
      actions: ['connect', 'connect'],
    });
    const both = run('auto', START, failed('version'), failed('version'));
    expect(both.state).toMatchObject({ name: 'refused', doing: 'waiting', level: 5 });
    expect(run(5, START, failed('version')).state).toMatchObject({ name: 'refused', doing: 'waiting', level: 5 });
  });

  it('tries the other version after a hang-up, unless this broker has spoken MQTT 5 before', () => {
    expect(run('auto', START, failed('hung-up')).state.level).toBe(4);
    expect(run('auto', START, failed('hung-up'), DUE, failed('hung-up')).state.level).toBe(5);
    const known = run('auto', START, at(0), failed('unreachable'), DUE, failed('hung-up'), DUE, failed('hung-up'));
    expect(known.state.level).toBe(5);
  });

  it('speaks 5 again after a connection with 3.1.1 was lost: the broker may have been updated', () => {
    const old = run('auto', START, failed('version'), at(0));
    expect(old.state.level).toBe(4);
    expect(pathStep(old.state, failed('unreachable')).state.level).toBe(5);
  });

  it('forgets its failures only when a connection has held for a while', () => {
    const shaken = run('auto', START, failed('refused'), DUE, at(0), echo(5));
    expect(shaken.state.failures).toBe(1);
    expect(pathStep(shaken.state, echo(STEADY_MS)).state.failures).toBe(0);
  });

  it('connects anew at once with another configuration, whatever it was waiting for', () => {
    const { state, actions } = run('auto', START, failed('refused'), { kind: 'renew', protocol: 4 });
    expect(state).toMatchObject({ name: 'connecting', doing: 'connecting', level: 4, failures: 0 });
    expect(actions.at(-1)).toBe('connect');
  });
});

const anyEvent: fc.Arbitrary<PathEvent> = fc.oneof(
  fc.constantFrom<PathEvent>(START, DUE),
  fc.nat(10_000).map(at),
  fc.nat(10_000).map(echo),
  fc.constantFrom('version', 'hung-up', 'refused', 'unreachable').map((how) => failed(how as 'refused')),
  fc.constantFrom<PathEvent>({ kind: 'unheard', reason: 'unheard' }, { kind: 'no-echo', reason: 'no-echo' }),
);
const anyProtocol = fc.constantFrom<PathState['protocol']>('auto', 4, 5);

describe('whatever happens, in whatever order', () => {
  const walk = (check: (before: PathState, event: PathEvent, after: PathState, action: PathAction) => void) =>
    fc.assert(
      fc.property(anyProtocol, fc.array(anyEvent, { maxLength: 40 }), (protocol, events) => {
        let state = pathAtRest(protocol);
        for (const event of [START, ...events]) {
          const step = pathStep(state, event);
          check(state, event, step.state, step.action);
          state = step.state;
        }
      }),
      { numRuns: 2000 },
    );

  it('the driver is told exactly when to connect and when to wait', () => {
    walk((before, _, after, action) => {
      if (action === 'connect') expect(after.doing).toBe('connecting');
      if (action === 'wait') expect(after.doing).toBe('waiting');
      const changed = before.doing !== after.doing && after.doing !== 'connected';
      if (changed) expect(action).not.toBe('nothing');
      expect(after.doing).not.toBe('nothing');
    });
  });

  it('it is connected exactly while it is called up or unproven, and only up needs no reason', () => {
    walk((_, __, after) => {
      expect(after.doing === 'connected').toBe(after.name === 'up' || after.name === 'unproven');
      expect(after.reason === null).toBe(after.name === 'up');
    });
  });

  it('a version that was asked for is never left, and none of two refused ones is tried for ever', () => {
    let turns = 0;
    walk((before, event, after, action) => {
      if (before.protocol !== 'auto') expect(after.level).toBe(before.protocol);
      turns = action === 'connect' && event.kind === 'failed' ? turns + 1 : 0;
      expect(turns).toBeLessThanOrEqual(1);
    });
  });

  it('it gets up again from every state, and after stop nothing moves it', () => {
    walk((_, __, after) => {
      const waiting = after.doing === 'waiting' ? pathStep(after, DUE).state : after;
      const up = waiting.doing === 'connecting' ? pathStep(waiting, at(1)).state : waiting;
      expect(pathStep(up, echo(2)).state.name).toBe('up');
      const stopped = pathStep(after, { kind: 'stop' });
      expect(stopped.action).toBe('rest');
      for (const event of [START, DUE, at(1), echo(1), failed('refused')]) {
        expect(pathStep(stopped.state, event)).toEqual({ state: stopped.state, action: 'nothing' });
      }
    });
  });
});

describe('the back-off', () => {
  it('grows, differs from bridge to bridge, and ends below 5 s', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const ms = pathBackoffMs(failures, random);
        expect(ms).toBeGreaterThanOrEqual(125);
        expect(ms).toBeLessThanOrEqual(5000);
        expect(pathBackoffMs(failures + 1, random)).toBeGreaterThanOrEqual(ms);
      }),
    );
    expect(pathBackoffMs(1, 0)).toBeLessThan(pathBackoffMs(1, 1));
    expect(pathBackoffMs(10, 0)).toBeLessThan(pathBackoffMs(10, 1));
  });
});
