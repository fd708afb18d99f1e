/** From the bus to the store over real brokers: mosquitto 2 (MQTT 5) and the embedded one (3.1.1). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import mqtt from 'mqtt';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { silentLogger } from '../../src/logger.ts';
import { startEmbeddedBroker } from '../../src/mqtt/embedded-broker.ts';
import { startMosquitto } from '../support/services.ts';
import { available } from '../support/what-was-not-tested.ts';
import { reading, stationEvent } from '../unit/journal/support.ts';
import { info, listen, type Pipeline, seen, startPipeline, status } from '../unit/mqtt/pipeline.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
const eventually = (check: () => unknown, timeout = 20_000) => vi.waitFor(check, { timeout, interval: 25 });

async function pipeline(url: string): Promise<Pipeline> {
  const started = await startPipeline(url);
  undo.push(() => started.stop());
  await started.connected();
  return started;
}

/** A reading as it would come now; `n` counts lines and tells the values apart. */
function now(station: string, n: number) {
  return reading(station, n, {
    received: { utcMs: Date.now(), monotonicMs: performance.now() },
    values: [n / 1000, -1.5, 10.25, 36.6, null, 101.325],
  });
}

async function expectExactlyOnce(p: Pipeline, station: string, count: number): Promise<void> {
  await eventually(async () => {
    const counts = await p.store.count(station);
    expect(counts.reduce((sum, c) => sum + c.rows, 0)).toBeGreaterThanOrEqual(count);
    expect(p.journal.counters.waiting).toBe(0);
  }, 60_000);
  const rows = await p.rows(station);
  expect(rows.length).toBe(count);
  expect(rows.filter((r, i) => r.lineSeq !== i || r.values[0] !== i / 1000)).toEqual([]);
  expect(p.journal.counters.lost).toBe(0);
}

const brokers = [
  {
    name: 'mosquitto',
    protocol: '5',
    missing: !available('MQTT over a real mosquitto', 'mosquitto', 'mosquitto_sub'),
    start: async () => {
      const broker = await startMosquitto();
      undo.push(() => broker.stop());
      return broker;
    },
  },
  {
    name: 'the embedded broker',
    protocol: '3.1.1',
    missing: !available('the embedded broker seen by mosquitto_sub', 'mosquitto_sub'),
    start: async () => {
      const broker = await startEmbeddedBroker({ port: 0, logger: silentLogger });
      undo.push(() => broker.close());
      return broker;
    },
  },
];

