/** The event stream over real connections: contract, restart, listeners that stop taking. */
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { StationStatus } from '../../src/station/model.ts';
import { StoreUnavailable } from '../../src/store/port.ts';
import type { Hello, LatestReading, StationView, StreamEvents } from '../../src/web/api-types.ts';
import { IDLE, QUIET, REFILLING, readingOf, startWebFixture, type WebFixture } from '../support/web-fixture.ts';

const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});
const eventually = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 20 });
const start = async (options: Parameters<typeof startWebFixture>[0] = {}): Promise<WebFixture> => {
  const fixture = await startWebFixture(options);
  open.push(fixture);
  return fixture;
};

interface Heard {
  readonly event: keyof StreamEvents;
  readonly data: unknown;
}

/** A listener on a bare socket, so that the test decides when it takes bytes. */
class Listener {
  readonly heard: Heard[] = [];
  ended = false;
  head = '';
  readonly socket: Socket;
  #rest = '';

  constructor(port: number, query = '') {
    this.socket = connect(port, '127.0.0.1');
    this.socket.setEncoding('utf8');
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.ended = true;
    });
    this.socket.on('data', (text: string) => this.#take(text));
    this.socket.write(`GET /api/v1/events${query} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    open.push({ close: () => void this.socket.destroy() });
  }

  of<K extends keyof StreamEvents>(event: K): StreamEvents[K][] {
    return this.heard.filter((h) => h.event === event).map((h) => h.data as StreamEvents[K]);
  }

  #take(text: string): void {
    this.#rest += text;
    if (this.head === '') {
      const end = this.#rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.head = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end + 4);
    }
    for (;;) {
      const found = /event: (\w+)\ndata: (.*)\n\n/.exec(this.#rest);
      if (found === null) return;
      const [all, event = '', json = ''] = found;
      this.#rest = this.#rest.slice(found.index + all.length);
      // Every write of the server is one chunk of the transfer encoding, so no chunk border is inside an event.
      this.heard.push({ event: event as keyof StreamEvents, data: JSON.parse(json) });
    }
  }
}

describe('the event stream', () => {
  it('greets with hello and fleet, then tells readings, health and the beat', async () => {
    const fixture = await start();
    const listener = new Listener(fixture.web.port);
    await eventually(() => expect(listener.of('beat').length).toBeGreaterThan(1));
    expect(listener.head).toMatch(/^HTTP\/1\.1 200/);
    expect(listener.head).toMatch(/content-type: text\/event-stream/i);
    expect(listener.heard.slice(0, 2).map((h) => h.event)).toEqual(['hello', 'fleet']);
    const [hello] = listener.of('hello');
    expect(hello).toMatchObject({ product: 'hai-bridge', expiryMs: 2000, store: { ok: true }, broker: { ok: true } });
    expect(hello?.channels[0]).toMatchObject({ name: 'reservoirVolume', unit: 'mL' });
    expect(listener.of('fleet')[0]).toHaveLength(5);
    expect(listener.of('station').some((view) => view.rateHz === 10)).toBe(true);
    const last = listener.of('readings').at(-1);
    expect(Object.keys(last ?? {}).sort()).toEqual([REFILLING, IDLE]);
    expect(last?.[IDLE]?.ageMs).toBeLessThan(1000);
    expect(last?.[IDLE]?.values).toHaveLength(hello?.channels.length ?? 0);
  });

  it('stays at 20 events a second under 4,000 readings a second, and ends with the latest', async () => {
    const fixture = await start({ readings: 'none' });
    const listener = new Listener(fixture.web.port);
    await eventually(() => expect(listener.of('fleet')).toHaveLength(1));
    let lineSeq = 0;
    const began = performance.now();
    const end = began + 2000;
    while (performance.now() < end) {
      for (let i = 0; i < 40; i++) fixture.bus.emit('reading', readingOf(IDLE, ++lineSeq));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await eventually(() => expect(listener.of('readings').at(-1)?.[IDLE]?.lineSeq).toBe(lineSeq));
    const count = listener.of('readings').length;
    const seconds = (performance.now() - began) / 1000;
    expect(count).toBeGreaterThan(10 * seconds);
    expect(count).toBeLessThanOrEqual(20.5 * seconds + 1);
  });

  it('tells one station to a listener of one station', async () => {
    const fixture = await start();
    const listener = new Listener(fixture.web.port, `?station=${IDLE}`);
    await eventually(() => expect(listener.of('station').length).toBeGreaterThan(0));
    await eventually(() => expect(listener.of('readings').length).toBeGreaterThan(5));
    expect(listener.of('fleet')[0]?.map((view) => view.key)).toEqual([IDLE]);
    expect(new Set(listener.of('station').map((view) => view.key))).toEqual(new Set([IDLE]));
    expect(new Set(listener.of('readings').flatMap(Object.keys))).toEqual(new Set([IDLE]));
  });

  it('refuses a station name that is none', async () => {
    const fixture = await start({ readings: 'none' });
    const response = await fetch(`${fixture.web.url}/api/v1/events?station=..%2F`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'bad-parameter' } });
  });

  it('tells at once when a station falls silent or another takes its link', async () => {
    const fixture = await start({ readings: 'none' });
    const listener = new Listener(fixture.web.port);
    await eventually(() => expect(listener.of('fleet')).toHaveLength(1));
    const said: StationStatus = {
      station: IDLE,
      link: '/dev/ttyUSB1',
      state: 'quiet',
      reason: 'silent',
      sinceUtcMs: Date.now(),
    };
    fixture.bus.emit('status', said);
    await eventually(() => expect(listener.of('station').at(-1)).toMatchObject({ key: IDLE, state: 'quiet' }));
    fixture.bus.emit('status', { ...said, station: 'HRS-7777', state: 'live', reason: null });
    await eventually(() => expect(listener.of('fleet')).toHaveLength(2));
    const states = Object.fromEntries(
      (listener.of('fleet')[1] ?? []).map((view: StationView) => [view.key, view.state]),
    );
    expect(states).toMatchObject({ 'HRS-7777': 'live', [IDLE]: 'offline', [QUIET]: 'quiet' });
  });

  it('says hello again when the broker goes and when the store comes back', async () => {
    const broker = { ok: true, reason: null as string | null, description: 'broker' };
    const clock = {
      utcMs: systemClock.utcMs,
      monotonicMs: () => systemClock.monotonicMs() * 20,
      after: (ms: number, run: () => void) => systemClock.after(ms / 20, run),
    };
    const fixture = await start({ readings: 'none', broker: () => broker, clock });
    fixture.store.failure = new StoreUnavailable('gone');
    const listener = new Listener(fixture.web.port);
    const last = (): Hello | undefined => listener.of('hello').at(-1);
    await eventually(() => expect(last()?.broker.ok).toBe(true));
    broker.ok = false;
    broker.reason = 'connection refused';
    await eventually(() => expect(last()?.broker).toMatchObject({ ok: false, reason: 'connection refused' }));
    await eventually(() => expect(last()?.store).toMatchObject({ ok: false, reason: 'gone' }));
    fixture.store.failure = null;
    await eventually(() => expect(last()?.store.ok).toBe(true));
  });
});

describe('a restart of the daemon', () => {
  it('ends the stream; the next one on the same address names another run', async () => {
    const first = await startWebFixture({ runId: 'run-1' });
    const { port } = first.web;
    const before = new Listener(port);
    await eventually(() => expect(before.of('hello')[0]?.runId).toBe('run-1'));
    await first.close();
    await eventually(() => expect(before.ended).toBe(true));
    const second = await start({ runId: 'run-2', http: { listen: `127.0.0.1:${port}` } });
    expect(second.web.port).toBe(port);
    const after = new Listener(port);
    await eventually(() => expect(after.of('hello')[0]?.runId).toBe('run-2'));
    expect(after.of('fleet')[0]?.length).toBe(5);
  });
});

describe('a listener that stops taking', () => {
  const STATIONS = Array.from({ length: 1000 }, (_, i) => `HRS-${i}`);
  const statuses = (): StationStatus[] =>
    STATIONS.map((station) => ({ station, link: `tcp://${station}:1`, state: 'live', reason: null, sinceUtcMs: 0 }));
  /** Monotonic time that the test can push ahead. */
  const pushableClock = () => {
    let ahead = 0;
    return {
      clock: { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + ahead },
      push: (ms: number) => {
        ahead += ms;
      },
    };
  };
  const flood = async (fixture: WebFixture, lineSeq: number) => {
    for (const station of STATIONS) fixture.bus.emit('reading', readingOf(station, lineSeq));
    await new Promise((resolve) => setTimeout(resolve, 50));
  };
  const metric = async (fixture: WebFixture, name: string): Promise<number> => {
    const text = await (await fetch(`${fixture.web.url}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]);
  };

  it('is cut off in the end, and nobody else notices', async () => {
    const { clock, push } = pushableClock();
    const fixture = await start({ readings: 'none', statuses, clock });
    const slow = new Listener(fixture.web.port);
    const healthy = new Listener(fixture.web.port);
    await eventually(() => expect(slow.of('fleet')[0]).toHaveLength(1000));
    await eventually(() => expect(healthy.of('fleet')[0]).toHaveLength(1000));
    slow.socket.pause();
    const before = process.memoryUsage().rss;
    for (let lineSeq = 1; lineSeq <= 60; lineSeq++) await flood(fixture, lineSeq);
    expect(await metric(fixture, 'hai_sse_clients')).toBe(2);
    push(31_000);
    await eventually(async () => expect(await metric(fixture, 'hai_sse_clients_cut_off_total')).toBe(1));
    expect(await metric(fixture, 'hai_sse_clients')).toBe(1);
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
    expect(healthy.ended).toBe(false);
    await eventually(() => expect(healthy.of('readings').at(-1)?.['HRS-999']?.lineSeq).toBe(60));
    slow.socket.resume();
    await eventually(() => expect(slow.ended).toBe(true));
  });

  it('gets the latest of every station when it takes again in time', async () => {
    const fixture = await start({ readings: 'none', statuses });
    const slow = new Listener(fixture.web.port);
    await eventually(() => expect(slow.of('fleet')[0]).toHaveLength(1000));
    slow.socket.pause();
    for (let lineSeq = 1; lineSeq <= 60; lineSeq++) await flood(fixture, lineSeq);
    slow.socket.resume();
    const latest = new Map<string, LatestReading>();
    await eventually(() => {
      for (const readings of slow.of('readings')) {
        for (const [station, reading] of Object.entries(readings)) latest.set(station, reading);
      }
      expect([...latest.values()].every((reading) => reading.lineSeq === 60)).toBe(true);
      expect(latest.size).toBe(1000);
    });
    expect(slow.of('readings').length).toBeLessThan(60);
  });
});

describe('too many listeners', () => {
  it('are told so, with the remedy, and the place of one that left is free again', async () => {
    const fixture = await start({ readings: 'none' });
    const listeners = Array.from({ length: 200 }, () => new Listener(fixture.web.port));
    await eventually(() => expect(listeners.every((l) => l.of('fleet').length === 1)).toBe(true));
    const refused = await fetch(`${fixture.web.url}/api/v1/events`);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error: { code: 'too-many-listeners', remedy: expect.any(String) } });
    listeners[0]?.socket.destroy();
    await eventually(async () => {
      const late = new Listener(fixture.web.port);
      await vi.waitFor(() => expect(late.of('hello')).toHaveLength(1), 500);
    });
  });
});
