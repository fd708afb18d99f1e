/** Refills and pumps over HTTP, with the real desks and their real file. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bus } from '../../../src/bus.ts';
import { systemClock } from '../../../src/clock.ts';
import { type OpenDesks, openDesks } from '../../../src/compose/desks.ts';
import { configSchema } from '../../../src/config.ts';
import { silentLogger } from '../../../src/logger.ts';
import type { CommandAnswer } from '../../../src/station/commands.ts';
import type { ApiError, PumpHistory, RefillList, RefillRecord, RefillState } from '../../../src/web/api-types.ts';
import { temporaryFolder } from '../../support/services.ts';
import {
  fleetStatuses,
  IDLE,
  infoOf,
  REFILLING,
  readingOf,
  startWebFixture,
  type WebFixture,
} from '../../support/web-fixture.ts';
import { CONTEXT, ORDER, pumpAt } from '../desk/bay.ts';

let folder: ReturnType<typeof temporaryFolder>;
let bus: Bus;
let desks: OpenDesks;
let fixture: WebFixture;
let answer: CommandAnswer | null;
const { model } = pumpAt(0);

beforeEach(async () => {
  folder = temporaryFolder();
  bus = new Bus((error) => {
    throw error;
  });
  const config = configSchema.parse({ data: folder.path });
  desks = await openDesks({ config, bus, clock: systemClock, logger: silentLogger, version: '1.2.3' });
  answer = { kind: 'done', result: '' };
  fixture = await startWebFixture({
    readings: 'none',
    bus,
    desks: { ...desks, models: [model] },
    command: async () => answer,
  });
  for (const station of [REFILLING, IDLE]) bus.emit('identified', infoOf(station, `/dev/${station}`));
  for (const status of fleetStatuses()) bus.emit('status', status);
  bus.emit('reading', readingOf(REFILLING, 1));
});
afterEach(async () => {
  await fixture.close();
  await desks.stop();
  folder.remove();
});

const url = (path: string) => `${fixture.web.url}/api/v1${path}`;
const get = async <T>(path: string) => (await (await fetch(url(path))).json()) as T;
const send = (method: string, path: string, body: unknown) =>
  fetch(url(path), { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
const problem = async (response: Response) => ({
  status: response.status,
  code: ((await response.json()) as ApiError).error.code,
});
const DAYS_AGO = () => Math.round(Date.now()) - 14 * 86_400_000;
const PUMP = () => ({
  by: 'An Example',
  model: model.model,
  serial: '20175',
  udi: '(01)00850014110147(21)20175',
  labelFlowMlPerDay: 1.3,
  patientRef: 'pt-7',
  fills: [{ atMs: DAYS_AGO(), filledMl: 30, residualMl: null, actualFlow: null }],
});
const enter = async (id = 'P0042') => expect((await send('PUT', `/pumps/${id}`, PUMP())).status).toBe(200);
const BEGIN = { by: 'An Example', pump: 'P0042', order: ORDER, context: CONTEXT };
const REFILL = `/stations/${REFILLING}/refill`;
const act = (action: object) => send('POST', `${REFILL}/actions`, { by: 'An Example', action });

describe('pumps', () => {
  it('are entered, read, changed with their fills kept, and removed', async () => {
    expect(await get('/pumps')).toEqual([]);
    await enter();
    expect(await get('/pumps/P0042')).toMatchObject({ pump: 'P0042', serial: '20175', model: { capacityMl: 30 } });
    const { fills: _, ...rest } = PUMP();
    const changed = await send('PUT', '/pumps/P0042', { ...rest, labelFlowMlPerDay: 1 });
    expect(await changed.json()).toMatchObject({ labelFlowMlPerDay: 1, fills: [{ filledMl: 30 }] });
    expect(await get<PumpHistory>('/pumps/P0042/history')).toMatchObject({ points: [{ filledMl: 30, refill: null }] });
    expect((await send('DELETE', '/pumps/P0042', { by: 'A' })).status).toBe(200);
    expect(await problem(await fetch(url('/pumps/P0042')))).toEqual({ status: 404, code: 'unknown-pump' });
    expect(await problem(await send('DELETE', '/pumps/P0042', { by: 'A' }))).toEqual({
      status: 404,
      code: 'unknown-pump',
    });
  });

  it('that are not as described are refused, whatever is wrong', async () => {
    const wrong: [object, number][] = [
      [{ model: 'unheard-of-3000' }, 404],
      [{ labelFlowMlPerDay: 0 }, 400],
      [{ patientRef: 'x'.repeat(65) }, 400],
      [{ fills: [{ atMs: 1, filledMl: 'full' }] }, 400],
      [{ by: undefined }, 400],
      [{ colour: 'blue' }, 400],
    ];
    for (const [more, status] of wrong) {
      const response = await send('PUT', '/pumps/P0042', { ...PUMP(), ...more });
      expect(response.status, JSON.stringify(more)).toBe(status);
    }
    for (const name of ['..', 'a b', '%2e%2e%2fetc', 'x'.repeat(65)]) {
      expect([400, 404]).toContain((await send('PUT', `/pumps/${name}`, PUMP())).status);
    }
    expect(await get('/pumps')).toEqual([]);
  });
});

describe('the register as a file', () => {
  const importing = (type: string, body: string, by = 'by=An%20Example') =>
    fetch(url(`/pumps/import?${by}`), { method: 'POST', headers: { 'content-type': type }, body });

  it.each(['csv', 'json'] as const)('goes out as %s, and in again to the same register', async (format) => {
    await enter('P0042');
    await enter('P0043');
    const before = await get('/pumps');
    const out = await fetch(url(`/pumps/export?format=${format}`));
    expect(out.headers.get('content-disposition')).toBe(`attachment; filename="pumps.${format}"`);
    const text = await out.text();
    await send('DELETE', '/pumps/P0043', { by: 'A' });
    const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json';
    const response = await importing(type, text);
    expect(await response.json()).toEqual({ added: 1, changed: 0, unchanged: 1 });
    expect(await get('/pumps')).toEqual(before);
    const changed = await importing(type, text.replaceAll('20175', '20176'));
    expect(await changed.json()).toEqual({ added: 0, changed: 2, unchanged: 0 });
  });

  it('says line and column of what is wrong, and enters nothing then', async () => {
    await enter();
    const text = await (await fetch(url('/pumps/export?format=csv'))).text();
    const wrong = await importing('text/csv', `${text}P0050,example-30,1,,fast,,,,,,,,\r\n`);
    expect(wrong.status).toBe(400);
    const { error } = (await wrong.json()) as ApiError;
    expect(error.message).toMatch(/line 3.*label_flow_mL_per_d/);
    expect(await get<unknown[]>('/pumps')).toHaveLength(1);
    expect((await importing('text/csv', text, 'by=')).status).toBe(400);
    expect((await importing('text/plain', text)).status).toBe(415);
    expect((await importing('application/json', '{')).status).toBe(400);
  });
});

describe('a refill', () => {
  it('is begun, acted upon, finished, and on record', async () => {
    await enter();
    expect(await get(REFILL)).toBeNull();
    const begun = await send('POST', REFILL, BEGIN);
    expect(begun.status).toBe(200);
    const { refill } = (await begun.json()) as RefillState;
    expect(await get(REFILL)).toMatchObject({ refill, phase: 'identify', by: 'An Example', simulated: true });
    expect(await (await act({ do: 'phase', phase: 'prep' })).json()).toMatchObject({ phase: 'prep' });
    expect(await get<RefillList>('/refills')).toMatchObject({
      refills: [{ refill, outcome: 'in-progress' }],
      next: null,
    });
    expect(await problem(await send('DELETE', '/pumps/P0042', { by: 'A' }))).toEqual({
      status: 409,
      code: 'pump-in-refill',
    });
    expect(await (await act({ do: 'abort', reason: 'not today' })).json()).toMatchObject({ outcome: 'stopped' });
    expect(await (await act({ do: 'resume', reason: 'today' })).json()).toMatchObject({ outcome: 'in-progress' });
    expect(await (await act({ do: 'finish' })).json()).toMatchObject({ outcome: 'completed' });

    const record = await get<RefillRecord>(`/refills/${refill}`);
    expect(record).toMatchObject({
      software: '1.2.3',
      site: 'clinic',
      summary: { firmware: '2.4.1' },
      state: { outcome: 'completed' },
    });
    expect(record.inputs).toBeGreaterThanOrEqual(5);
    expect(record.inputsSha256).toMatch(/^[0-9a-f]{64}$/);
    const found = async (query: string) => (await get<RefillList>(`/refills?${query}`)).refills.map((r) => r.refill);
    expect(await found(`pump=P0042&station=${REFILLING}&outcome=completed&from=2020-01-01T00:00:00Z`)).toEqual([
      refill,
    ]);
    expect(await found('outcome=stopped')).toEqual([]);
    expect(await found('to=2020-01-01T00:00:00Z')).toEqual([]);
  });

  it('says why it cannot be', async () => {
    expect(await problem(await send('POST', REFILL, BEGIN))).toEqual({ status: 404, code: 'unknown-pump' });
    await enter();
    expect(await problem(await act({ do: 'finish' }))).toEqual({ status: 409, code: 'no-refill' });
    expect(await problem(await send('POST', '/stations/HRS-1003/refill', BEGIN))).toEqual({
      status: 404,
      code: 'unknown-station',
    });
    await send('POST', REFILL, BEGIN);
    expect(await problem(await send('POST', REFILL, BEGIN))).toEqual({ status: 409, code: 'refill-open' });
    expect(await problem(await send('POST', `/stations/${IDLE}/refill`, BEGIN))).toEqual({
      status: 409,
      code: 'pump-in-refill',
    });
    expect(await problem(await act({ do: 'resume', reason: 'x' }))).toEqual({ status: 409, code: 'action-refused' });
    expect(await problem(await fetch(url('/refills/R0-unheard-of')))).toEqual({ status: 404, code: 'unknown-refill' });
  });

  it('takes no action that is not described', async () => {
    await enter();
    await send('POST', REFILL, BEGIN);
    for (const action of [
      { do: 'dance' },
      { do: 'phase', phase: 'lunch' },
      { do: 'override', hold: 'residualVerdict' },
      { do: 'override', hold: 'residualVerdict', reason: '  ' },
      { do: 'residual', ml: '12', reason: 'x' },
      { do: 'residual', ml: 1e9, reason: 'x' },
      { do: 'order', order: { ...ORDER, fillMl: -1 } },
      { do: 'context', context: { ...CONTEXT, feverCel: 98.6 } },
      { do: 'finish', now: true },
    ]) {
      expect((await act(action)).status, JSON.stringify(action)).toBe(400);
    }
    expect(await get(REFILL)).toMatchObject({ phase: 'identify', outcome: 'in-progress' });
  });

  it('answers as its description says', async () => {
    await enter();
    const { refill } = (await (await send('POST', REFILL, BEGIN)).json()) as RefillState;
    const document = await get<{
      paths: Record<string, { get: { responses: Record<string, { content: Record<string, { schema: object }> }> } }>;
    }>('/../docs/openapi.json');
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    for (const [route, path] of [
      ['/api/v1/stations/{id}/refill', REFILL],
      ['/api/v1/refills', '/refills'],
      ['/api/v1/refills/{id}', `/refills/${refill}`],
      ['/api/v1/pumps', '/pumps'],
      ['/api/v1/pumps/{id}', '/pumps/P0042'],
      ['/api/v1/pumps/{id}/history', '/pumps/P0042/history'],
      ['/api/v1/pump-models', '/pump-models'],
    ] as const) {
      const schema = document.paths[route]?.get.responses[200]?.content['application/json']?.schema;
      const valid = ajv.compile(schema ?? false);
      expect(valid(await get(path)), `${path}: ${ajv.errorsText(valid.errors)}`).toBe(true);
    }
  });
});

describe('tare and zero', () => {
  const ask = (name = 'tare') => send('POST', `/stations/${REFILLING}/${name}`, { by: 'An Example' });

  it("give the station's own answer", async () => {
    answer = { kind: 'done', result: 'ok' };
    expect(await (await ask('zero')).json()).toEqual({ station: REFILLING, command: 'zero', result: 'ok' });
    answer = { kind: 'refused', reason: 'busy', text: 'filling' };
    const refused = await ask();
    expect(refused.status).toBe(409);
    expect(((await refused.json()) as ApiError).error).toMatchObject({
      message: expect.stringContaining('busy filling'),
    });
    answer = { kind: 'silent' };
    expect(await problem(await ask())).toEqual({ status: 504, code: 'no-answer' });
    answer = { kind: 'not-sent', why: 'a firmware task uses its wire' };
    expect(await problem(await ask())).toEqual({ status: 409, code: 'not-sent' });
    answer = null;
    expect(await problem(await ask())).toEqual({ status: 404, code: 'unknown-station' });
    expect((await send('POST', `/stations/${REFILLING}/tare`, {})).status).toBe(400);
  });
});
