/** Stations that do not do as they say: every run ends, with one sentence, and keeps nothing that nobody ordered. */
import { describe, expect, it } from 'vitest';
import { IMG, MGMT, SMP_GROUP, smpError } from '../../../protocols/smp/index.ts';
import type { Answer, Ask } from '../../../src/firmware/update/words.ts';
import { type ModelOptions, ModelStation } from './model-station.ts';
import { BYTES, type Interference, NEW, OLD, ORDER, runUpdate } from './run-update.ts';

const station = (more: Partial<ModelOptions> = {}) =>
  new ModelStation({ old: OLD, bytes: BYTES, uploads: NEW, ...more });

/** What it answers instead, to the questions of one kind. */
function answering(
  device: ModelStation,
  op: Ask['op'],
  instead: (usual: () => Answer | null, ask: Ask) => Answer | null,
) {
  const usual = device.ask.bind(device);
  device.ask = (ask, nowMs) => (ask.op === op ? instead(() => usual(ask, nowMs), ask) : usual(ask, nowMs));
  return device;
}
const no = (group: number | null, code: number) => (): Answer => ({ op: 'error', error: smpError(group, code, null) });
const done = (): Answer => ({ op: 'done' });
const upTo = (off: number) => (): Answer => ({ op: 'upload', off, match: null });
const recovery = { order: { ...ORDER, route: 'recovery' } } as const;
const at = (atMs: number, what: Interference['what']): Interference => ({ atMs, what });

function ends(device: ModelStation, kind: string, code: string, options: Parameters<typeof runUpdate>[1] = {}) {
  const run = runUpdate(device, options);
  expect([run.outcome.kind, run.outcome.code]).toEqual([kind, code]);
  expect(run.outcome.detail).toMatch(/^[^\n]{20,300}$/);
  expect(device.confirms.filter((hash) => hash !== NEW.hash)).toEqual([]);
  return run;
}

describe('an upload', () => {
  it.each([
    ['begins again and again', 0],
    ['is said to be beyond the end of the image', BYTES + 1],
    ['is said to stand where no piece was sent to', BYTES - 1],
    ['is said to stand before its beginning', -1],
    ['stands still', 200],
  ])('that %s is given up', (_, off) => {
    const device = answering(station(), 'upload', upTo(off));
    const { tookMs } = ends(device, 'failed', 'upload-stuck');
    expect(tookMs).toBeLessThan(30 * 60_000);
    expect(device.primary).toEqual(OLD);
  });

  it('that the station takes and does not list, or finds damaged, is tried three times', () => {
    const forgets = station();
    answering(forgets, 'state', (usual) => {
      forgets.secondary = null;
      return usual();
    });
    expect(ends(forgets, 'failed', 'not-stored').outcome.detail).toContain('not in its list');
    const doubts = answering(station(), 'upload', (usual) => {
      const answer = usual();
      return answer?.op === 'upload' && answer.match ? { ...answer, match: false } : answer;
    });
    const { outcome, acts } = ends(doubts, 'failed', 'not-stored');
    expect(outcome.detail).toContain('another checksum');
    expect(acts.filter((act) => act === 'unmarked')).toHaveLength(2);
  });

  it.each([
    [IMG.badMagic, 'station-refuses-image'],
    [IMG.invalidHeader, 'station-refuses-image'],
    [IMG.currentIsNewer, 'older-than-running'],
    [IMG.tooLarge, 'too-large'],
  ])('that the station refuses (image group, code %i) is refused as %s', (error, code) => {
    ends(answering(station(), 'upload', no(SMP_GROUP.image, error)), 'refused', code);
  });

  it('to a station that is busy for ever is given up', () => {
    ends(answering(station(), 'upload', no(null, MGMT.busy)), 'failed', 'upload-stuck');
  });
});

