import { describe, expect, it } from 'vitest';
import type { Message, Recording } from '../../../src/hil/recording.ts';
import { parseScenario } from '../../../src/hil/scenario/load.ts';
import type { Told } from '../../../src/hil/stand/stepped-stations.ts';
import { type Stands, standings } from '../../../src/lab/standing.ts';

const HERE = 'hai/v1/hil/SIM-1';
const say = (s: number, topic: string, payload: unknown): Message => ({
  ...{ atMs: s * 1000, topic: `${HERE}/${topic}`, payload },
});
const alarm = (s: number, condition: string, presence: boolean, priority = 'high') =>
  say(s, `alarm/${condition}`, { priority, state: 'active', detail: null, condition: { presence } });
const live = (s: number, lineFlow: number) => say(s, 'live', { values: { lineFlow }, flags: [] });
const told = (s: number, more: object): Told => ({ s: 'SIM-1', atMs: s * 1000, ev: 'truth', ...more });

function stands(
  expectation: object,
  nowS: number,
  messages: readonly Message[],
  more: Partial<Recording> = {},
): Stands {
  const one = JSON.stringify({ ...expectation, requirement: 'REQ-ADV-01' });
  const loaded = parseScenario(`scenario: x\nabout: x\nexpect:\n  - ${one}\n`, 'x');
  const heard = messages.filter(({ atMs }) => atMs <= nowS * 1000);
  const recording = {
    ...{ site: 'hil', bridge: 'hil-bridge', stations: ['SIM-1'], endMs: nowS * 1000, startUtcMs: 0, truth: true },
    ...{ messages: heard, told: [], steps: new Map(), troubles: [], answers: new Map() },
    ...{ metrics: '', rows: [], said: [], bytes: [] },
    ...more,
  };
  return standings(loaded, recording)[0]?.stands as Stands;
}

