import { beforeEach, describe, expect, it } from 'vitest';
import { EventStream, type StreamState } from '../../../src/web/ui/model/event-stream.ts';
import { FleetStore } from '../../../src/web/ui/model/fleet-store.ts';
import { PagePulse } from '../../../src/web/ui/model/page-pulse.ts';
import { FakePageClock } from './fake-page-clock.ts';
import { hello, reading, station } from './stations.ts';

const OPEN = 1;
const CONNECTING = 0;
const CLOSED = 2;

class FakeEventSource {
  readyState = CONNECTING;
  closed = false;
  readonly #listeners = new Map<string, ((event: { data?: string }) => void)[]>();

  addEventListener(type: string, listener: (event: { data?: string }) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }
  close(): void {
    this.closed = true;
    this.readyState = CLOSED;
  }
  say(type: string, data?: unknown): void {
    for (const listener of this.#listeners.get(type) ?? []) {
      listener(data === undefined ? {} : { data: typeof data === 'string' ? data : JSON.stringify(data) });
    }
  }
  open(): void {
    this.readyState = OPEN;
    this.say('open');
  }
  fail(readyState: number): void {
    this.readyState = readyState;
    this.say('error');
  }
}

let clock: FakePageClock;
let sources: FakeEventSource[];
let states: StreamState[];
let store: FleetStore;
let stream: EventStream;
let pulse: PagePulse;

const source = () => {
  const newest = sources.at(-1);
  if (!newest) throw new Error('nothing was opened');
  return newest;
};
const serverUtcMs = () => 1_800_000_000_000 + clock.monotonicMs();

/** What the server says first on every connection. */
function greet(runId = 'run-1', value = 12.345): void {
  source().open();
  source().say('hello', hello({ runId, serverUtcMs: serverUtcMs() }));
  source().say('fleet', [station('S1', { latest: reading({ values: [value] }) })]);
}

function beats(seconds: number): void {
  for (let s = 0; s < seconds; s++) {
    clock.advance(1000);
    source().say('beat', { serverUtcMs: serverUtcMs() });
  }
}

const level = () => {
  const known = store.stations.value.get('S1');
  return known ? (store.freshReading(known)?.values[0] ?? null) : null;
};

beforeEach(() => {
  clock = new FakePageClock();
  sources = [];
  states = [];
  store = new FleetStore();
  stream = new EventStream(
    () => {
      sources.push(new FakeEventSource());
      return source();
    },
    clock,
    {
      event: (name, payload, at) => store.event(name, payload, at),
      opened: () => store.opened(),
      state: (state) => {
        states.push(state);
        store.setConnection(state);
      },
    },
  );
  pulse = new PagePulse(clock, stream, store);
  stream.start();
  pulse.start();
});

describe('event stream', () => {
  it('is live with the first event', () => {
    expect(stream.state).toBe('connecting');
    greet();
    expect(stream.state).toBe('live');
    expect(level()).toBe(12.345);
  });

  it('is lost after 2.5 s of silence and live again with the next event, on the same connection', () => {
    greet();
    clock.advance(2400);
    expect(stream.state).toBe('live');
    clock.advance(400);
    expect(stream.state).toBe('lost');
    source().say('beat', { serverUtcMs: serverUtcMs() });
    expect(stream.state).toBe('live');
    expect(sources).toHaveLength(1);
    expect(states).toEqual(['live', 'lost', 'live']);
  });

  it('stays live on beats alone, while the value expires', () => {
    greet();
    beats(2);
    expect(level()).toBe(12.345);
    clock.advance(200);
    expect(level()).toBeNull();
    beats(10);
    expect(stream.state).toBe('live');
  });

  it('blanks everything at once when the stream is lost, even with a long expiry', () => {
    source().open();
    source().say('hello', hello({ expiryMs: 60_000 }));
    source().say('fleet', [station('S1', { latest: reading() })]);
    clock.advance(2200);
    expect(level()).toBe(12.345);
    clock.advance(600);
    expect(level()).toBeNull();
  });

  it('leaves a broken connection to the browser, which connects again by itself', () => {
    greet();
    source().fail(CONNECTING);
    clock.advance(3000);
    expect(sources).toHaveLength(1);
    greet();
    expect(stream.state).toBe('live');
  });

  it('opens a new one with growing pauses when the browser has given up', () => {
    const openedAfter: number[] = [];
    for (let i = 0; i < 7; i++) {
      source().fail(CLOSED);
      const from = clock.monotonicMs();
      const before = sources.length;
      while (sources.length === before) clock.advance(100);
      openedAfter.push(clock.monotonicMs() - from);
    }
    expect(openedAfter).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000]);
    greet();
    source().fail(CLOSED);
    clock.advance(500);
    expect(sources).toHaveLength(9);
  });

  it('starts over when a connection claims to be open and says nothing', () => {
    greet();
    clock.advance(9000);
    expect(sources).toHaveLength(2);
    expect(sources[0]?.closed).toBe(true);
    clock.advance(7500);
    expect(sources).toHaveLength(2);
    expect(source().closed).toBe(false);
  });

  it('does not listen to a connection it has given up', () => {
    greet();
    const old = source();
    stream.restart();
    old.say('fleet', []);
    expect(store.stations.value.size).toBe(1);
  });

  it('counts what is not JSON and goes on', () => {
    greet();
    source().say('station', '{"key":');
    expect(stream.malformed).toBe(1);
    expect(store.stations.value.size).toBe(1);
  });
});

describe('restart, sleep and backlog', () => {
  it('forgets the stations of the daemon that is gone, before it knows the new ones', () => {
    greet('run-1');
    const before = store.generation.value;
    source().open();
    source().say('hello', hello({ runId: 'run-2', serverUtcMs: serverUtcMs() }));
    expect(store.stations.value.size).toBe(0);
    expect(store.fleetKnown.value).toBe(false);
    source().say('fleet', [station('S1', { latest: reading({ values: [7] }) })]);
    expect(level()).toBe(7);
    expect(store.generation.value).toBe(before + 1);
  });

  it('asks charts to load again after any new connection, but not when only broker or store changed', () => {
    greet();
    const before = store.generation.value;
    source().say('hello', hello({ store: { description: 's', ok: false, reason: 'disk full' } }));
    expect(store.generation.value).toBe(before);
    expect(store.hello.value?.store.ok).toBe(false);
    greet();
    expect(store.generation.value).toBe(before + 1);
  });

  it('throws the connection away after the computer slept', () => {
    greet();
    clock.sleep(600_000);
    clock.advance(200);
    expect(sources).toHaveLength(2);
    expect(level()).toBeNull();
    greet();
    expect(level()).toBe(12.345);
  });

  it('does not take a backlog for news: the delay makes values older, and a long one ends the connection', () => {
    greet();
    beats(3);
    clock.advance(1500);
    source().say('beat', { serverUtcMs: serverUtcMs() - 1500 });
    source().say('readings', { S1: reading({ ageMs: 600, values: [9] }) });
    expect(level()).toBeNull();
    clock.advance(4000);
    source().say('beat', { serverUtcMs: serverUtcMs() - 5500 });
    clock.advance(200);
    expect(sources).toHaveLength(2);
  });
});
