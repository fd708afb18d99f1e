import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type Block, OpenBlock } from '../../../src/certificate/block.ts';
import { ManifestWriter } from '../../../src/certificate/manifest-writer.ts';
import { batches, type Message, messages, reading, type Site, STATION, site } from './support.ts';

const END = 9_000_000_000_000_000_000n;
/** A stop in the middle of a block cuts its hash in two; all else stays. */
const withoutHash = ({ hash: _, cuts: __, ...rest }: Block) => rest;

describe('the manifest', () => {
  let open: Site[] = [];
  const newSite = async () => {
    const made = await site();
    open.push(made);
    return made;
  };
  afterEach(async () => {
    for (const one of open) await one.close();
    open = [];
  });
  const blocksOf = ({ manifest }: Site) => manifest.blocks(STATION, 0n, END, 1000, { epoch: 0, number: -1 });

  it('is the same however the messages were batched or given again; a restart only cuts the hash of a block', async () => {
    const list = [...messages(4300), ...messages(700, 4306), ...messages(30, 1, { epoch: 8, timeNs: 0n })].map(
      (m, i): Message => ({ ...m, timeNs: reading(1).timeNs + BigInt(i) }),
    );
    const reference = await newSite();
    reference.journal(list, [1000]);
    const expected = blocksOf(reference);
    expect(expected.map((b) => [b.epoch, b.number, b.firstSeq, b.lastSeq])).toEqual([
      [7, 0, 1, 4096],
      [7, 1, 4097, 5005],
      [8, 0, 1, 30],
    ]);
    expect(expected[1]).toMatchObject({ readings: 813, events: 91 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 }),
        fc.constantFrom('none', 'some'),
        async (sizes, perWrite, restarts) => {
          const under = await site();
          try {
            const all = batches(list, sizes);
            let writer = new ManifestWriter(under.manifest);
            for (let at = 0, turn = 0; at < all.length; turn++) {
              const n = perWrite[turn % perWrite.length] ?? 1;
              writer.add(all.slice(Math.max(0, at - 2), at + n), 'new');
              at += n;
              // What a crash leaves: the file alone.
              if (restarts === 'some' && turn % 3 === 2) writer = new ManifestWriter(under.manifest);
            }
            expect(blocksOf(under).map(withoutHash)).toEqual(expected.map(withoutHash));
            for (const block of blocksOf(under)) {
              const again = OpenBlock.begin(block, block.cuts);
              const has = (m: Message) => m.epoch === block.epoch && m.seq >= block.firstSeq && m.seq <= block.lastSeq;
              for (const message of list.filter(has)) again.add(message);
              expect(again.block.hash).toEqual(block.hash);
            }
            if (restarts === 'none') expect(blocksOf(under)).toEqual(expected);
            expect(under.manifest.gaps(STATION, 7)).toEqual(reference.manifest.gaps(STATION, 7));
          } finally {
            await under.close();
          }
        },
      ),
      { numRuns: 8 },
    );
    expect(reference.manifest.gaps(STATION, 7)).toEqual([
      { station: STATION, epoch: 7, firstSeq: 4301, lastSeq: 4305, why: 'given-up' },
    ]);
  });

  it('names a batch that cannot be read, and goes on behind it', async () => {
    const under = await newSite();
    const writer = new ManifestWriter(under.manifest);
    const [a, b, c] = batches(messages(30), [10]);
    const spoilt = { ...b, payload: b?.payload.replace('"rows":[[', '"rows":[["') } as typeof b;
    const unreadable = writer.add(
      [a, spoilt, c].flatMap((x) => x ?? []),
      'new',
    );
    expect(unreadable).toEqual([{ station: STATION, reason: expect.any(String) }]);
    expect(under.manifest.gaps(STATION, 7)).toMatchObject([{ firstSeq: 11, lastSeq: 20, why: 'given-up' }]);
  });

  it('does not vouch for what was journaled before it began', async () => {
    const under = await newSite();
    under.journal(messages(20, 101), [10], 'again');
    expect(under.manifest.gaps(STATION, 7)).toMatchObject([{ firstSeq: 1, lastSeq: 100, why: 'unwitnessed' }]);
  });

  it('takes nothing in of a call that fails, and all of it when it is given again', async () => {
    const under = await newSite();
    const writer = new ManifestWriter(under.manifest);
    const all = batches(messages(40), [10]);
    writer.add(all.slice(0, 2), 'new');
    const full = { ...under.manifest, lastBlock: under.manifest.lastBlock.bind(under.manifest), fresh: true };
    const failing = new ManifestWriter({
      ...full,
      commit: () => {
        throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
      },
    } as never);
    expect(() => failing.add(all.slice(2), 'new')).toThrow('full');
    expect(blocksOf(under)).toMatchObject([{ lastSeq: 20 }]);
    new ManifestWriter(under.manifest).add(all.slice(1), 'again');
    const straight = await newSite();
    straight.journal(messages(40));
    expect(blocksOf(under).map(withoutHash)).toEqual(blocksOf(straight).map(withoutHash));
  });

  it('stays small: an hour at 10 Hz is nine entries of about 200 bytes', async () => {
    const under = await newSite();
    under.journal(messages(36_000), [1000]);
    expect(blocksOf(under)).toHaveLength(9);
  });

  it('forgets what is older than it shall keep, and says since when it knows', async () => {
    const under = await newSite();
    under.journal(messages(10_000), [1000]);
    under.manifest.forgetBefore(Number(reading(8500).timeNs / 1_000_000n));
    expect(blocksOf(under).map((b) => b.number)).toEqual([2]);
    const certificate = await under.certificate({ fromMs: Number(reading(1).timeNs / 1_000_000n) });
    expect(certificate).toMatchObject({ verdict: 'incomplete', expected: 1808, present: 0, added: 0 });
    expect(under.manifest.stations()).toEqual([STATION]);
  });
});
