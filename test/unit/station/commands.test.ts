/** TARE and ZERO for a station: its own ACK or NAK is the answer, and there is always one. */
import { describe, expect, it } from 'vitest';
import type { CommandAnswer } from '../../../src/station/commands.ts';
import { bench } from './bench.ts';
import { settle } from './fake-clock.ts';

const SERIAL = 'HAI-0001';
const lives = async (answers: 'all' | 'identify-only' = 'all') => {
  const b = await bench([{ answers }]);
  await b.run(500);
  b.first.station.commands.length = 0;
  return b;
};
const tare = { name: 'tare' } as const;
/** Without those of the handshake. */
const tares = (b: Awaited<ReturnType<typeof lives>>) =>
  b.first.station.commands.filter(({ command }) => command.name === 'tare');

describe('a command', () => {
  it('is sent once and answered with what the station says', async () => {
    const b = await lives();
    expect(await b.stations.ask(SERIAL, tare)).toEqual({ kind: 'done', result: '' });
    expect(await b.stations.ask(SERIAL, { name: 'zero' })).toEqual({ kind: 'done', result: '' });
    expect(b.first.station.commands.map(({ command }) => command.name)).toEqual(['tare', 'zero']);
  });

  it('that the station refuses is answered with its reason', async () => {
    const b = await lives('identify-only');
    const asked = b.stations.ask(SERIAL, tare);
    await settle();
    const { correlation } = b.first.station.commands[0] ?? { correlation: -1 };
    b.first.station.say({ type: 'NAK', correlation, reason: 'busy', text: 'filling' });
    expect(await asked).toEqual({ kind: 'refused', reason: 'busy', text: 'filling' });
  });

  it('that nobody answers is asked three times, then said to be unanswered; a late answer to any of them counts', async () => {
    const b = await lives('identify-only');
    let answer: CommandAnswer | null = null;
    void b.stations.ask(SERIAL, tare).then((a) => {
      answer = a;
    });
    await b.run(1400);
    expect(tares(b)).toHaveLength(3);
    expect(new Set(tares(b).map(({ correlation }) => correlation)).size).toBe(3);
    expect(answer).toBeNull();
    await b.run(200);
    expect(answer).toEqual({ kind: 'silent' });

    b.first.station.commands.length = 0;
    const again = b.stations.ask(SERIAL, tare);
    await b.run(600);
    const first = tares(b)[0]?.correlation ?? -1;
    b.first.station.say({ type: 'ACK', correlation: first, result: 'late' });
    expect(await again).toEqual({ kind: 'done', result: 'late' });
    b.first.station.commands.length = 0;
    await b.run(2000);
    expect(tares(b)).toEqual([]);
  });

  it('waits for the one before it', async () => {
    const b = await lives('identify-only');
    const both = [b.stations.ask(SERIAL, tare), b.stations.ask(SERIAL, { name: 'zero' })];
    await settle();
    expect(b.first.station.commands.map(({ command }) => command.name)).toEqual(['tare']);
    const answer = (at: number, result: string) =>
      b.first.station.say({ type: 'ACK', correlation: b.first.station.commands[at]?.correlation ?? -1, result });
    answer(0, 'one');
    await settle();
    answer(1, 'two');
    expect(await Promise.all(both)).toMatchObject([{ result: 'one' }, { result: 'two' }]);
    const many = Array.from({ length: 9 }, () => b.stations.ask(SERIAL, tare));
    expect(await many[8]).toMatchObject({ kind: 'not-sent' });
  });

  it('ends with the link, and does not disturb the handshake', async () => {
    const b = await lives('identify-only');
    const asked = b.stations.ask(SERIAL, tare);
    await settle();
    b.first.unplug();
    expect(await asked).toEqual({ kind: 'silent' });
    await settle();
    expect(await b.stations.ask(SERIAL, tare)).toMatchObject({
      kind: 'not-sent',
      why: expect.stringContaining('connecting'),
    });
    b.first.plugIn();
    b.first.station.answers = 'all';
    await b.run(3000);
    expect(b.said.at(-1)).toContain('live');
    expect(await b.stations.ask(SERIAL, tare)).toEqual({ kind: 'done', result: '' });
  });

  it('goes to nobody when nobody of that name is there, or when firmware is worked on', async () => {
    const b = await lives();
    expect(await b.stations.ask('HAI-9999', tare)).toBeNull();
    const lease = b.stations.lease(SERIAL, { foreign: () => {}, opened: () => {}, closed: () => {} });
    expect(await b.stations.ask(SERIAL, tare)).toMatchObject({
      kind: 'not-sent',
      why: 'a firmware task uses its wire',
    });
    lease.release();
    expect(await b.stations.ask(SERIAL, tare)).toMatchObject({ kind: 'done' });
  });
});
