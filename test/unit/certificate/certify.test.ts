import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificateSchema, sealHolds } from '../../../src/certificate/certificate.ts';
import { certificateText } from '../../../src/certificate/text.ts';
import { StoreUnavailable } from '../../../src/store/port.ts';
import { messages, reading, type Site, STATION, site, T0_MS } from './support.ts';

const ms = (seq: number) => Number(reading(seq).timeNs / 1_000_000n);
const where = (seq: number) => `station = '${STATION}' AND epoch = 7 AND seq = ${seq}`;

describe('a certificate', () => {
  let under: Site;
  beforeEach(async () => {
    under = await site();
  });
  afterEach(() => under.close());
  const both = async (list: ReturnType<typeof messages>, sizes?: number[]) => {
    under.journal(list, sizes);
    await under.record(list);
  };

  it('is complete when everything is there once and equal, and carries its own seal', async () => {
    await both(messages(9000), [37, 400]);
    const certificate = await under.certificate();
    expect(certificate).toMatchObject({
      verdict: 'complete',
      expected: 9000,
      present: 9000,
      missing: 0,
      duplicates: 0,
      differing: 0,
      added: 0,
      epochs: [{ epoch: 7, firstSeq: 1, lastSeq: 9000, readings: 8100, events: 900, hash: 'equal', findings: [] }],
    });
    expect(certificate.epochs[0]?.foundHash).toBe(certificate.epochs[0]?.expectedHash);
    expect(certificateSchema.parse(JSON.parse(JSON.stringify(certificate)))).toEqual(certificate);
    expect(sealHolds(certificate)).toBe(true);
    expect(sealHolds({ ...certificate, present: 8999 })).toBe(false);
    expect(certificateText(certificate, (t) => t)).toMatch(/^COMPLETE {2}All 9000 messages/);
  });

  it('names a deleted reading and a deleted event', async () => {
    await both(messages(5000));
    under.tamper(`DELETE FROM telemetry WHERE ${where(123)}; DELETE FROM event WHERE ${where(4500)}`);
    const certificate = await under.certificate();
    expect(certificate).toMatchObject({ verdict: 'incomplete', missing: 2, differing: 0, added: 0, present: 4998 });
    expect(certificate.epochs[0]?.missing).toEqual([
      { firstSeq: 123, lastSeq: 123, count: 1, reason: 'unknown' },
      { firstSeq: 4500, lastSeq: 4500, count: 1, reason: 'unknown' },
    ]);
    expect(certificateText(certificate, (t) => t)).toContain('seq 123 missing');
  });

  it('names changed values, flags, ticks and texts, also beside missing ones', async () => {
    await both(messages(6000));
    under.tamper(`
      UPDATE telemetry SET lineFlow = lineFlow + 0.001 WHERE ${where(77)};
      UPDATE telemetry SET flags = 0 WHERE ${where(78)};
      UPDATE telemetry SET reservoirVolume = NULL WHERE ${where(5001)};
      UPDATE telemetry SET tick = tick + 1 WHERE ${where(5999)};
      UPDATE event SET data = 'x' WHERE ${where(90)};
      DELETE FROM telemetry WHERE ${where(81)};`);
    const certificate = await under.certificate();
    expect(certificate).toMatchObject({ verdict: 'incomplete', differing: 5, missing: 1, duplicates: 0, added: 0 });
    const [epoch] = certificate.epochs;
    expect(epoch?.findings.map((f) => [f.what, f.seq])).toEqual([77, 78, 90, 5001, 5999].map((s) => ['differs', s]));
    expect(epoch).toMatchObject({ hash: 'not-compared', foundHash: null });
  });

  it('says that many differ when they cannot be told apart', async () => {
    await both(messages(5000));
    under.tamper(`UPDATE telemetry SET lineFlow = 0 WHERE station = '${STATION}' AND seq BETWEEN 100 AND 200`);
    const certificate = await under.certificate();
    expect(certificate).toMatchObject({ verdict: 'incomplete', differing: null, missing: 0 });
    expect(certificate.epochs[0]).toMatchObject({ hash: 'different', findings: [{ seq: null, what: 'differs' }] });
  });

  it('does not call others changed because many are missing beside them', async () => {
    await both(messages(5000));
    under.tamper(`DELETE FROM telemetry WHERE station = '${STATION}' AND seq BETWEEN 100 AND 200`);
    const certificate = await under.certificate();
    expect(certificate).toMatchObject({ verdict: 'incomplete', differing: 0 });
    expect(certificate.epochs[0]?.note).toContain('to be compared');
  });

  it('names rows that were never journaled: in between, behind the end, in an unknown epoch', async () => {
    await both(messages(5000));
    const at = (seq: number) => reading(seq).timeNs + 5n;
    await under.record([reading(90_000, { timeNs: at(40) }), reading(5001, { timeNs: at(5001) })]);
    const certificate = await under.certificate();
    expect(certificate).toMatchObject({ verdict: 'incomplete', added: 2, missing: 0, present: 5000, duplicates: 0 });
    expect(certificate.epochs[0]?.findings.map((f) => [f.what, f.seq])).toEqual([
      ['added', 90_000],
      ['added', 5001],
    ]);
    await under.record([reading(1, { epoch: 99, timeNs: at(41) })]);
    expect((await under.certificate()).epochs[1]).toMatchObject({ epoch: 99, verdict: 'cannot-say', readings: 1 });
  });

  it('names a row that was moved in time, near and far', async () => {
    await both(messages(5000));
    const far = reading(200_000).timeNs;
    under.tamper(`
      UPDATE telemetry SET time_ns = time_ns + 3 WHERE ${where(11)};
      UPDATE telemetry SET time_ns = ${far} WHERE ${where(12)};`);
    const certificate = await under.certificate({ toMs: ms(6000) });
    expect(certificate.verdict).toBe('incomplete');
    expect(certificate.epochs[0]?.findings.map((f) => [f.what, f.seq])).toEqual([
      ['differs', 11],
      ['moved', 12],
    ]);
  });

  it('names a copy: a reading that is an event too', async () => {
    await both(messages(100));
    const { timeNs, deviceTickMs, lineSeq } = reading(33);
    const copy = { station: STATION, epoch: 7, seq: 33, timeNs: timeNs + 1n, deviceTickMs, lineSeq };
    await under.record([{ ...copy, source: 'x', state: '', data: '' }]);
    const certificate = await under.certificate();
    expect(certificate).toMatchObject({ verdict: 'incomplete', duplicates: 1, missing: 0, differing: 0, added: 0 });
    expect(certificate.epochs[0]?.findings).toMatchObject([{ what: 'duplicate', seq: 33 }]);
  });

  it('gives the reason of a gap: waiting, rejected, given up', async () => {
    const list = [...messages(50), ...messages(100, 56)];
    under.journal(list);
    await under.record(list.filter((m) => m.seq !== 7 && m.seq < 120));
    const certificate = await under.certificate(
      {},
      {
        waiting: async () => [{ epoch: 7, firstSeq: 120, lastSeq: 160 }],
        rejected: async () => [{ epoch: 7, seq: 7 }],
      },
    );
    expect(certificate.epochs[0]?.missing).toEqual([
      { firstSeq: 7, lastSeq: 7, count: 1, reason: 'rejected' },
      { firstSeq: 51, lastSeq: 55, count: 5, reason: 'given-up' },
      { firstSeq: 120, lastSeq: 155, count: 36, reason: 'waiting' },
      { firstSeq: 156, lastSeq: 160, count: 5, reason: 'waiting' },
    ]);
    expect(certificate).toMatchObject({ verdict: 'incomplete', expected: 155, missing: 47 });
  });

  it('waits for what is on its way into the store, and for what is not in the manifest yet', async () => {
    const list = messages(100);
    under.journal(list);
    await under.record(list.slice(0, 90));
    const later = messages(5, 101);
    await under.record(later);
    const certificate = await under.certificate(
      {},
      {
        patience: 3,
        waiting: async () => {
          await under.record(list);
          if (under.manifest.lastBlock(STATION, 7)?.lastSeq === 100) under.journal(later);
          return [];
        },
      },
    );
    expect(certificate).toMatchObject({ verdict: 'complete', expected: 100, missing: 0, added: 0 });
  });

  it('covers two epochs apart, and a range that cuts both, in whole blocks', async () => {
    const first = messages(9000);
    const gap = 9_000n * 100_000_000n;
    const second = messages(9000, 1).map((m) => ({ ...m, epoch: 8, timeNs: m.timeNs + gap }));
    await both([...first, ...second]);
    const all = await under.certificate();
    expect(all).toMatchObject({ verdict: 'complete', expected: 18_000 });
    expect(all.epochs.map((e) => e.epoch)).toEqual([7, 8]);

    const cut = await under.certificate({ fromMs: ms(5000), toMs: ms(9000 + 100) });
    expect(cut).toMatchObject({ verdict: 'complete', expected: 9000 - 4096 + 4096 });
    expect(cut.epochs.map((e) => [e.firstSeq, e.lastSeq])).toEqual([
      [4097, 9000],
      [1, 4096],
    ]);
    under.tamper(
      `DELETE FROM telemetry WHERE epoch = 7 AND seq = 4097; DELETE FROM telemetry WHERE epoch = 8 AND seq = 4098`,
    );
    expect(await under.certificate({ fromMs: ms(5000), toMs: ms(9100) })).toMatchObject({ missing: 1 });
    expect(await under.certificate({ fromMs: ms(1), toMs: ms(4000) })).toMatchObject({ verdict: 'complete' });
  });

  it('covers a station that says events only', async () => {
    const events = messages(3000).filter((m) => !('values' in m));
    const renumbered = events.map((m, i) => ({ ...m, seq: i + 1 }));
    await both(renumbered);
    expect(await under.certificate()).toMatchObject({
      verdict: 'complete',
      expected: 300,
      epochs: [{ readings: 0, events: 300 }],
    });
  });

  it('keeps the order of a clock that stepped back', async () => {
    const list = messages(3000).map((m) =>
      m.seq <= 1000 ? m : { ...m, timeNs: reading(1000).timeNs + BigInt(m.seq - 1000) },
    );
    await both(list);
    const madeMs = ms(400);
    expect(await under.certificate({}, { madeMs })).toMatchObject({ verdict: 'complete', expected: 3000 });
    under.tamper(`DELETE FROM telemetry WHERE ${where(2999)}`);
    expect(await under.certificate({}, { madeMs })).toMatchObject({ verdict: 'incomplete', missing: 1 });
  });

  it('says complete of an empty time it has watched, and cannot-say of what it has not', async () => {
    await both(messages(100));
    const empty = await under.certificate({ fromMs: ms(1000), toMs: ms(2000) });
    expect(empty).toMatchObject({ verdict: 'complete', expected: 0, epochs: [], proven: null });
    const before = await under.certificate({ fromMs: T0_MS - 60_000, toMs: T0_MS });
    expect(before).toMatchObject({ verdict: 'cannot-say', expected: 0 });
    expect(before.statement).toContain('before the manifest began');
    expect(await under.certificate({ fromMs: T0_MS - 60_000 })).toMatchObject({ verdict: 'cannot-say', present: 100 });
    const unknown = await under.certificate({ station: 'SN-9999' });
    expect(unknown).toMatchObject({ verdict: 'cannot-say', expected: 0 });
    expect(unknown.statement).toContain('SN-9999');
  });

  it('cannot say anything without a manifest, or of a store that cannot be read', async () => {
    await both(messages(100));
    expect(await under.certificate({}, { manifest: null })).toMatchObject({
      verdict: 'cannot-say',
      witnessedSince: null,
    });
    const store = {
      ...under.store,
      readingsBetween: async () => {
        throw new StoreUnavailable('influx http://db:8086/hai: nothing listens there: start InfluxDB');
      },
    };
    const certificate = await under.certificate({}, { store });
    expect(certificate).toMatchObject({ verdict: 'cannot-say', epochs: [] });
    expect(certificate.notes.join()).toContain('start InfluxDB');
  });

  it('counts what waits in the journal of a stopped bridge and never reached the manifest', async () => {
    await both(messages(100));
    const waiting = async () => [
      { epoch: 7, firstSeq: 101, lastSeq: 110 },
      { epoch: 9, firstSeq: 1, lastSeq: 4 },
    ];
    const certificate = await under.certificate({}, { waiting });
    expect(certificate).toMatchObject({ verdict: 'incomplete', expected: 114, missing: 14 });
    expect(certificate.epochs.map((e) => e.missing)).toEqual([
      [{ firstSeq: 101, lastSeq: 110, count: 10, reason: 'waiting' }],
      [{ firstSeq: 1, lastSeq: 4, count: 4, reason: 'waiting' }],
    ]);
  });

  it('ends when it is aborted', async () => {
    await both(messages(5000));
    const signal = AbortSignal.abort(new Error('asked too long'));
    await expect(under.certificate({}, { signal })).rejects.toThrow('asked too long');
  });
});
