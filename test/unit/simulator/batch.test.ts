/** The fast way through a refill: the same messages as on a wire, and the truth beside them. */
import { describe, expect, it } from 'vitest';
import { decodeLine } from '../../../protocols/hrsp/codec.ts';
import type { HrspMessage } from '../../../protocols/hrsp/messages.ts';
import { CASE_KINDS, playRefill, type RefillCase, sampleCase, type TruthSample } from '../../../simulator/batch.ts';
import { Ledger } from '../../../simulator/ledger.ts';
import { NOTHING_HAPPENS } from '../../../simulator/script.ts';
import { Station } from '../../../simulator/station.ts';
import { onPort } from '../../../simulator/transmitter.ts';
import { commandLine, MemoryPort } from './memory-port.ts';

interface Heard {
  readonly messages: { message: HrspMessage; tickMs: number }[];
  readonly truths: TruthSample[];
  readonly end: TruthSample;
}

function play(task: RefillCase, what: 'all' | 'truth alone' = 'all'): Heard {
  const messages: Heard['messages'] = [];
  const truths: TruthSample[] = [];
  playRefill(task, {
    message: (message, tickMs) => {
      if (what === 'all') messages.push({ message, tickMs });
    },
    truth: (truth) => truths.push(truth),
  });
  const end = truths.at(-1);
  if (end === undefined) throw new Error('no truth was told');
  return { messages, truths, end };
}

/** Lines right after each event of that source. */
function linesAfter(messages: Heard['messages'], source: string) {
  return messages.flatMap(({ message }, i) => {
    if (message.type !== 'EVT' || message.source !== source) return [];
    const next = messages.slice(i).find((m) => m.message.type === 'TEL')?.message;
    const before = messages.slice(0, i).findLast((m) => m.message.type === 'TEL')?.message;
    return next?.type === 'TEL' && before?.type === 'TEL' ? [{ next: next.values, before: before.values }] : [];
  });
}

describe('playRefill', () => {
  it('shows no mass in the line after the scale was tared, no pressure after the sensors were zeroed', () => {
    const { messages } = play(sampleCase('good', 3));
    const tares = linesAfter(messages, 'scale');
    expect(tares).toHaveLength(3);
    expect(Math.abs(tares[1]?.before[4] ?? 0)).toBeGreaterThan(3);
    for (const { next } of tares) expect(Math.abs(next[4] ?? 99)).toBeLessThan(0.06);
    const [zeroed] = linesAfter(messages, 'sensor');
    expect(Math.abs(zeroed?.next[2] ?? 99)).toBeLessThan(0.5);
  });

  it('tells what a station says on a wire to a host that asked who it is, line by line', () => {
    const task = sampleCase('good', 11);
    const port = new MemoryPort();
    const station = new Station({
      ...{ serial: 'SIM-0001', index: 0, seed: task.seed, faults: [], rateHz: 10, speed: 1, ledger: new Ledger(null) },
      scenario: {
        ...{ name: 'one', group: 'refills', summary: '' },
        cast: () => ({ script: NOTHING_HAPPENS, visit: (n) => (n === 0 ? task : null), startAtS: 0, faults: [] }),
      },
      voice: onPort(port, new Ledger(null)),
    });
    station.advance(500);
    station.receive(commandLine(1, 'IDENTIFY', '1.1'), 500);
    station.advance(400_000);
    const onWire = port.lines.map((line) => {
      const decoded = decodeLine(Buffer.from(line, 'latin1'));
      if (decoded.kind !== 'message') throw new Error(`${decoded.kind}: ${line}`);
      return { message: decoded.message, tickMs: decoded.header.tick };
    });
    expect(onWire.length).toBeGreaterThan(4000);
    const told = play(task).messages.slice(0, onWire.length);
    expect(told).toEqual(onWire);
  });

  it('is the same for the same case, and another one for another seed', () => {
    const values = (seed: number) => JSON.stringify(play(sampleCase('good', seed)).messages.slice(0, 500));
    expect(values(4)).toBe(values(4));
    expect(values(4)).not.toBe(values(5));
  });

  it.each(CASE_KINDS)('%s: every mL is somewhere', (kind) => {
    const { truths, end } = play(sampleCase(kind, 2), 'truth alone');
    expect(end.outcome).not.toBeNull();
    const first = truths[0]?.reservoirMl ?? Number.NaN;
    const delivered = truths.reduce((ml, t, i) => {
      const s = t.atS - (truths[i - 1]?.atS ?? 0);
      return ml + (t.pumpFlowMlPerDay * s) / 86_400;
    }, 0);
    const leakedFromReservoir = kind === 'septum-leak' ? end.leakedMl : 0;
    const balance = first - end.drainedMl + end.injectedMl - leakedFromReservoir - delivered;
    expect(Math.abs(balance - end.reservoirMl)).toBeLessThan(0.01);
    expect(end.reservoirMl).toBeGreaterThanOrEqual(0);
    // What syringe and collector gave, less what they got, is where needle and hub say. Air aside: it is squeezed.
    if (kind === 'glycerin' || kind === 'air') return;
    const went = (t: TruthSample) =>
      t.injectedMl -
      t.drainedMl +
      t.tissueMl +
      t.bolusMl +
      t.spilledMl +
      (kind === 'hub-leak' ? t.leakedMl : 0) +
      // In the walls of the line, mL/kPa.
      0.0006 * t.lineKpa;
    const primed = truths.find((t) => t.phase === 'prep') ?? end;
    expect(Math.abs((primed.massG - end.massG) / 1.005 - (went(end) - went(primed)))).toBeLessThan(0.005);
  });
});
