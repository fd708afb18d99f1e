/** A short torture: every part is killed a few times under load; `npm run torture` is the long one. And: its judge is not blind. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Stall } from '../../src/drill/stalls.ts';
import { judge } from '../../torture/judge.ts';
import { PARTS } from '../../torture/rig.ts';
import { torture } from '../../torture/torture.ts';
import { type Service, startInfluxd, temporaryFolder } from '../support/services.ts';
import { available } from '../support/what-was-not-tested.ts';

describe.skipIf(!available('killing bridge, recorder, broker and database under load', 'mosquitto', 'influxd'))(
  'SIGKILL under load',
  () => {
    it('loses nothing but what the bridge had not yet committed, repeats nothing, makes nothing up', async () => {
      const said: string[] = [];
      const result = await torture({
        parts: PARTS,
        kills: 4,
        seed: 20_261_123,
        stations: 2,
        rateHz: 50,
        links: 'tcp',
        windowMs: 2000,
        say: (line) => said.push(line),
      });
      const { lostOutside, duplicates, falseValues, crashes, details } = result;
      expect({ lostOutside, duplicates, falseValues, crashes, details }, said.join('\n')).toEqual({
        lostOutside: 0,
        duplicates: 0,
        falseValues: 0,
        crashes: [],
        details: [],
      });
      expect(result.kills).toEqual({ bridge: 4, recorder: 4, broker: 4, database: 4 });
      expect(result.due).toBeGreaterThan(100);
      expect(result.held).toBeGreaterThanOrEqual(result.due - result.lostInside);
      expect(result.passed).toBe(true);
    });
  },
);

const START = Date.UTC(2026, 10, 23);
const tel = (q: number, v: number) =>
  JSON.stringify({ s: 'S', b: 'A', q, t: q * 100, ty: 'TEL', v: [v, 0, 0, 0, 0, 0], f: 128 });
const held = (line: number, over: { v?: number; seq?: number; epoch?: number; shiftNs?: number } = {}) => {
  const { v = line, seq = line, epoch = 1, shiftNs = 0 } = over;
  const values = `reservoirVolume=${v},lineFlow=0,linePressure=0,fluidTemperature=0,collectorMass=0,ambientPressure=0`;
  const time = BigInt(START + line * 100) * 1_000_000n + BigInt(shiftNs);
  return `telemetry,epoch=${epoch},site=t,station=S ${values},seq=${seq}i,tick=${line * 100}i,line=${line}i,flags=128i ${time}`;
};

describe.skipIf(!available('the judge of the torture', 'influxd'))('the judge of the torture', () => {
  /** Lines 1..9 were sent to a bridge that knew the station and was killed at 950 ms. */
  async function verdictOn(rows: string[], kills = [START + 950], stalls: Stall[] = []) {
    const folder = temporaryFolder();
    const ledger = join(folder.path, 'ledger.jsonl');
    const events = (ev: string) => JSON.stringify({ s: 'S', ev, b: 'A' });
    const lines = [events('boot'), events('attached'), events('identified')];
    for (let q = 1; q < 10; q++) lines.push(tel(q, q));
    writeFileSync(ledger, `${[...lines, events('detached')].join('\n')}\n`);
    let database: Service | undefined;
    try {
      database = await startInfluxd();
      await fetch(`${database.url}/query?q=CREATE+DATABASE+hai`, { method: 'POST' });
      const answer = await fetch(`${database.url}/write?db=hai`, { method: 'POST', body: rows.join('\n') });
      expect(answer.status).toBe(204);
      const bridgeKills = kills.map((atMs) => ({ atMs }));
      return await judge({
        ledger,
        databaseUrl: database.url,
        startedUtcMs: START,
        bridgeKills,
        windowMs: 250,
        stalls,
      });
    } finally {
      await database?.stop();
      folder.remove();
    }
  }
  const first = (count: number) => Array.from({ length: count }, (_, i) => held(i + 1));
  const good = { lostInside: 0, lostOutside: 0, duplicates: 0, falseValues: 0 };

  it.each<[string, string[], object, number[]?, Stall[]?]>([
    ['everything there', first(9), good],
    ['the end lost with the kill', first(7), { ...good, lostInside: 2 }],
    ['lost further back than the window', first(5), { ...good, lostInside: 3, lostOutside: 1 }],
    [
      'further back, but the machine stood still meanwhile',
      first(5),
      { ...good, lostInside: 4 },
      [START + 950],
      [{ fromMs: START + 650, toMs: START + 720 }],
    ],
    ['the end lost without a kill', first(8), { ...good, lostOutside: 1 }, []],
    [
      'a hole before what is there, in lines and in numbers',
      first(9).filter((_, i) => i !== 3),
      { ...good, lostOutside: 2 },
    ],
    ['a line twice', [...first(9), held(4, { epoch: 2, seq: 1, shiftNs: 5 })], { ...good, duplicates: 1 }],
    ['a number twice', [...first(9), held(10, { seq: 4 })], { ...good, duplicates: 1, falseValues: 1 }],
    ['another value', [...first(8), held(9, { v: 9.001 })], { ...good, falseValues: 1 }],
    ['another time', [...first(8), held(9, { shiftNs: -2e9 })], { ...good, falseValues: 1 }],
  ])('sees %s', async (_, rows, expected, kills, stalls) => {
    expect(await verdictOn(rows, kills, stalls)).toMatchObject(expected);
  });
});
