/** The daemon's side of an update against the simulator's firmware, which behaves as captured real firmware did. */
import { describe, expect, it } from 'vitest';
import { parseFirmwareFault, STEPS } from '../../../simulator/firmware/faults.ts';
import { buildFlawedImage } from '../../../simulator/firmware/image-builder.ts';
import type { FirmwareOptions } from '../../../simulator/firmware/options.ts';
import { accidentsAtEveryFrame } from '../../support/firmware-accidents.ts';
import { FirmwareRig, type RigOptions } from '../../support/firmware-rig.ts';
import { image, SPEC, signingKey } from './images.ts';

const TRUSTED = [signingKey().publicKey];
const NEW = image();

const rig = (over: Partial<RigOptions> = {}, firmware: FirmwareOptions = {}) =>
  new FirmwareRig({ image: NEW, ...over, firmware: { trustedKeys: TRUSTED, ...firmware } });
const run = (over: Partial<RigOptions> = {}, firmware: FirmwareOptions = {}) => rig(over, firmware).run();
const withFaults = (...faults: string[]): FirmwareOptions => ({ faults: faults.map(parseFirmwareFault) });
const OLD = rig().oldHash;

describe('an update of the simulated firmware', () => {
  it('goes through all its steps, beside a noisy console, and stays', async () => {
    const { outcome, acts, runs, stays } = await run({}, { console: 'noisy' });
    expect(outcome).toMatchObject({ kind: 'updated' });
    expect(acts).toEqual(['uploaded', 'marked', 'restarted', 'running', 'kept']);
    expect(runs).not.toBe(OLD);
    expect(stays).toBe(runs);
  });

  it('takes at most 25 s for 132 kB at 115,200 baud beside telemetry', async () => {
    const large = image({ bodyBytes: 131_924 });
    const { outcome, uploadMs } = await run({ image: large }, { telemetry: 'continues' });
    expect(outcome.kind).toBe('updated');
    expect(large.length).toBeGreaterThan(132_000);
    expect(uploadMs).toBeLessThan(25_000);
  });

  it('works with one buffer, with a slow line, with an old server and with one of few commands', async () => {
    for (const [over, firmware] of [
      [{}, { bufferCount: 1, bufferBytes: 256 }],
      [{ baudRate: 9600 }, {}],
      [{}, withFaults('rc-zero')],
      [{}, withFaults('smp-version-0')],
      [{}, { continuationBytes: 90 }],
      [{}, withFaults('without:params', 'without:slotInfo', 'without:bootloaderInfo')],
      [{}, withFaults('slow-erase:25')],
    ] as const) {
      const { outcome } = await run(over, firmware);
      expect([firmware, outcome.kind]).toEqual([firmware, 'updated']);
    }
  });
});

describe('a line that is bad', () => {
  it('loses, repeats and damages answers: the update is done, and everything odd is counted', async () => {
    const lossy = await run({ onWayBack: (line, n) => (n % 7 === 0 ? null : line) });
    expect(lossy.outcome.kind).toBe('updated');
    const twice = await run({ onWayBack: (line) => (line.length < 60 ? [line, line] : line) });
    expect(twice.outcome.kind).toBe('updated');
    expect(twice.wire.unexpected).toBeGreaterThan(10);
    const damaged = await run({
      onWayBack: (line, n) => {
        if (n % 4 !== 0) return line;
        const copy = Buffer.from(line);
        copy.writeUInt8(copy.readUInt8(5) ^ 0x01, 5);
        return copy;
      },
    });
    expect(damaged.outcome.kind).toBe('updated');
    expect(damaged.wire.damaged).toBeGreaterThan(5);
  });

  it('is given up when nothing gets through any more', async () => {
    const silent = await run({ onWayBack: (line, n) => (n > 12 ? null : line) });
    expect(silent.outcome).toMatchObject({ kind: 'interrupted', code: 'silent' });
    expect(silent.stays).toBe(OLD);
  });

  it('is told from a station that does not speak the protocol', async () => {
    const { outcome, stays } = await run({}, withFaults('no-smp'));
    expect(outcome).toMatchObject({ kind: 'refused', code: 'no-answer-to-smp' });
    expect(stays).toBe(OLD);
  });
});

