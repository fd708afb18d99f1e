/** Two recorders share the telemetry at a real mosquitto; the database of one dies. */
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { connectMqtt } from '../../../src/mqtt/connection.ts';
import { Quarantine } from '../../../src/record/quarantine.ts';
import { Recorder } from '../../../src/record/recorder.ts';
import { createInfluxStore } from '../../../src/store/influx.ts';
import { startInfluxd, startMosquitto, temporaryFolder } from '../../support/services.ts';
import { available } from '../../support/what-was-not-tested.ts';
import { collectingLogger, reading } from '../journal/support.ts';
import { mqttConfig, startPipeline } from '../mqtt/pipeline.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 30_000, interval: 20 });

describe.skipIf(!available('a recorder takes over for another', 'mosquitto', 'influxd'))('two recorders', () => {
  it('leave the telemetry to the one whose store works, and share it again when both do', async () => {
    const [broker, database] = await Promise.all([startMosquitto(), startInfluxd()]);
    undo.push(
      () => broker.stop(),
      () => database.stop(),
    );
    const p = await startPipeline(broker.url);
    undo.push(() => p.stop());
    const other = await secondRecorder(broker.url, database.url);
    await p.connected();
    await eventually(() => expect(other.connection.connected).toBe(true));

    let line = 0;
    const say = () => p.bus.emit('reading', reading('RS-1', ++line));
    const sayUntil = (check: () => void) =>
      eventually(() => {
        say();
        check();
      });
    await sayUntil(() => {
      expect(other.recorder.counters.written).toBeGreaterThan(0);
      expect(p.recorder.counters.written).toBeGreaterThan(0);
    });

    await database.kill();
    const firstLate = line + 1;
    await sayUntil(() => expect(other.recorder.counters.stoodBack).toBe(1));
    expect(other.logger.lines.map((l) => l.message).join()).toMatch(/takes no more telemetry until its store answers/);
    const heard = other.recorder.counters.messages;
    for (let n = 0; n < 50; n++) {
      const before = p.recorder.counters.messages;
      say();
      await eventually(() => expect(p.recorder.counters.messages).toBeGreaterThan(before));
    }
    expect(other.recorder.counters.messages - heard).toBeLessThanOrEqual(1);
    // Also what only the other one had heard: its bridge sends it again, and nobody but this one is there to take it.
    await eventually(() => expect(p.journal.counters.waiting).toBe(0));
    const lines = new Set((await p.rows('RS-1')).map((row) => row.lineSeq));
    for (let n = firstLate; n <= line; n++) expect(lines, `line ${n}`).toContain(n);

    await database.restart();
    const written = other.recorder.counters.written;
    await sayUntil(() => expect(other.recorder.counters.written).toBeGreaterThan(written + 20));
    expect(other.recorder.counters.stoodBack).toBe(1);
  }, 60_000);
});

async function secondRecorder(brokerUrl: string, databaseUrl: string) {
  const logger = collectingLogger();
  const folder = temporaryFolder();
  const clock = systemClock;
  const site = 'ward-3';
  const store = createInfluxStore({ url: databaseUrl, database: 'hai', logger, timeoutMs: 2000 });
  await store.open();
  const config = mqttConfig(brokerUrl);
  const connection = connectMqtt({ config, site, bridge: 'other', role: 'recorder', version: '0', clock, logger });
  const quarantine = new Quarantine({ folder: join(folder.path, 'quarantine'), clock });
  const recorder = new Recorder({ connection, store, quarantine, site, recorder: 'rec-2', clock, logger });
  recorder.start();
  undo.push(async () => {
    await recorder.stop();
    await connection.close();
    await store.close();
    folder.remove();
  });
  return { recorder, connection, logger };
}
