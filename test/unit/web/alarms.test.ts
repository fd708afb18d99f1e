/** The alarm system over HTTP: the same board for everybody, and only for those who may and say who they are. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bus } from '../../../src/bus.ts';
import { systemClock } from '../../../src/clock.ts';
import { configSchema } from '../../../src/config.ts';
import { AlarmDesk } from '../../../src/desk/alarm-desk.ts';
import { auditTo } from '../../../src/desk/audit.ts';
import { silentLogger } from '../../../src/logger.ts';
import type { AlarmBoard, AlarmLog, ApiError } from '../../../src/web/api-types.ts';
import { temporaryFolder } from '../../support/services.ts';
import { startWebFixture, type WebFixture } from '../../support/web-fixture.ts';
import { noRefills } from '../desk/bay.ts';
import { MemoryRecords } from '../desk/memory-records.ts';

let records: MemoryRecords;
let bus: Bus;
let alarms: AlarmDesk;
let fixture: WebFixture;
const BAY = 'HRS-0042';

async function start(http: object = {}): Promise<void> {
  records = new MemoryRecords();
  bus = new Bus((error) => {
    throw error;
  });
  alarms = new AlarmDesk({
    bus,
    clock: systemClock,
    logger: silentLogger,
    records,
    settings: configSchema.parse({}).alarms,
    version: '1.2.3',
    kept: { alarmState: null, lastAlarmId: 0 },
  });
  alarms.start();
  const audit = auditTo(records, systemClock, silentLogger);
  fixture = await startWebFixture({ readings: 'none', http, desks: { alarms, audit, ...noRefills } });
}
beforeEach(() => start());
afterEach(async () => {
  await fixture.close();
  await alarms.stop();
});

const begins = (condition: 'needleDislodged' | 'stationQuiet' = 'needleDislodged') =>
  bus.emit('condition', { source: BAY, condition, present: true, detail: 'because' });
const send = (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${fixture.web.url}/api/v1/alarms${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const board = async () => (await (await fetch(`${fixture.web.url}/api/v1/alarms`)).json()) as AlarmBoard;
const problem = async (response: Response) => ({
  status: response.status,
  code: ((await response.json()) as ApiError).error.code,
});
const ACKNOWLEDGE = { by: 'An Example', source: BAY, condition: 'needleDislodged' };

describe('the board', () => {
  it('is read, acknowledged, paused and resumed; each answers with what holds now', async () => {
    begins();
    expect(await board()).toMatchObject({
      highest: 'high',
      sounding: 'high',
      entries: [{ source: BAY, signal: 'on' }],
    });
    const paused = await send('POST', '/audio-pause', { by: 'An Example', seconds: 60 });
    expect(await paused.json()).toMatchObject({ sounding: null, pauses: [{ by: 'An Example', source: null }] });
    const resumed = await send('DELETE', '/audio-pause', { by: 'An Example' });
    expect(await resumed.json()).toMatchObject({ sounding: 'high', pauses: [] });
    const acknowledged = await send('POST', '/acknowledge', { ...ACKNOWLEDGE, by: '  An Example ' });
    expect(await acknowledged.json()).toMatchObject({
      sounding: null,
      entries: [{ presence: 'present', by: 'An Example' }],
    });
    expect((await board()).entries[0]?.signal).toBe('acknowledged');
  });

  it('has a log, and keeps who wrote', async () => {
    begins();
    await send('POST', '/acknowledge', ACKNOWLEDGE);
    const log = (await (await fetch(`${fixture.web.url}/api/v1/alarms/log?limit=10&source=${BAY}`)).json()) as AlarmLog;
    expect(log).toMatchObject({ keepDays: 1825, keepEntries: 200_000 });
    expect(log.entries.map(({ event, by }) => [event, by])).toEqual([
      ['acknowledged', 'An Example'],
      ['began', null],
      ['started', null],
    ]);
    expect(records.of('audit').map(({ row }) => row)).toMatchObject([
      { by: 'An Example', login: null, what: 'alarm-acknowledged', subject: BAY, detail: 'needleDislodged' },
    ]);
  });

  it('says when there is nothing to do', async () => {
    expect(await problem(await send('POST', '/acknowledge', ACKNOWLEDGE))).toEqual({
      status: 409,
      code: 'nothing-there',
    });
    expect(await problem(await send('DELETE', '/audio-pause', { by: 'A' }))).toEqual({
      status: 409,
      code: 'nothing-there',
    });
    expect(records.of('audit')).toEqual([]);
  });

  it('answers as its description says', async () => {
    begins();
    begins('stationQuiet');
    await send('POST', '/audio-pause', { by: 'A', source: BAY });
    const document = await (await fetch(`${fixture.web.url}/api/docs/openapi.json`)).json();
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    for (const path of ['/api/v1/alarms', '/api/v1/alarms/log']) {
      const valid = ajv.compile(document.paths[path].get.responses[200].content['application/json'].schema);
      const answer = await (await fetch(fixture.web.url + path)).json();
      expect(valid(answer), `${path}: ${ajv.errorsText(valid.errors)}`).toBe(true);
    }
    const asked = ajv.compile(
      document.paths['/api/v1/alarms/acknowledge'].post.requestBody.content['application/json'].schema,
    );
    expect(asked(ACKNOWLEDGE)).toBe(true);
    expect(asked({ ...ACKNOWLEDGE, by: '' })).toBe(false);
  });
});

describe('writes', () => {
  it.each([
    ['no name', { source: BAY, condition: 'needleDislodged' }],
    ['an empty name', { ...ACKNOWLEDGE, by: '  ' }],
    ['a name with a line break', { ...ACKNOWLEDGE, by: 'A\nB' }],
    ['a name without end', { ...ACKNOWLEDGE, by: 'A'.repeat(101) }],
    ['an unknown condition', { ...ACKNOWLEDGE, condition: 'everything' }],
    ['an unknown key', { ...ACKNOWLEDGE, all: true }],
    ['a list', [ACKNOWLEDGE]],
    ['no JSON', '{"by":'],
  ])('with %s are refused and change nothing', async (_, body) => {
    begins();
    const response = await send('POST', '/acknowledge', body);
    expect(response.status).toBe(400);
    expect(((await response.json()) as ApiError).error.remedy).toMatch(/\w/);
    expect((await board()).entries[0]?.signal).toBe('on');
  });

  it('that are too large, or no JSON by their type, are refused', async () => {
    const large = await send('POST', '/acknowledge', { ...ACKNOWLEDGE, by: 'A'.repeat(20_000) });
    expect(large.status).toBe(413);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const response = await send('POST', '/acknowledge', JSON.stringify(ACKNOWLEDGE), { 'content-type': type });
      expect(response.status, type).toBe(415);
    }
  });

  it.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://elsewhere.example' },
    { origin: 'null' },
    { origin: 'nonsense' },
  ])('of a page elsewhere are refused: %o', async (headers) => {
    begins();
    const refused = await send('POST', '/acknowledge', ACKNOWLEDGE, headers as Record<string, string>);
    expect(await problem(refused)).toEqual({ status: 403, code: 'wrong-origin' });
    expect((await board()).entries[0]?.signal).toBe('on');
  });

  it('of our own page pass, by whichever header the browser says so', async () => {
    begins();
    const { url } = fixture.web;
    for (const headers of [{ 'sec-fetch-site': 'same-origin', origin: 'https://proxy.example' }, { origin: url }]) {
      const response = await send('POST', '/acknowledge', ACKNOWLEDGE, headers as Record<string, string>);
      expect(response.status).toBe(200);
    }
  });

  it('need the login where there is one, and its name is kept', async () => {
    await fixture.close();
    const folder = temporaryFolder();
    const passwordFile = join(folder.path, 'password');
    writeFileSync(passwordFile, 'secret\n');
    await start({ username: 'ward-3', passwordFile });
    begins();
    expect((await send('POST', '/acknowledge', ACKNOWLEDGE)).status).toBe(401);
    const authorization = `Basic ${Buffer.from('ward-3:secret').toString('base64')}`;
    expect((await send('POST', '/acknowledge', ACKNOWLEDGE, { authorization })).status).toBe(200);
    expect(records.of('audit').map(({ row }) => row.login)).toEqual(['ward-3']);
    expect(JSON.stringify(records.writes)).not.toContain('secret');
    folder.remove();
  });

  it('pause no longer than the site allows', async () => {
    expect((await send('POST', '/audio-pause', { by: 'A', seconds: 3601 })).status).toBe(400);
    const response = await send('POST', '/audio-pause', { by: 'A', seconds: 3600 });
    const [pause] = ((await response.json()) as AlarmBoard).pauses;
    expect(pause?.remainingMs).toBeLessThanOrEqual(600_000);
  });
});
