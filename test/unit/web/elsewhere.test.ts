/** A dashboard apart from its bridges: what they say can be read, and everything else says where it is done. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AlarmBoard, ApiError, Hello, RefillElsewhere } from '../../../src/web/api-types.ts';
import { startWebFixture, type WebFixture } from '../../support/web-fixture.ts';

const BOARD: AlarmBoard = { atUtcMs: 5, entries: [], pauses: [], highest: null, sounding: null };
const refills: RefillElsewhere[] = [];
let fixture: WebFixture;

beforeEach(async () => {
  const refill = { station: 'RS-1', bridge: 'bay-a', refill: 'R1', silent: null, phase: 'fill' };
  refills.splice(0, refills.length, refill as RefillElsewhere);
  fixture = await startWebFixture({ readings: 'none', elsewhere: { board: () => BOARD, refills: () => refills } });
});
afterEach(() => fixture.close());

const get = (path: string, init: RequestInit = {}) => fetch(`${fixture.web.url}/api/v1/${path}`, init);

/** Events until one of that name; its data. */
async function event<T>(name: string): Promise<T> {
  const gone = new AbortController();
  const reader = (await get('events', { signal: gone.signal })).body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const found = text.match(new RegExp(`event: ${name}\ndata: (.*)\n\n`));
    if (found) {
      gone.abort();
      return JSON.parse(found[1] ?? '') as T;
    }
    text += (await reader?.read())?.value ?? '';
  }
}

describe('a dashboard apart from its bridges', () => {
  it('gives their alarms and refills, and says that it is one', async () => {
    expect(await (await get('alarms')).json()).toEqual(BOARD);
    expect(await (await get('elsewhere/refills')).json()).toEqual(refills);
    expect((await event<Hello>('hello')).bedside).toBe('elsewhere');
    expect(await event('elsewhere')).toEqual(refills);
  });

  it.each([
    ['POST', 'alarms/acknowledge'],
    ['GET', 'alarms/log?limit=1'],
    ['GET', 'refills'],
    ['GET', 'pumps'],
    ['POST', 'stations/RS-1/refill'],
  ])('refuses %s %s, with where it is done', async (method, path) => {
    const body = method === 'POST' ? { body: '{}', headers: { 'content-type': 'application/json' } } : {};
    const answer = await get(path, { method, ...body });
    const problem = (await answer.json()) as ApiError;
    expect([answer.status, problem.error.code]).toEqual([409, 'at-the-bedside']);
    expect(problem.error.remedy).toMatch(/open the page of the bridge/);
  });

  it('tells every page at once when something has changed', async () => {
    const said = event<RefillElsewhere[]>('elsewhere');
    expect(await said).toHaveLength(1);
    refills.length = 0;
    fixture.bus.emit('elsewhere', null);
    expect(await event('elsewhere')).toEqual([]);
  });
});
