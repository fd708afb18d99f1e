/** The update machine against a model of a station: every way through, every deadline, and random misfortune. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UpdateMachine } from '../../../src/firmware/update/machine.ts';
import { type ModelImage, type ModelOptions, ModelStation } from './model-station.ts';
import { BYTES, type Interference, NEW, OLD, ORDER, runUpdate } from './run-update.ts';

const station = (more: Partial<ModelOptions> = {}) =>
  new ModelStation({ old: OLD, bytes: BYTES, uploads: NEW, ...more });
const images = (bad: Partial<ModelImage>): Partial<ModelOptions> => ({ uploads: { ...NEW, ...bad } });

describe('an update that goes well', () => {
  it('uploads, tries, proves and keeps, in this order', () => {
    const device = station();
    const { outcome, acts } = runUpdate(device);
    expect(outcome).toEqual({
      kind: 'updated',
      code: 'updated',
      detail: 'firmware 1.1.0 runs, has proved itself and is kept',
    });
    expect(acts).toEqual(['uploaded', 'marked', 'restarted', 'running', 'kept']);
    expect(device).toMatchObject({ primary: NEW, confirmed: true, confirms: [NEW.hash] });
  });

  it('has several pieces under way where the station has the buffers, and one where it has not', () => {
    const time = (bufferCount: number) => runUpdate(station({ bufferCount, slotBytes: 0 })).tookMs;
    expect(time(4)).toBeLessThan(time(1) - 300);
  });

  it('proves what runs already, and asks for nothing else', () => {
    const device = station({ old: NEW });
    const { outcome, asks } = runUpdate(device);
    expect(outcome.kind).toBe('updated');
    expect(new Set(asks)).toEqual(new Set(['params', 'state']));
  });
});

describe('an update that cannot be', () => {
  const refused = (code: string, more: Partial<ModelOptions>, order = ORDER) => {
    const device = station(more);
    const { outcome, asks } = runUpdate(device, { order });
    expect(outcome).toMatchObject({ kind: 'refused', code });
    expect(asks).not.toContain('upload');
    expect(device).toMatchObject({ primary: OLD, confirmed: true, pending: 'no' });
    return outcome.detail;
  };

  it('is refused during a refill, before anything is sent', () => {
    const { outcome, asks } = runUpdate(station(), { refill: 'a refill is open' });
    expect(outcome).toEqual({ kind: 'refused', code: 'refill-open', detail: 'not begun: a refill is open' });
    expect(asks).toEqual([]);
  });

  it('is refused when the image is larger than the slot', () => {
    expect(refused('too-large', { slotBytes: BYTES - 1 })).toBe(
      `the image does not fit: it has ${BYTES} bytes, the slot takes ${BYTES - 1}`,
    );
  });

  it('is refused when the bootloader has no way back', () => {
    expect(refused('no-revert', { mode: 2 })).toContain('"overwrite only"');
  });

  it('is refused when the station speaks but answers no firmware request', () => {
    const device = station();
    device.ask = () => null;
    expect(runUpdate(device).outcome).toMatchObject({ kind: 'refused', code: 'no-answer-to-smp' });
  });
});

describe('new firmware that is not good', () => {
  it('is put back by the bootloader when that does not accept it', () => {
    const device = station(images({ good: false }));
    const { outcome } = runUpdate(device);
    expect(outcome).toEqual({
      kind: 'reverted',
      code: 'not-accepted',
      detail: 'its bootloader did not accept the image; the station runs firmware 1.0.0 as before',
    });
    expect(device).toMatchObject({ primary: OLD, confirmed: true, confirms: [] });
  });

  it('is put back when it restarts by itself before it is kept', () => {
    const device = station(images({ behaves: 'crashes' }));
    expect(runUpdate(device).outcome).toMatchObject({ kind: 'reverted', code: 'restarted-by-itself' });
    expect(device).toMatchObject({ primary: OLD, confirms: [] });
  });

  it('is not waited for without end when it never speaks', () => {
    const device = station(images({ behaves: 'mute' }));
    const { outcome, tookMs } = runUpdate(device);
    expect(outcome).toMatchObject({ kind: 'interrupted', code: 'silent-after-restart' });
    expect(tookMs).toBeLessThan(5 * 60_000);
    device.boot(1e9);
    expect(device.primary).toEqual(OLD);
  });

  it('is put back when it calls itself another version than the image', () => {
    const device = station(images({ version: '1.0.9' }));
    const { outcome } = runUpdate(device);
    expect(outcome).toMatchObject({ kind: 'reverted', code: 'wrong-version' });
    expect(outcome.detail).toBe(
      'after the restart the station says that it runs 1.0.9-sim; the station runs firmware 1.0.0 as before',
    );
    expect(device).toMatchObject({ primary: OLD, confirmed: true, confirms: [] });
  });
});

describe('a run that is disturbed', () => {
  const at = (atMs: number, what: Interference['what']): Interference => ({ atMs, what });

  it('goes on where it was after the cable was out and after the daemon was restarted', () => {
    for (const interference of [
      [at(300, 'cable-out'), at(9000, 'cable-in')],
      [at(300, 'daemon-restart'), at(600, 'daemon-restart')],
      [at(300, 'power-loss')],
    ]) {
      const device = station();
      expect(runUpdate(device, { interference }).outcome.kind).toBe('updated');
      expect(device).toMatchObject({ primary: NEW, confirmed: true });
    }
  });

  it('does not go on from the beginning after the cable was out', () => {
    const pieces = (interference: Interference[]) =>
      runUpdate(station(), { interference }).asks.filter((ask) => ask === 'upload').length;
    expect(pieces([at(200, 'cable-out'), at(1000, 'cable-in')])).toBeLessThan(pieces([]) + 6);
  });

  it('ends when the cable stays out', () => {
    const { outcome, tookMs } = runUpdate(station(), { interference: [at(200, 'cable-out')] });
    expect(outcome).toMatchObject({ kind: 'interrupted', code: 'link' });
    expect(outcome.detail).toContain('hai-bridge firmware update HRS-1');
    expect(tookMs).toBeLessThan(16 * 60_000);
  });

  it('holds still while a refill is open, and goes on after it', () => {
    const { outcome, tookMs } = runUpdate(station(), {
      interference: [at(200, 'refill-begins'), at(60_000, 'refill-ends')],
    });
    expect(outcome.kind).toBe('updated');
    expect(tookMs).toBeGreaterThan(60_000);
    expect(runUpdate(station(), { interference: [at(200, 'refill-begins')] }).outcome).toMatchObject({
      kind: 'interrupted',
      code: 'refill',
    });
  });

  it('neither uploads nor marks nor restarts in a refill', () => {
    for (let ms = 100; ms < 1500; ms += 50) {
      const device = station();
      const { outcome } = runUpdate(device, { interference: [at(ms, 'refill-begins')] });
      expect(['updated', 'interrupted']).toContain(outcome.kind);
      if (outcome.kind === 'interrupted') expect(device.pending).toBe('no');
    }
  });

  it('goes back when it is aborted, from wherever it is', () => {
    for (let ms = 50; ms < 9000; ms += 150) {
      const device = station();
      const { outcome } = runUpdate(device, { interference: [at(ms, 'abort')] });
      const kept = device.primary?.hash === NEW.hash;
      expect(outcome.kind === 'updated').toBe(kept);
      if (!kept) {
        expect(['aborted', 'updated']).toContain(outcome.code);
        expect(device).toMatchObject({ primary: OLD, confirmed: true, pending: 'no', confirms: [] });
      }
    }
  });

  it('leaves another station alone that answers on the link now, and never asks it for anything again', () => {
    const machine = new UpdateMachine(ORDER);
    const who = { kind: 'identified', bootId: 'B', hardwareRevision: 'B', firmwareVersion: '1.0.0' } as const;
    machine.begin({ linkOpen: true, refill: null }, 0);
    machine.on({ ...who, station: ORDER.station }, 10);
    expect(machine.view.outcome).toBeNull();
    const after = machine.on({ ...who, station: 'HRS-2' }, 20);
    expect(machine.view.outcome).toMatchObject({ kind: 'interrupted', code: 'other-station' });
    expect(after.filter((effect) => effect.do === 'ask')).toEqual([]);
    const anonymous = new UpdateMachine({ ...ORDER, anonymous: true });
    anonymous.begin({ linkOpen: true, refill: null }, 0);
    anonymous.on({ ...who, station: 'HRS-2' }, 10);
    expect(anonymous.view.outcome).toBeNull();
  });

  it('does not try an image again that it found on trial and that has restarted since', () => {
    const device = station({ old: OLD, uploads: { ...NEW, behaves: 'crashes' } });
    device.secondary = { ...NEW, behaves: 'crashes' };
    device.pending = 'test';
    device.boot(-2500);
    const { outcome, asks } = runUpdate(device);
    expect(outcome).toMatchObject({ kind: 'reverted', code: 'restarted-by-itself' });
    expect(asks).not.toContain('upload');
    expect(asks).not.toContain('test');
  });

  it('takes an answer twice, or of another request, for nothing', () => {
    const twice = station();
    expect(runUpdate(twice, { interference: [at(0, 'twice-answers')] }).outcome.kind).toBe('updated');
    const foreign = Array.from({ length: 40 }, (_, i) => at(i * 200, 'foreign-answer'));
    expect(runUpdate(station(), { interference: foreign }).outcome.kind).toBe('updated');
  });

  it('sends again what got no answer, and gives up when nothing ever comes', () => {
    const lossy = [at(250, 'lose-answers'), at(8000, 'all-well')];
    expect(runUpdate(station(), { interference: lossy }).outcome.kind).toBe('updated');
    expect(runUpdate(station(), { interference: [at(250, 'lose-answers')] }).outcome.kind).toBe('interrupted');
  });
});

describe('recovery', () => {
  const bootloaderOnly = () => {
    const device = station({ old: { ...OLD, good: false } });
    device.boot(0);
    return device;
  };

  it('brings a station back of which only the bootloader answers', () => {
    const device = bootloaderOnly();
    expect(device.recovery).toBe(true);
    const { outcome, acts } = runUpdate(device);
    expect(outcome.kind).toBe('updated');
    expect(acts[0]).toBe('restarted');
    expect(device).toMatchObject({ primary: NEW, recovery: false });
  });

  it('is the way for a station without a second slot when that is asked for', () => {
    const device = station({ mode: 0 });
    const { outcome } = runUpdate(device, { order: { ...ORDER, route: 'recovery' } });
    expect(outcome.kind).toBe('updated');
    expect(device.primary).toEqual(NEW);
  });

  it('survives power loss at any moment', () => {
    for (let ms = 100; ms < 30_000; ms += 350) {
      const device = bootloaderOnly();
      const interference = [{ atMs: ms, what: 'power-loss' as const }];
      expect(runUpdate(device, { interference }).outcome.kind).toBe('updated');
    }
  });
});

describe('whatever happens', () => {
  const what = fc.constantFrom<Interference['what']>(
    'power-loss',
    'cable-out',
    'cable-in',
    'daemon-restart',
    'refill-begins',
    'refill-ends',
    'abort',
    'lose-answers',
    'twice-answers',
    'foreign-answer',
    'all-well',
  );
  const interference = fc.array(fc.record({ atMs: fc.nat(60_000), what }), { maxLength: 12 });
  const behaves = fc.constantFrom<ModelImage['behaves']>('well', 'mute', 'crashes');
  const bad = fc.record({ good: fc.boolean(), behaves, version: fc.constantFrom('1.1.0', '1.0.9') });

  it('the run ends in a stated outcome, keeps only what was ordered, and no station is without firmware', () => {
    fc.assert(
      fc.property(interference, bad, fc.constantFrom('swap' as const), (misfortune, image, route) => {
        const device = station(images(image as Partial<ModelImage>));
        const { outcome } = runUpdate(device, { order: { ...ORDER, route }, interference: misfortune });
        expect(outcome.detail).not.toBe('');
        expect(device.confirms.every((hash) => hash === NEW.hash)).toBe(true);
        const good = image.good && image.behaves === 'well' && image.version === NEW.version;
        if (!good) expect(outcome.kind).not.toBe('updated');
        if (outcome.kind === 'updated') expect(device).toMatchObject({ primary: { hash: NEW.hash }, confirmed: true });
        if (outcome.kind === 'reverted') expect(device.primary).toEqual(OLD);
        device.boot(1e12);
        device.boot(2e12);
        expect(device.recovery).toBe(false);
        if (!good) expect(device.primary).toEqual(OLD);
      }),
      { numRuns: 400 },
    );
  });

  it('arbitrary answers never make it keep anything that does not run, and it always ends', () => {
    const hash = fc.constantFrom(OLD.hash, NEW.hash, 'dd'.repeat(32));
    const slot = fc.record({
      image: fc.nat(1),
      slot: fc.nat(1),
      version: fc.constant('9.9.9'),
      hash: fc.option(hash),
      bootable: fc.boolean(),
      pending: fc.boolean(),
      confirmed: fc.boolean(),
      active: fc.boolean(),
      permanent: fc.boolean(),
    });
    const answer = fc.oneof(
      fc.record({ op: fc.constant('state' as const), slots: fc.array(slot, { maxLength: 3 }), recovery: fc.boolean() }),
      fc.record({
        op: fc.constant('upload' as const),
        off: fc.integer({ min: -1, max: 5000 }),
        match: fc.constant(null),
      }),
      fc.constant({ op: 'done' as const }),
      fc.constant({ op: 'params' as const, bufferBytes: 384, bufferCount: 4 }),
      fc.constant(null),
    );
    fc.assert(
      fc.property(fc.array(answer, { minLength: 1, maxLength: 60 }), fc.nat(3), (script, boots) => {
        const machine = new UpdateMachine(ORDER);
        let nowMs = 0;
        let runningSaid: string | null = null;
        let effects = machine.begin({ linkOpen: true, refill: null }, nowMs);
        for (let turn = 0; machine.view.outcome === null; turn++) {
          expect(turn).toBeLessThan(20_000);
          const asks = effects.flatMap((e) => (e.do === 'ask' ? [e] : []));
          effects = [];
          for (const { id, ask } of asks) {
            if (ask.op === 'confirm') {
              expect(ask.hash).toBe(ORDER.image.hash);
              expect(runningSaid).toBe(ORDER.image.hash);
            }
            const said = script[(turn + id) % script.length] ?? null;
            if (said === null) continue;
            nowMs += 5;
            if (said.op === 'state' && ask.op === 'state') {
              runningSaid = said.slots.find((s) => s.image === 0 && s.active)?.hash ?? null;
            }
            effects.push(...machine.on({ kind: 'answer', id, answer: said }, nowMs));
          }
          if (effects.some((e) => e.do === 'ask')) continue;
          nowMs = Math.max(nowMs + 1, machine.dueMs ?? nowMs);
          const bootId = `BOOT${turn % (boots + 1)}`;
          effects.push(
            ...machine.on(
              { kind: 'identified', station: ORDER.station, bootId, hardwareRevision: 'B', firmwareVersion: '1.1.0' },
              nowMs,
            ),
            ...machine.on({ kind: 'reading' }, nowMs),
          );
        }
        expect(machine.view.outcome?.detail).not.toBe('');
        expect(nowMs).toBeLessThan(2 * 3600_000);
      }),
      { numRuns: 150 },
    );
  });
});
