/**
 * A refill in the built daemon while broker and database are away: the API drives it, a simulated station plays it, the
 * daemon is killed in the middle. What was seen before is there afterwards, and the record replays to itself.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Database from 'libsql';
import { connectAsync } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import type { RefillInput } from '../../src/refill/model.ts';
import { replay } from '../../src/refill/refill.ts';
import type { AlarmBoard, AlarmLog, PumpHistory, RefillRecord, RefillState } from '../../src/web/api-types.ts';
import { eventually, type Running, run, up } from '../support/daemon.ts';
import { freePort } from '../support/free-port.ts';
import { startMosquitto, temporaryFolder } from '../support/services.ts';
import { available } from '../support/what-was-not-tested.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const BY = 'An Example';
const STATION = 'SIM-0001';
const DAY_MS = 86_400_000;
const NEXT_PATIENT_MS = 80_000;

async function api<T>(url: string, path: string, method = 'GET', body?: object): Promise<T> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer}`);
  return JSON.parse(answer) as T;
}
const pageOf = async (daemon: Running) => (await daemon.line(/Page\s+(http:\/\/127\.0\.0\.1:\d+)/, 40_000))[1] ?? '';

/** Inputs as they lie on the disk, of an open refill. */
function inputsOnDisk(data: string): string[] {
  const db = new Database(join(data, 'records.db'));
  const rows = db.prepare('SELECT json FROM refill_input ORDER BY n').raw(true).all() as [string][];
  db.close();
  return rows.map(([json]) => json);
}
const parsed = (lines: readonly string[]) => lines.map((line) => JSON.parse(line) as RefillInput);