describe('a station that is in trouble', () => {
  it.each([
    ['busy:3', 'updated', 'updated'],
    ['lost-reply:0.2', 'updated', 'updated'],
    ['flash-write:0.05', 'updated', 'updated'],
    ['flash-write', 'failed', 'station-error'],
    ['flash-erase', 'failed', 'station-error'],
    ['boot-loop', 'reverted', 'restarted-by-itself'],
    ['hang', 'reverted', 'restarted-by-itself'],
    ['self-test', 'reverted', 'reports-fault'],
    ['confirm-denied', 'reverted', 'not-kept'],
  ])('%s: %s (%s)', async (fault, kind, code) => {
    const firmware = withFaults(fault);
    // An upload over something that is there has to erase it.
    const device = rig({}, firmware);
    if (fault === 'flash-erase') device.target.flash.secondary.hold(NEW.subarray(0, 2000));
    const { outcome, stays, runs } = await device.run();
    expect([outcome.kind, outcome.code, outcome.detail]).toEqual([kind, code, outcome.detail]);
    if (kind === 'updated') expect(stays).toBe(runs);
    else expect(stays).toBe(OLD);
    if (kind === 'updated') expect(stays).not.toBe(OLD);
  });

  it('does not accept a tampered image, however readily it took it', async () => {
    const tampered = buildFlawedImage({ ...SPEC, key: signingKey() }, 'tampered', signingKey('ecdsa'));
    const { outcome, acts, stays } = await run({ image: tampered });
    expect(acts).toContain('marked');
    expect(outcome).toMatchObject({ kind: 'reverted', code: 'not-accepted' });
    expect(stays).toBe(OLD);
  });

  it('of which only the bootloader answers is brought back', async () => {
    const device = rig({ order: { anonymous: true, hardwareRevision: null } });
    device.target.flash.primary.hold(NEW.subarray(0, 3000));
    device.target.reset(0);
    const { outcome, stays } = await device.run();
    expect(outcome.kind).toBe('updated');
    expect(stays).not.toBe(OLD);
  });

  it('is updated by its bootloader when that is asked for', async () => {
    const { outcome, stays } = await run({ order: { route: 'recovery' } });
    expect(outcome.kind).toBe('updated');
    expect(stays).not.toBe(OLD);
  });
});

describe('accidents', () => {
  it.each(STEPS)('power is cut at the step "%s": the update is done all the same', async (step) => {
    const device = rig({}, withFaults(`power-loss:${step}`));
    device.target.flash.secondary.hold(NEW.subarray(0, 2000));
    const { outcome, stays } = await device.run();
    expect(outcome.detail).not.toBe('');
    if (outcome.kind === 'updated') expect(stays).not.toBe(OLD);
    // Power lost while the new image was on trial means back to the old one, by itself.
    else expect([outcome.kind, outcome.code, stays]).toEqual(['reverted', 'restarted-by-itself', OLD]);
  });

  it('at every frame of a small update: nothing bricked, nothing wrong kept, every run says how it ended', async () => {
    const small = image({ bodyBytes: 1500 });
    const what = ['power', 'cable', 'daemon'] as const;
    const plan = { image: small, firmware: { trustedKeys: TRUSTED }, what } as const;
    const once = await accidentsAtEveryFrame({ ...plan, stride: 1 });
    expect(once.failures).toEqual([]);
    expect(once.runs).toBe(3 * once.frames);
    const twice = await accidentsAtEveryFrame({ ...plan, stride: 3, again: 7 });
    expect(twice.failures).toEqual([]);
  });
});