describe('a mark, a restart, a confirmation', () => {
  it('that is taken and not shown ends the run', () => {
    ends(answering(station(), 'test', done), 'failed', 'not-marked');
  });

  it('that cannot be taken back is said', () => {
    const device = answering(station(), 'erase', no(null, MGMT.unknown));
    const codes = new Set<string>();
    for (let ms = 300; ms < 1500; ms += 50) {
      const one = answering(station(), 'erase', no(null, MGMT.unknown));
      codes.add(runUpdate(one, { interference: [at(ms, 'abort')] }).outcome.code);
      expect(one.confirms).toEqual([]);
    }
    expect([...codes]).toEqual(expect.arrayContaining(['aborted', 'not-unmarked']));
    expect(device.primary).toEqual(OLD);
  });

  it('that is refused, or leads nowhere, ends the run', () => {
    ends(answering(station(), 'reset', no(null, MGMT.denied)), 'failed', 'restart-refused');
    ends(answering(station(), 'reset', no(null, MGMT.denied)), 'failed', 'no-recovery', recovery);
    ends(answering(station(), 'reset', done), 'failed', 'no-recovery', recovery);
  });

  it('of a station that says of no image that it runs is not made', () => {
    const device = answering(station(), 'state', (usual) => {
      const answer = usual();
      if (answer?.op !== 'state') return answer;
      return { ...answer, slots: answer.slots.map((slot) => ({ ...slot, active: false })) };
    });
    ends(device, 'failed', 'no-running-image');
    expect(device.primary).toEqual(OLD);
  });
});

describe('firmware that must not stay', () => {
  it('and does not go, is told to a person', () => {
    const device = station({ uploads: { ...NEW, version: '1.0.9' } });
    const boot = device.boot.bind(device);
    device.boot = (nowMs) => {
      boot(nowMs);
      // A bootloader that does not go back.
      if (device.primary === OLD && device.secondary?.hash === NEW.hash) {
        [device.primary, device.secondary] = [device.secondary, device.primary];
        device.confirmed = false;
      }
    };
    ends(device, 'failed', 'cannot-go-back');
  });

  it('and was kept by the station itself, is told to a person', () => {
    const device = station({ uploads: { ...NEW, version: '1.0.9' } });
    const boot = device.boot.bind(device);
    device.boot = (nowMs) => {
      boot(nowMs);
      if (device.primary?.hash === NEW.hash) device.confirmed = true;
    };
    expect(ends(device, 'failed', 'kept-but-unwell').outcome.detail).toContain('1.0.9-sim');
  });
});

describe('a bootloader', () => {
  it('that has the image and does not start it, is told', () => {
    ends(station({ uploads: { ...NEW, good: false } }), 'failed', 'stays-in-recovery', recovery);
  });

  it('over which somebody has called the update off before its first byte, is left with what it has', () => {
    const device = station({ old: { ...OLD, good: false } });
    device.boot(0);
    const { outcome } = runUpdate(device, { interference: [at(200, 'abort')] });
    expect([outcome.kind, outcome.code]).toEqual(['failed', 'left-in-bootloader']);
    expect(outcome.detail).toContain('aborted by somebody');
    expect(device.primary?.hash).toBe(OLD.hash);
  });
});

describe('time', () => {
  it('that runs out in the proof, because the link is away, says what the station does then', () => {
    const codes = new Map<string, string>();
    for (let ms = 3000; ms < 12_000; ms += 250) {
      const { outcome } = runUpdate(station(), { interference: [at(ms, 'cable-out')] });
      codes.set(outcome.code, outcome.detail);
    }
    expect(codes.get('not-proved-in-time')).toMatch(/gives way to firmware 1\.0\.0 as before at the next restart/);
  });

  it('of an hour is the most that an update takes, whatever comes in between', () => {
    const moments = Array.from({ length: 12 }, (_, i) => [
      at(150 + i * 600_000, 'cable-out'),
      at(150 + i * 600_000 + 599_950, 'cable-in'),
    ]).flat();
    const { tookMs } = ends(station(), 'interrupted', 'took-too-long', { interference: moments });
    expect(tookMs).toBeLessThanOrEqual(3_600_100);
  });
});
