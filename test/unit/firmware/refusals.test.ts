/** What the service refuses, and that nothing of it has reached a station by then. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildFlawedImage, type ImageFlaw } from '../../../simulator/firmware/image-builder.ts';
import { beginRollout } from '../../../src/firmware/overview.ts';
import type { FirmwareRefusal } from '../../../src/firmware/refusal.ts';
import { FLEET_KEY, Fleet, fleetImage } from '../../support/firmware-fleet.ts';
import { temporaryFolder } from '../../support/services.ts';
import { signingKey } from './images.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const SERIAL = 'SIM-0001';
const SETTINGS = { canaries: 1, waveStations: 3, atOnce: 2, watchMs: 60_000 };
let fleet: Fleet;
let path = '';
let count = 0;
beforeEach(async () => {
  path = join(folder.path, String(++count));
  fleet = new Fleet({ folder: path, stations: 1 });
  await fleet.start();
});
afterEach(() => fleet.stop());

const flawed = (flaw: ImageFlaw): Buffer =>
  buildFlawedImage(
    {
      version: { major: 1, minor: 2, revision: 0, build: 0 },
      hardwareRevisions: ['SIM-A'],
      bodyBytes: 2500,
      key: FLEET_KEY,
    },
    flaw,
    signingKey('ecdsa'),
  );
const update = async (image: Buffer | string, station = SERIAL) => {
  const file = typeof image === 'string' ? image : await fleet.shelve(image);
  return fleet.ended(fleet.firmware.updates.update({ station, image: file, by: 'Ann' }, null));
};
const refusal = (begun: Promise<unknown>): Promise<FirmwareRefusal> =>
  begun.then(
    () => {
      throw new Error('not refused');
    },
    (error: unknown) => error as FirmwareRefusal,
  );
/** Slot, version and flags, as the simulated station has them. */
const held = () => {
  const { flash, version } = fleet.member(SERIAL).station.firmware;
  return [version, flash.secondary.bytes.length, flash.pending];
};

describe('an image that is', () => {
  it.each<[string, () => Buffer, string, RegExp]>([
    ['truncated', () => flawed('truncated'), 'truncated', /ends before the image does/],
    ['tampered with', () => flawed('tampered'), 'wrong-hash', /does not match its own hash/],
    ['forged', () => flawed('forged'), 'bad-signature', /signature does not match/],
    ['unsigned', () => flawed('unsigned'), 'unsigned', /is not signed/],
    ['signed with another key', () => flawed('wrong-key'), 'unknown-key', /not in firmware\.keyFiles/],
    ['for another board', () => flawed('wrong-board'), 'wrong-board', /OTHER-BOARD.*SIM-A/],
    [
      'older',
      () => fleetImage(9, { version: { major: 0, minor: 9, revision: 0, build: 0 } }),
      'older',
      /is older than/,
    ],
    ['too large', () => fleetImage(2, { bodyBytes: 300_000 }), 'too-large', /does not fit the slot/],
    ['no image', () => flawed('not-an-image'), 'bad-magic', /no MCUboot image/],
  ])('%s is refused with one clear message, before the first byte', async (_, image, code, message) => {
    const before = held();
    const { code: refused, problems, message: said, remedy } = await refusal(update(image()));
    expect([refused, problems.map((problem) => problem.code)]).toEqual(['image-refused', [code]]);
    expect(said).toMatch(message);
    expect(said.split('\n')).toHaveLength(1);
    expect(remedy).not.toBe('');
    expect(held()).toEqual(before);
    const { entries } = await fleet.firmware.audit.read(10);
    const logged = entries.find(({ act }) => act === 'update-refused');
    expect(logged).toMatchObject({ who: 'Ann', station: SERIAL, detail: `image-refused: ${said}` });
  });
});

describe('an order that', () => {
  it('names no image, no station, a station in an update or a second rollout is refused, each with its remedy', async () => {
    expect(await refusal(update('ab'.repeat(32)))).toMatchObject({ code: 'unknown-image' });
    expect(await refusal(update(fleetImage(2), 'SIM-9999'))).toMatchObject({ code: 'not-answering' });
    const image = await fleet.shelve(fleetImage(2));
    await update(image);
    expect(await refusal(update(image))).toMatchObject({
      code: 'in-use',
      message: `${SERIAL} is being updated already`,
    });
    await fleet.until('the update', () => fleet.firmware.jobs.at(SERIAL) === null);
    await fleet.until('the inventory', () => fleet.firmware.stations()[0]?.running?.version === '1.2.0');
    const rollout = (stations?: string[]) =>
      fleet.ended(beginRollout(fleet.firmware, { image, by: 'Ann', stations }, SETTINGS));
    expect(await refusal(rollout())).toMatchObject({ code: 'nobody-to-update' });
    expect(await refusal(rollout(['SIM-9999']))).toMatchObject({ code: 'unknown-station' });
    const next = await fleet.shelve(fleetImage(3));
    const begin = () => fleet.ended(beginRollout(fleet.firmware, { image: next, by: 'Ann' }, SETTINGS));
    await begin();
    expect(await refusal(begin())).toMatchObject({
      code: 'rollout-under-way',
      remedy: 'wait for its end, or abort it',
    });
  });

  it('loses its image while the daemon is down is ended, and the station runs what it ran', async () => {
    await update(fleetImage(2, { bodyBytes: 60_000 }));
    await fleet.pass(500);
    rmSync(join(path, 'firmware', 'images'), { recursive: true });
    await fleet.restart();
    await fleet.until('the end', () => fleet.firmware.jobs.at(SERIAL) === null);
    expect(fleet.firmware.jobs.all()[0]?.record.outcome).toMatchObject({ kind: 'interrupted', code: 'image-lost' });
    expect(held()[0]).toBe('1.0.0');
  });
});