describe.each(brokers)('over $name', ({ missing, protocol, start }) => {
  it.skipIf(missing)('a person with mosquitto_sub reads everything, and the store has every row', async () => {
    const broker = await start();
    const person = listen(broker.port);
    undo.push(() => person.stop());
    const p = await pipeline(broker.url);
    expect(p.connection.protocol).toBe(protocol);
    await eventually(() => expect(seen(person.lines, 'bridge')).toMatchObject([{ bridge: 'bay-a', state: 'online' }]));

    p.bus.emit('status', status('RS-0042'));
    p.bus.emit('identified', info('RS-0042'));
    for (let n = 0; n < 2500; n++) p.bus.emit('reading', now('RS-0042', n));
    p.bus.emit(
      'event',
      stationEvent('RS-0042', 2500, { source: 'scan', state: 'DataMatrix', data: '0104912345678904' }),
    );
    await expectExactlyOnce(p, 'RS-0042', 2500);

    await eventually(() => expect(seen(person.lines, 'recorded').length).toBeGreaterThan(0));
    expect(seen(person.lines, 'status').at(-1)).toMatchObject({
      station: 'RS-0042',
      state: 'live',
      validForMs: 30_000,
    });
    expect(seen(person.lines, 'info').at(-1)).toMatchObject({
      firmwareVersion: '1.4.0',
      instruments: [{ channels: ['collectorMass'] }, { channels: ['lineFlow', 'fluidTemperature', 'NEW'] }],
    });
    const live = seen(person.lines, 'live');
    expect(live.length).toBeGreaterThanOrEqual(1);
    expect(live.length).toBeLessThan(20);
    expect(live[0]).toMatchObject({
      values: { reservoirVolume: 0, lineFlow: -1.5, collectorMass: null },
      flags: ['simulated'],
    });
    const told = seen(person.lines, 'telemetry') as { rows: unknown[]; events: unknown[]; history: boolean }[];
    expect(told.reduce((sum, b) => sum + b.rows.length, 0)).toBe(2500);
    expect(told.flatMap((b) => b.events)).toMatchObject([{ source: 'scan', data: '0104912345678904' }]);
    expect(told.every((b) => b.history === false)).toBe(true);
    expectDocumented(person.lines);

    await p.connection.close();
    await eventually(() =>
      expect(seen(person.lines, 'bridge').at(-1)).toMatchObject({ state: 'offline', reason: 'stopped' }),
    );
  });

  it.skipIf(missing)('strangers are counted and change nothing', async () => {
    const broker = await start();
    const p = await pipeline(broker.url);
    const stranger = await mqtt.connectAsync(broker.url, { protocolVersion: 4 });
    undo.push(() => stranger.endAsync(true));
    const good = {
      station: 'RS-9',
      bridge: 'x',
      epoch: 1,
      bootId: 'B',
      firstSeq: 1,
      lastSeq: 1,
      history: false,
      t0: '1',
      columns: ['seq', 'dtNs', 'tickMs', 'lineSeq', 'flags'],
      rows: [[1, 0, 0, 0, 0]],
      events: [],
    };
    const telemetry = 'hai/v1/ward-3/RS-9/telemetry';
    const recorded = 'hai/v1/ward-3/RS-9/recorded';
    const messages: [string, string | Buffer][] = [
      [telemetry, 'hello'],
      [telemetry, '{"station":"RS-9"}'],
      [telemetry, '[]'],
      [telemetry, Buffer.alloc(2_100_000, 0x20)],
      [telemetry, JSON.stringify({ ...good, station: 'RS-8' })],
      [telemetry, JSON.stringify({ ...good, rows: [[1, 0, 0, 0]] })],
      [telemetry, JSON.stringify(good).replace('[[1,0,0,0,0]]', '[[1,1e999,0,0,0]]')],
      [recorded, '\u0000'],
      [recorded, '{"station":"RS-9","recorder":"r","batches":[]}'],
      [recorded, '{"station":"RS-8","recorder":"r","batches":[{"epoch":1,"firstSeq":1,"lastSeq":1}]}'],
      [recorded, '{"station":"RS-9","recorder":"r","batches":[{"epoch":1,"firstSeq":1,"lastSeq":1}]}'],
      ['hai/v1/ward-3/RS-9/unheard-of', '{}'],
      ['hai/v1/ward-3/-bad-/telemetry', JSON.stringify(good)],
    ];
    for (const [topic, payload] of messages) await stranger.publishAsync(topic, payload, { qos: 1 });
    for (let n = 0; n < 50; n++) p.bus.emit('reading', now('RS-1', n));
    await expectExactlyOnce(p, 'RS-1', 50);
    expect(p.recorder.counters.invalid).toBe(8);
    expect(p.publisher.counters.strangers).toBe(3);
    expect(await p.store.stations()).toEqual(['RS-1']);
    expect(p.logger.lines.filter((l) => l.message.includes('not ours'))).toHaveLength(2);
  });
});

