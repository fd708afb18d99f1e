/** The judge over made-up ledgers and rows: it must see what is planted, count it at its time, and see nothing else. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FLAG } from '../../../protocols/reading.ts';
import type { Phase } from '../../../src/drill/course.ts';
import { type DrillRow, rowOf } from '../../../src/drill/examine.ts';
import { heldIn } from '../../../src/drill/held.ts';
import { type Evidence, type HeldRow, judge, newTally } from '../../../src/drill/judge.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { temporaryFolder } from '../../support/services.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const START = Date.UTC(2026, 10, 23);
const LINES = 30;

/** Lines 1..30, one each 100 ms; the connection ends at tick 3050. */
function ledger(end: 'detached' | 'open' = 'detached'): string {
  const path = join(folder.path, 'ledger.jsonl');
  const event = (ev: string) => JSON.stringify({ s: 'S', ev, b: 'A' });
  const said = [event('boot'), event('attached'), event('identified')];
  for (let q = 1; q <= LINES; q++) {
    said.push(JSON.stringify({ s: 'S', b: 'A', q, t: q * 100, ty: 'TEL', v: [q, 0, 0, 0, 0, 0], f: 0 }));
  }
  if (end === 'detached') {
    said.push(JSON.stringify({ s: 'S', b: 'A', q: LINES + 1, t: 3050, ty: 'HB' }), event('detached'));
  }
  writeFileSync(path, `${said.join('\n')}\n`);
  return path;
}
const row = (line: number, over: Partial<HeldRow> = {}): HeldRow => ({
  timeNs: BigInt(START + line * 100 + 5) * 1_000_000n,
  kind: 'telemetry',
  ...{ epoch: 7, seq: line, line, tick: line * 100, flags: FLAG.simulated },
  content: JSON.stringify([line, 0, 0, 0, 0, 0]),
  ...over,
});
const rows = (...left: number[]) =>
  Array.from({ length: LINES }, (_, i) => row(i + 1)).filter((r) => !left.includes(r.line));

/** Before and after one second. */
async function judged(held: HeldRow[], over: Partial<Evidence> = {}, end?: 'open') {
  const tallies = [newTally(), newTally()];
  const { details } = await judge(
    {
      ...{ witnesses: [{ ledger: ledger(end), startedUtcMs: START }], held: async () => held },
      ...{ cutsMs: [], windowMs: 250, stalls: [] },
      ...over,
    },
    (utcMs) => tallies[utcMs < START + 1000 ? 0 : 1] ?? newTally(),
  );
  return { before: tallies[0], after: tallies[1], details };
}
const cut = { cutsMs: [START + 3050] };

describe('the judge', () => {
  it('finds nothing where nothing is wrong, and counts each line at its time', async () => {
    const { before, after, details } = await judged(rows());
    expect(before).toEqual({ ...newTally(), sent: 9, due: 9, held: 9 });
    expect(after).toEqual({ ...newTally(), sent: 21, due: 21, held: 21 });
    expect(details).toEqual([]);
    rmSync(join(folder.path, 'ledger.jsonl'));
  });

  it.each<[string, HeldRow[], Partial<Evidence>, object, object]>([
    ['a hole in the middle', rows(5), {}, { lostOutside: 1, holes: 1 }, {}],
    ['the end lost with a cut', rows(29, 30), cut, {}, { lostInside: 2, lostOutside: 0, holes: 0 }],
    ['the end lost, further back than the window', rows(27, 28, 29, 30), cut, {}, { lostInside: 3, lostOutside: 1 }],
    ['the end lost without a cut', rows(30), {}, {}, { lostOutside: 1 }],
    ['the end lost long after a cut', rows(30), { cutsMs: [START + 1000] }, {}, { lostOutside: 1 }],
    ['a line twice', [...rows(), row(4, { epoch: 8, seq: 1 })], {}, { duplicates: 1 }, {}],
    ['a number twice', [...rows(), row(20, { seq: 19 })], {}, {}, { duplicates: 2 }],
    ['another value', [...rows(20), row(20, { content: '[20.001,0,0,0,0,0]' })], {}, {}, { falseValues: 1 }],
    ['another flag', [...rows(3), row(3, { flags: 0 })], {}, { falseValues: 1 }, {}],
    ['another tick', [...rows(20), row(20, { tick: 2001 })], {}, {}, { falseValues: 1 }],
    ['another time', [...rows(20), row(20, { timeNs: BigInt(START) * 1_000_000n })], {}, {}, { falseValues: 1 }],
    ['what was never sent', [...rows(), row(31)], {}, {}, { falseValues: 1 }],
  ])('sees %s', async (_, held, evidence, first, second) => {
    const { before, after, details } = await judged(held, evidence);
    expect(before).toMatchObject({ ...newTally(), ...{ sent: 9, due: 9, held: before?.held }, ...first });
    expect(after).toMatchObject({ ...newTally(), ...{ sent: 21, due: 21, held: after?.held }, ...second });
    expect(details.length > 0).toBe(!_.includes('with a cut'));
  });

  it('lets a cable that the daemon opens again by itself take the same with it as a cut one', async () => {
    const restless = { witnesses: [{ ledger: ledger(), startedUtcMs: START, restless: true as const }] };
    expect((await judged(rows(30), restless)).after).toMatchObject({ lostInside: 1, lostOutside: 0 });
  });

  it('asks for no line after an answer that was damaged on its way, and lets a damaged line be only what was meant', async () => {
    const path = join(folder.path, 'bad-cable.jsonl');
    const line = (q: number, over: object) => JSON.stringify({ s: 'S', b: 'A', q, t: q * 100, ...over });
    const tel = (q: number, over: object = {}) => line(q, { ty: 'TEL', v: [q, 0, 0, 0, 0, 0], f: 0, ...over });
    const said = [
      ...[line(0, { ev: 'boot' }), line(0, { ev: 'attached' })],
      ...[line(1, { ty: 'ID', d: 'damaged' }), line(2, { ty: 'ACK' }), line(2, { ev: 'identified' }), tel(3)],
      ...[line(4, { ty: 'ID' }), line(5, { ty: 'ACK', x: 'dropped' }), line(5, { ev: 'identified' }), tel(6)],
      ...[line(7, { ty: 'ID' }), line(8, { ty: 'ACK' }), line(8, { ev: 'identified' })],
      ...[tel(9), tel(10, { d: 'damaged' }), tel(11, { d: 'damaged' }), tel(12, { x: 'dropped' }), tel(13)],
    ];
    writeFileSync(path, `${said.join('\n')}\n`);
    const witnesses = [{ ledger: path, startedUtcMs: START }];
    const held = [row(9, { seq: 1 }), row(10, { seq: 2 }), row(13, { seq: 3 })];
    const { before, after } = await judged(held, { witnesses });
    expect(before).toMatchObject({ sent: 3, due: 1, held: 1, lostOutside: 0, falseValues: 0 });
    expect(after).toMatchObject({ sent: 1, due: 1, held: 2, lostOutside: 0, falseValues: 0 });
    const wrong = [...held, row(11, { seq: 4, content: '[1,0,0,0,0,0]' }), row(12, { seq: 5 })];
    expect((await judged(wrong, { witnesses })).after).toMatchObject({ falseValues: 2 });
  });

  it('takes a connection that is open to the end as complete', async () => {
    expect((await judged(rows(30), cut, 'open')).after).toMatchObject({ lostInside: 0, lostOutside: 1 });
  });
});

