/**
 * What to do about the path to the broker, as a pure state machine. A state has a name for people and says what is going
 * on; the next attempt is always a fresh client.
 *
 *   connecting ──connected──▶ up ◀──echo── unproven      nothing of ours has come back on this connection yet
 *        ▲                    │ └─no-echo─────▲
 *        │                    ├──unheard, or an echo that ceases──▶ silent ──┐
 *        │                    └──failed──▶ refused | unreachable ────────────┤
 *        └───────────────────────── due, after a back-off ───────────────────┘
 */

/**
 * - `connecting`  the first attempt is under way
 * - `up`          connected, and our own messages come back
 * - `unproven`    connected and answered, but our own messages do not come back: used, and complained about
 * - `silent`      connected as far as the network says, but nothing comes back: given up, built anew
 * - `refused`     the broker answers and does not want us, or we do not trust it
 * - `unreachable` nobody answers, or the connection was lost
 * - `stopped`     closed by us
 */
export const PATH_NAMES = ['connecting', 'up', 'unproven', 'silent', 'refused', 'unreachable', 'stopped'] as const;
export type PathName = (typeof PATH_NAMES)[number];

/** MQTT 5, or 4 for 3.1.1 (the number of the protocol level, MQTT 3.1.1 §3.1.2.2). */
export type Level = 4 | 5;

export interface PathState {
  readonly name: PathName;
  readonly doing: 'nothing' | 'connecting' | 'connected' | 'waiting';
  /** What is wrong and the remedy; `null` when nothing is. */
  readonly reason: string | null;
  /** Since the path was last good; decides the next delay. */
  readonly failures: number;
  readonly protocol: 'auto' | Level;
  /** Of this attempt, or of the next one. */
  readonly level: Level;
  /** This broker has spoken MQTT 5: when it hangs up without a word, it is not because of the version. */
  readonly speaks5: boolean;
  /** The broker has refused one version in this attempt, the other is being tried. */
  readonly turned: boolean;
  /** Something of ours has come back on this connection. */
  readonly proven: boolean;
  readonly connectedMs: number;
}

/** How an attempt or a connection ended. `hung-up`: without a word before any answer. */
export type FailureKind = 'version' | 'hung-up' | 'refused' | 'unreachable';

export type PathEvent =
  | { readonly kind: 'start' | 'due' | 'stop' }
  | { readonly kind: 'connected' | 'echo'; readonly atMs: number }
  | { readonly kind: 'failed'; readonly how: FailureKind; readonly reason: string }
  /** `unheard`: nothing at all has come; `no-echo`: something has, but nothing of ours. */
  | { readonly kind: 'unheard' | 'no-echo'; readonly reason: string }
  /** Another broker, user or certificate from now on. */
  | { readonly kind: 'renew'; readonly protocol: PathState['protocol'] };

/** What the driver must do now: `connect`, `wait` and `rest` begin with letting go of the client there is. */
export type PathAction = 'connect' | 'wait' | 'rest' | 'nothing';

export interface PathStep {
  readonly state: PathState;
  readonly action: PathAction;
}

/** A connection must have held so long before its next failure counts as a new story: two that push each other out do not. */
export const STEADY_MS = 2000;

const preferred = (protocol: PathState['protocol']): Level => (protocol === 'auto' ? 5 : protocol);

export function pathAtRest(protocol: PathState['protocol']): PathState {
  return {
    name: 'connecting',
    doing: 'nothing',
    reason: 'connecting',
    failures: 0,
    protocol,
    level: preferred(protocol),
    speaks5: false,
    turned: false,
    proven: false,
    connectedMs: 0,
  };
}

/** Events that do not fit the state (a late answer, the end of a client already given up) change nothing. */
export function pathStep(state: PathState, event: PathEvent): PathStep {
  const { doing, name } = state;
  const stay: PathStep = { state, action: 'nothing' };
  if (name === 'stopped') return stay;
  switch (event.kind) {
    case 'start':
      return doing === 'nothing' ? { state: { ...state, doing: 'connecting' }, action: 'connect' } : stay;
    case 'due':
      return doing === 'waiting' ? { state: { ...state, doing: 'connecting' }, action: 'connect' } : stay;
    case 'connected':
      return doing === 'connecting' ? { state: connected(state, event.atMs), action: 'nothing' } : stay;
    case 'echo':
      return doing === 'connected' ? { state: echoed(state, event.atMs), action: 'nothing' } : stay;
    case 'failed':
      if (doing === 'connecting') return attemptFailed(state, event.how, event.reason);
      return doing === 'connected' ? givenUp(state, nameOf(event.how), event.reason) : stay;
    case 'unheard':
      return doing === 'connected' ? givenUp(state, 'silent', event.reason) : stay;
    case 'no-echo':
      if (doing !== 'connected') return stay;
      if (state.proven) return givenUp(state, 'silent', event.reason);
      return { state: { ...state, name: 'unproven', reason: event.reason }, action: 'nothing' };
    case 'renew':
      return {
        state: { ...pathAtRest(event.protocol), doing: doing === 'nothing' ? 'nothing' : 'connecting' },
        action: doing === 'nothing' ? 'nothing' : 'connect',
      };
    case 'stop':
      return { state: { ...state, name: 'stopped', reason: 'stopped', doing: 'nothing' }, action: 'rest' };
  }
}

const nameOf = (how: FailureKind): PathName => (how === 'refused' || how === 'version' ? 'refused' : 'unreachable');

function connected(state: PathState, atMs: number): PathState {
  const { level, speaks5 } = state;
  return {
    ...state,
    name: 'up',
    doing: 'connected',
    reason: null,
    speaks5: speaks5 || level === 5,
    turned: false,
    proven: false,
    connectedMs: atMs,
  };
}

function echoed(state: PathState, atMs: number): PathState {
  const failures = atMs - state.connectedMs >= STEADY_MS ? 0 : state.failures;
  if (state.name === 'up' && state.proven && failures === state.failures) return state;
  return { ...state, name: 'up', reason: null, proven: true, failures };
}

/** The next attempt speaks the newest version again: what the broker knows may have changed with its restart. */
function givenUp(state: PathState, name: PathName, reason: string): PathStep {
  const failures = state.failures + 1;
  const level = preferred(state.protocol);
  return { state: { ...state, name, reason, failures, level, doing: 'waiting', turned: false }, action: 'wait' };
}

function attemptFailed(state: PathState, how: FailureKind, reason: string): PathStep {
  const { protocol, level, speaks5, turned } = state;
  const other: Level = level === 5 ? 4 : 5;
  // Brokers that know only one version either say so or just hang up.
  if (protocol === 'auto' && how === 'version' && !turned) {
    return { state: { ...state, level: other, turned: true }, action: 'connect' };
  }
  const failed = givenUp(state, nameOf(how), reason);
  if (protocol !== 'auto' || how !== 'hung-up' || speaks5) return failed;
  return { ...failed, state: { ...failed.state, level: other } };
}

const FIRST_MS = 250;

/**
 * Delay after failure number `failures`, ms: 250 ms doubling, between half and one and a half of it by `random` (0..1),
 * and at most 2 to 5 s, so that a ward of bridges does not come back to its broker in the same instant.
 */
export function pathBackoffMs(failures: number, random: number): number {
  const doubled = FIRST_MS * 2 ** Math.min(Math.max(0, failures - 1), 8);
  return Math.min(2000 + 3000 * random, doubled * (0.5 + random));
}