describe.skipIf(!available('broker outages with a real mosquitto', 'mosquitto', 'mosquitto_sub'))('outages', () => {
  it('a broker killed in mid-stream costs nothing: every reading is in the store exactly once', async () => {
    const broker = await startMosquitto();
    undo.push(() => broker.stop());
    const p = await pipeline(broker.url);
    let n = 0;
    const stream = setInterval(() => {
      for (let i = 0; i < 20; i++) p.bus.emit('reading', now('RS-1', n++));
    }, 10);
    undo.push(() => clearInterval(stream));
    await eventually(() => expect(p.recorder.counters.written).toBeGreaterThan(200));
    await broker.kill();
    const down = n;
    await eventually(() => expect(p.connection.state()).toMatchObject({ ok: false }));
    await eventually(() => expect(n).toBeGreaterThan(down + 500));
    expect(p.connection.state().reason).toMatch(/nothing listens there: start the broker|closed the connection/);
    await broker.restart();
    const back = performance.now();
    await p.connected();
    expect(performance.now() - back).toBeLessThan(6000);
    const up = n;
    await eventually(() => expect(n).toBeGreaterThan(up + 300));
    clearInterval(stream);
    await expectExactlyOnce(p, 'RS-1', n);
    expect(p.publisher.counters.resent).toBeGreaterThan(0);
  });

  it('nothing is queued on the live lane while the broker is away', async () => {
    const broker = await startMosquitto();
    undo.push(() => broker.stop());
    const p = await pipeline(broker.url);
    p.bus.emit('status', status('RS-1'));
    p.bus.emit('identified', info('RS-1'));
    await broker.kill();
    await eventually(() => expect(p.connection.connected).toBe(false));
    const before = p.publisher.counters.live;
    let n = 0;
    const stream = setInterval(() => p.bus.emit('reading', now('RS-1', n++)), 5);
    undo.push(() => clearInterval(stream));
    await eventually(() => expect(n).toBeGreaterThan(150));
    clearInterval(stream);
    const lastLive = n;
    expect(p.publisher.counters.live).toBe(before);
    await broker.restart();
    const person = listen(broker.port);
    undo.push(() => person.stop());
    await expectExactlyOnce(p, 'RS-1', lastLive);
    await eventually(() =>
      expect(seen(person.lines, 'telemetry').length + seen(person.lines, 'info').length).toBeGreaterThan(0),
    );
    // At most the newest one, which waited for its turn and is still fresh; nothing older.
    const older = seen(person.lines, 'live').filter((live) => live.lineSeq !== lastLive - 1);
    expect(older).toEqual([]);
    expect(seen(person.lines, 'live').length).toBeLessThanOrEqual(1);
    // A broker without memory of us is told everything again.
    expect(seen(person.lines, 'status').at(-1)).toMatchObject({ state: 'live' });
    expect(seen(person.lines, 'info').at(-1)).toMatchObject({ station: 'RS-1' });
  });

  it('the last will says offline when the bridge is killed', async () => {
    const broker = await startMosquitto();
    undo.push(() => broker.stop());
    const person = listen(broker.port);
    undo.push(() => person.stop());
    const script = join(import.meta.dirname, '../unit/mqtt/bridge-child.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', script, broker.url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    undo.push(() => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    await eventually(() => expect(seen(person.lines, 'bridge')).toMatchObject([{ bridge: 'bay-z', state: 'online' }]));
    child.kill('SIGKILL');
    await eventually(() => expect(seen(person.lines, 'bridge').at(-1)).toMatchObject({ state: 'offline', at: null }));
    const late = listen(broker.port);
    undo.push(() => late.stop());
    await eventually(() => expect(seen(late.lines, 'bridge')).toMatchObject([{ state: 'offline' }]));
    expectDocumented(person.lines);
  });

  it('a recorder that answers late gets the backlog of an earlier run, oldest first, marked as history', async () => {
    const broker = await startMosquitto();
    undo.push(() => broker.stop());
    const person = listen(broker.port);
    undo.push(() => person.stop());
    const p = await pipeline(broker.url);
    await p.recorder.stop();
    for (let n = 0; n < 20; n++) {
      p.bus.emit('reading', now('RS-1', n));
      await eventually(() => expect(p.journal.counters.waiting).toBe(n + 1));
    }
    // All of them have passed the broker before the recorder listens again.
    await eventually(() => expect(seen(person.lines, 'telemetry')).toHaveLength(20));
    p.recorder.start();
    await expectExactlyOnce(p, 'RS-1', 20);
    await eventually(() => {
      const told = seen(person.lines, 'telemetry') as { history: boolean; firstSeq: number }[];
      const again = told.filter((b) => b.history).map((b) => b.firstSeq);
      expect(again).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    });
  });
});

/** Every payload is as `asyncapi.yaml` says. */
function expectDocumented(lines: readonly string[]): void {
  const document = parse(readFileSync(join(import.meta.dirname, '../../asyncapi.yaml'), 'utf8'));
  const ajv = addFormats.default(new Ajv.default({ strict: false, allErrors: true }));
  const names = new Set<string>();
  for (const line of lines.filter((l) => l.includes('{'))) {
    const topic = line.slice(0, line.indexOf(' '));
    const name = topic.slice(topic.lastIndexOf('/') + 1);
    const schema = document.components.schemas[name];
    expect(schema, `${name} is documented`).toBeDefined();
    const valid = ajv.validate(schema, JSON.parse(line.slice(line.indexOf(' ') + 1)));
    expect(valid, `${line.slice(0, 300)}: ${ajv.errorsText()}`).toBe(true);
    names.add(name);
  }
  expect(names.size).toBeGreaterThan(0);
}
