/** Power is cut at every frame and at every step of an update. Whatever happens, the station starts one of its two images. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFirmwareFault, STEPS } from '../../../simulator/firmware/faults.ts';
import { Bench, smallImage } from './firmware-bench.ts';

const NEW = smallImage(1);

/** What a careful client does, given up when the device falls silent. Returns how far it came. */
function update(bench: Bench): string {
  if (!bench.upload(NEW)) return 'upload';
  if (JSON.stringify(bench.ask('setImageState', { hash: bench.hashOf(1), confirm: false })).includes('silence'))
    return 'test';
  if (bench.ask('reset', {}) === 'silence') return 'reset';
  bench.pass(10_000);
  if (bench.ask('setImageState', { confirm: true }) === 'silence') return 'confirm';
  return 'done';
}

/** After everything has come to rest: which image runs, and whether it will still do so after two more resets. */
function rest(bench: Bench): { runs: string; later: string } {
  bench.target.faults.set([]);
  bench.pass(30_000);
  const [first] = bench.images();
  bench.reset().reset();
  const [later] = bench.images();
  return { runs: first ?? '', later: later ?? '' };
}

const OLD = '0 1.0.0 active confirmed';
const CONFIRMED = '0 1.1.0 active confirmed';
const RUNNING = /^0 1\.[01]\.0 active( confirmed)?$/;

describe('power cut', () => {
  const whole = new Bench();
  const framesInAll = 70;

  it('nowhere: the update is done', () => {
    expect(update(whole)).toBe('done');
    expect(rest(whole)).toEqual({ runs: CONFIRMED, later: CONFIRMED });
  });

  it('at any frame: one of the two images runs, and a client that begins again succeeds', () => {
    const reached = new Set<string>();
    for (let frame = 1; frame <= framesInAll; frame++) {
      const bench = new Bench({ faults: [parseFirmwareFault(`power-loss:frame=${frame}`)] });
      reached.add(update(bench));
      const { runs, later } = rest(bench);
      expect([frame, runs]).toEqual([frame, expect.stringMatching(RUNNING)]);
      expect(later).toMatch(/ active confirmed$/);
      // The unfinished update can be made again, if the new image does not run already.
      if (later.startsWith('0 1.0.0')) expect([frame, update(bench)]).toEqual([frame, 'done']);
      expect(rest(bench).later).toBe(CONFIRMED);
    }
    expect([...reached].sort()).toEqual(['confirm', 'done', 'reset', 'test', 'upload']);
  });

  it.each(STEPS)('at the step %s', (step) => {
    const bench = new Bench({ faults: [parseFirmwareFault(`power-loss:${step}`)] });
    // So that there is something to erase.
    bench.target.flash.secondary.hold(new Uint8Array(500));
    update(bench);
    expect(bench.target.boots).toBeGreaterThan(0);
    const { runs, later } = rest(bench);
    expect(runs).toMatch(RUNNING);
    expect(later).toBe(
      {
        erase: OLD,
        write: OLD,
        written: OLD,
        mark: OLD,
        // Started by the loss of power; the client, without an answer, did not go on, and it went back.
        marked: OLD,
        // As good as the reset: the client goes on and confirms.
        reset: CONFIRMED,
        'swap-25': CONFIRMED,
        'swap-50': CONFIRMED,
        'swap-75': CONFIRMED,
        // Not confirmed before the next reset: back.
        'first-boot': OLD,
        confirm: OLD,
        confirmed: CONFIRMED,
      }[step],
    );
  });

  it('in a swap: it goes on where it was, to the same end', () => {
    const bench = new Bench({
      faults: ['swap-25', 'swap-50', 'swap-75'].map((s) => parseFirmwareFault(`power-loss:${s}`)),
    });
    bench.upload(NEW);
    bench.ask('setImageState', { hash: bench.hashOf(1), confirm: false });
    bench.reset();
    expect(bench.target.boots).toBe(4);
    expect(bench.images()).toEqual(['0 1.1.0 active', '1 1.0.0 confirmed']);
  });

  it('by hand in a swap, at any moment: the new image is not given up before it has run', () => {
    for (const afterMs of [300, 800, 1300, 1800, 2100]) {
      const bench = new Bench();
      bench.upload(NEW);
      bench.ask('setImageState', { hash: bench.hashOf(1), confirm: false });
      bench.ask('reset', {});
      const resetMs = bench.nowMs + 250;
      bench.pass(afterMs);
      expect(bench.target.flash.swap).not.toBeNull();
      const cutMs = bench.nowMs;
      bench.target.reset(cutMs);
      bench.pass(10_000);
      // It goes on where it was: 33 sectors at 60 ms and 1.5 s, from the reset 250 ms after its answer.
      expect(bench.host.at(-1)).toBe(`started ${resetMs + 1980 + 1500}`);
      expect(bench.images()).toEqual(['0 1.1.0 active', '1 1.0.0 confirmed']);
    }
  });

  it('again and again by chance, with answers lost: never without an image that runs', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.constantFrom(0.005, 0.02, 0.1), (seedFrames, chance) => {
        const bench = new Bench({
          faults: [
            parseFirmwareFault(`power-loss:${chance}`),
            parseFirmwareFault('lost-reply:0.05'),
            parseFirmwareFault(`power-loss:frame=${seedFrames}`),
          ],
        });
        for (let tries = 0; tries < 3 && update(bench) !== 'done'; tries++) bench.pass(10_000);
        const { runs, later } = rest(bench);
        expect(runs).toMatch(RUNNING);
        expect(later).toMatch(RUNNING);
      }),
      { numRuns: 15 },
    );
  });
});