describe.skipIf(!available('a refill over a kill, with broker and database away', 'mosquitto'))('a refill', () => {
  it('goes on after a kill with everything that was seen, alarms included, and reports when the broker is back', async () => {
    const folder = temporaryFolder();
    undo.push(() => folder.remove());
    const broker = await startMosquitto();
    undo.push(() => broker.stop());
    await broker.kill();
    const port = await freePort();
    const data = join(folder.path, 'data');
    const start = () => {
      const daemon = up(folder.path, {
        site: 'test',
        data,
        links: [{ url: `tcp://127.0.0.1:${port}` }],
        mqtt: { url: broker.url },
        store: { kind: 'influx', url: 'http://127.0.0.1:1' },
        http: { listen: '127.0.0.1:0' },
      });
      undo.push(() => daemon.end('SIGKILL'));
      return daemon;
    };
    const first = start();
    const url = await pageOf(first);
    // Only now, so that the patient's first scans are heard; else those of the next patient are, a minute later.
    const simulator = run('simulator/main.js', [
      ...['--tcp', `127.0.0.1:${port}`, '--scenario', 'nominal-refill', '--speed', '12', '--json'],
    ]);
    undo.push(() => simulator.end());
    await api(url, '/pumps/P0042', 'PUT', {
      by: BY,
      model: 'codman-3000-30',
      serial: 'P0042',
      udi: null,
      labelFlowMlPerDay: 1.3,
      patientRef: 'pt-7',
      fills: [{ atMs: Date.now() - 14 * DAY_MS, filledMl: 30, residualMl: null, actualFlow: null }],
    });
    const live = async () => (await api<{ state: string }>(url, `/stations/${STATION}`)).state === 'live';
    await eventually('the station is live', live);
    const refill = `/stations/${STATION}/refill`;
    // Another pump and drug than will be scanned: the alarm of this refill.
    const order = {
      fillMl: 30,
      drug: 'saline',
      concentrationMgPerMl: null,
      lot: null,
      densityGPerMl: 1.005,
      needleGauge: '22G',
      expectedPumpUdi: 'P9999',
      expectedDrugCode: '00000000000000',
    };
    const context = { feverDays: 0, feverCel: null, homeAltitudeM: 0, flightHours: 0 };
    const { refill: id } = await api<RefillState>(url, refill, 'POST', { by: BY, pump: 'P0042', order, context });
    const wrong = async (at: string) =>
      (await api<AlarmBoard>(at, '/alarms')).entries.find(({ condition }) => condition === 'wrongPumpOrDrug');
    await eventually('the wrong card is an alarm', async () => (await wrong(url))?.signal === 'on', NEXT_PATIENT_MS);
    await api(url, '/alarms/acknowledge', 'POST', { by: BY, source: STATION, condition: 'wrongPumpOrDrug' });
    await api(url, '/alarms/audio-pause', 'POST', { by: BY, source: 'nobody-here', seconds: 600 });
    const act = (at: string, action: object) => api<RefillState>(at, `${refill}/actions`, 'POST', { by: BY, action });
    await act(url, { do: 'override', hold: 'identity', reason: 'read aloud by two' });
    await eventually(
      'the needle is in',
      async () => (await api<RefillState>(url, refill)).needle === 'in',
      NEXT_PATIENT_MS,
    );
    const seen = await act(url, { do: 'override', hold: 'passiveReturn', reason: 'seen by eye' });

    await first.end('SIGKILL');
    const onDisk = inputsOnDisk(data);
    // What was answered is on the disk: one of the states that these inputs run through is the one that was seen.
    let found = false;
    for (let n = onDisk.length; n > 0 && !found; n--) {
      const state = replay(parsed(onDisk.slice(0, n))).state;
      if (state.atMs < seen.atMs) break;
      found = JSON.stringify(state) === JSON.stringify(seen);
    }
    expect(found).toBe(true);

    const second = start();
    const again = await pageOf(second);
    const restored = await api<RefillState>(again, refill);
    expect(restored).toMatchObject({ refill: id, by: BY, beganMs: seen.beganMs });
    expect(restored.phases.slice(0, seen.phases.length)).toEqual(seen.phases);
    expect(restored.scans.slice(0, seen.scans.length)).toEqual(seen.scans);
    expect(restored.holds.filter((hold) => hold.state === 'overridden')).toEqual(
      seen.holds.filter((hold) => hold.state === 'overridden'),
    );
    expect(await wrong(again)).toMatchObject({ presence: 'present', signal: 'acknowledged', by: BY });
    expect((await api<AlarmBoard>(again, '/alarms')).pauses).toMatchObject([{ by: BY, source: 'nobody-here' }]);

    const speaks = async () => (await api<RefillState>(again, refill)).link === 'live';
    await eventually('the station is heard again', speaks);
    for (const hold of (await api<RefillState>(again, refill)).holds) {
      if (hold.state !== 'overridden') await act(again, { do: 'override', hold: hold.hold, reason: 'end of the test' });
    }
    expect((await act(again, { do: 'finish' })).outcome).toBe('completed');
    const record = await api<RefillRecord>(again, `/refills/${id}`);
    expect(record.alarms.map(({ event }) => event)).toEqual(expect.arrayContaining(['began', 'acknowledged']));
    expect(await api<PumpHistory>(again, '/pumps/P0042/history')).toMatchObject({ pump: { pump: 'P0042' } });
    const log = await api<AlarmLog>(again, '/alarms/log?limit=1000');
    expect(log.entries.filter(({ event }) => event === 'started')).toHaveLength(2);

    await broker.restart();
    const client = await connectAsync(broker.url);
    undo.push(() => client.endAsync(true));
    const heard = new Map<string, string>();
    client.on('message', (topic, payload) => heard.set(topic, payload.toString()));
    await client.subscribeAsync(`hai/v1/test/${STATION}/#`);
    const topic = `hai/v1/test/${STATION}/refill/report`;
    await eventually('the report is at the broker', () => heard.has(topic), 40_000);
    expect(JSON.parse(heard.get(topic) ?? '')).toEqual(record);
    expect(JSON.parse(heard.get(`hai/v1/test/${STATION}/alarm/wrongPumpOrDrug`) || '{}')).toMatchObject({
      condition: { code: 'wrongPumpOrDrug', acknowledgedBy: BY },
    });

    expect(await second.end('SIGTERM')).toBe(0);
    const db = new Database(join(data, 'records.db'));
    const [packed] = db.prepare('SELECT gzip FROM refill_inputs_packed').raw(true).get() as [ArrayBuffer];
    expect(db.prepare('SELECT count(*) FROM refill_input').raw(true).get()).toEqual([0]);
    db.close();
    const text = gunzipSync(Buffer.from(packed)).toString('utf8');
    expect(createHash('sha256').update(text).digest('hex')).toBe(record.inputsSha256);
    expect(replay(parsed(text.split('\n').slice(0, -1))).state).toEqual(record.state);
  }, 240_000);
});