describe('how an expectation stands', () => {
  it('an alarm: open until it comes, met when in time, broken once it is certainly late', () => {
    const wanted = { alarm: { condition: 'needleDislodged', within: '10 s', of: 'step:move', priority: 'high' } };
    const moved = { steps: new Map([['move', 20_000]]) };
    const heard = [alarm(25, 'needleDislodged', true)];
    expect(stands(wanted, 15, [])).toBe('open');
    expect(stands(wanted, 24, heard, moved)).toBe('open');
    expect(stands(wanted, 26, heard, moved)).toBe('met');
    // Until what was said in time must have been heard.
    expect(stands(wanted, 32, [], moved)).toBe('open');
    expect(stands(wanted, 33, [], moved)).toBe('broken');
    expect(stands(wanted, 26, [alarm(25, 'needleDislodged', true, 'low')], moved)).toBe('broken');
    expect(stands(wanted, 99, [alarm(31, 'needleDislodged', true)], moved)).toBe('broken');
  });

  it('an alarm that has to end: open until then', () => {
    const wanted = { alarm: { condition: 'stationQuiet', endsWithin: '5 s', endsOf: 'step:speak' } };
    const spoke = { steps: new Map([['speak', 30_000]]) };
    const heard = [alarm(20, 'stationQuiet', true), alarm(33, 'stationQuiet', false)];
    expect(stands(wanted, 25, heard)).toBe('open');
    expect(stands(wanted, 32, heard, spoke)).toBe('open');
    expect(stands(wanted, 34, heard, spoke)).toBe('met');
    expect(stands(wanted, 38, heard.slice(0, 1), spoke)).toBe('broken');
  });

  it('no other alarms: holds, and is broken by the first', () => {
    const wanted = { alarmsOnly: ['coldFill'] };
    const heard = [alarm(5, 'coldFill', true), alarm(9, 'stationQuiet', true)];
    expect(stands(wanted, 6, heard)).toBe('holds');
    expect(stands(wanted, 9, heard)).toBe('broken');
  });

  it('a refill at a moment: open before it, decided after it; at the end only by the end', () => {
    const wanted = { refill: { at: 'refill:fill', after: '5 s', needle: 'in' } };
    const heard = [say(10, 'refill', { refill: 'r', phase: 'fill', needle: 'in', holds: {}, advisories: [] })];
    expect(stands(wanted, 12, heard)).toBe('open');
    expect(stands(wanted, 18, heard)).toBe('met');
    expect(stands({ refill: { at: 'refill:fill', needle: 'out' } }, 18, heard)).toBe('broken');
    expect(stands({ refill: { at: 'end', needle: 'out' } }, 18, heard)).toBe('open');
  });

  it('a reading: broken by one wrong value where all have to fit, else decided when its time is over', () => {
    const all = { reading: { channel: 'lineFlow', is: '10 mL/min .. 20 mL/min', after: '5 s', lasts: '10 s' } };
    const most = { reading: { ...all.reading, share: '50 %' } };
    const heard = [live(6, 15), live(8, 30), live(9, 31), live(12, 15), live(13, 14)];
    expect(stands(all, 4, heard)).toBe('open');
    expect(stands(all, 7, heard)).toBe('holds');
    expect(stands(all, 8, heard)).toBe('broken');
    expect(stands(most, 9, heard)).toBe('open');
    expect(stands(most, 14, heard)).toBe('holds');
    expect(stands(most, 18, heard)).toBe('met');
  });

  it('a state: met when it comes in time, broken when the time is over', () => {
    const wanted = { status: { state: 'live', within: '10 s' } };
    const heard = [say(6, 'status', { state: 'live' })];
    expect(stands(wanted, 5, heard)).toBe('open');
    expect(stands(wanted, 6, heard)).toBe('met');
    expect(stands(wanted, 12, [])).toBe('open');
    expect(stands(wanted, 13, [])).toBe('broken');
  });

  it('messages: met when enough have come, broken by one too many', () => {
    const heard = [say(5, 'refill/report', {}), say(6, 'refill/report', {})];
    const count = (count: string) => ({ mqtt: { topic: 'refill/report', count } });
    expect(stands(count('>= 1'), 4, heard)).toBe('open');
    expect(stands(count('>= 1'), 5, heard)).toBe('met');
    expect(stands(count('1'), 5, heard)).toBe('holds');
    expect(stands(count('1'), 6, heard)).toBe('broken');
  });

  it('level and advisories: false ones are broken at once, missed ones only at the end', () => {
    const near = (share: string) => ({ levelAsTruth: { within: '0.3 mL', share, until: 'phase:deaccess' } });
    const level = (s: number, value: number) => say(s, 'refill', { refill: 'r', level: { value, u95: 0.1 } });
    const truth = { told: [told(5, { phase: 'fill', reservoirMl: 10 }), told(6, { phase: 'fill', reservoirMl: 10 })] };
    expect(stands(near('100 %'), 5, [level(5, 10.1)], truth)).toBe('holds');
    expect(stands(near('100 %'), 6, [level(5, 10.1), level(6, 11)], truth)).toBe('broken');
    expect(stands(near('90 %'), 6, [level(5, 10.1), level(6, 11)], truth)).toBe('open');
    const came = { told: [told(1, { ev: 'case', expected: { must: ['needleDislodged'], may: [] } })] };
    expect(stands({ advisoriesAsTruth: true }, 0, [])).toBe('open');
    expect(stands({ advisoriesAsTruth: true }, 5, [], came)).toBe('open');
    expect(stands({ advisoriesAsTruth: true }, 5, [alarm(4, 'needleDislodged', true)], came)).toBe('holds');
  });

  it('store, counters and API are asked at the end', () => {
    for (const late of [
      { stored: { complete: true } },
      { counter: { name: 'bytes', is: '> 0' } },
      { http: { get: '/x' } },
    ]) {
      expect(stands(late, 50, [])).toBe('open');
    }
  });
});