describe('a row of the drill', () => {
  const phase = (over: Partial<Phase['tally']>, recoveredMs: number | null = 100, givenUp = 0): DrillRow =>
    rowOf({
      ...{ fault: 'f', fromMs: 0, lastedMs: 1, recoveredMs, givenUp },
      tally: { ...newTally(), sent: 10, due: 10, ...over },
    });

  it.each<[string, DrillRow, 'ok' | 'failed']>([
    ['all there', phase({}), 'ok'],
    ['a loss in the window', phase({ lostInside: 3 }), 'ok'],
    ['a loss', phase({ lostOutside: 1 }), 'failed'],
    ['a hole in the numbers', phase({ holes: 1 }), 'failed'],
    ['something twice', phase({ duplicates: 1 }), 'failed'],
    ['something false', phase({ falseValues: 1 }), 'failed'],
    ['no recovery', phase({}, null), 'failed'],
    ['nothing said, so nothing proven', phase({ due: 0 }), 'failed'],
    ['given up and counted', phase({ lostOutside: 4, holes: 5 }, 100, 5), 'ok'],
    ['given up and not counted', phase({ lostOutside: 4, holes: 5 }, 100, 4), 'failed'],
    ['counted and not given up', phase({ lostOutside: 4, holes: 5 }, 100, 6), 'failed'],
    ['lost beside what was given up', phase({ lostOutside: 6, holes: 5 }, 100, 5), 'failed'],
  ])('%s: %s', (_, made, verdict) => {
    expect(made.verdict).toBe(verdict);
    expect(made.stored).toBeLessThanOrEqual(made.sent - made.inWindow);
  });
});

describe('everything a store has of a station', () => {
  it('is read page by page, readings and events of all epochs in the order of time', async () => {
    const store = createSqliteStore({ path: join(folder.path, 'store.db') });
    await store.open();
    const common = { station: 'S', deviceTickMs: 1, lineSeq: 1 };
    const readings = Array.from({ length: 11_000 }, (_, i) => ({
      ...{ ...common, epoch: i < 9000 ? 1 : 2, seq: i + 1, timeNs: BigInt(i) * 10n + 10n, flags: 0 },
      values: [i, null, null, null, null, null],
    }));
    const event = { ...common, epoch: 2, seq: 20_000, timeNs: 95_005n, source: 'scan', state: 'x', data: 'y' };
    await store.write({ site: 's', rows: readings, events: [event] });
    const held = await heldIn(store, 'S');
    expect(held).toHaveLength(11_001);
    expect(held.every((r, i) => i === 0 || r.timeNs > (held[i - 1]?.timeNs ?? 0n))).toBe(true);
    expect(held.find((r) => r.kind === 'event')).toMatchObject({ epoch: 2, content: '["scan","x","y"]' });
    expect(held[1]?.content).toBe('[1,null,null,null,null,null]');
    await store.close();
  });
});
