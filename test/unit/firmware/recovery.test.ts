/** Stations of which only the bootloader answers, and updates through it: the real service over simulated stations. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { encodeFrames, encodeRequest, SMP_COMMANDS } from '../../../protocols/smp/index.ts';
import { parseFirmwareFault } from '../../../simulator/firmware/faults.ts';
import { readAudit } from '../../../src/firmware/audit.ts';
import type { Outcome } from '../../../src/firmware/update/words.ts';
import type { UpdateRequest } from '../../../src/firmware/update-desk.ts';
import { Fleet, fleetImage } from '../../support/firmware-fleet.ts';
import { temporaryFolder } from '../../support/services.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const LINK = '/dev/bay1';
const SERIAL = 'SIM-0001';
let fleet: Fleet;
let path = '';
let count = 0;
afterEach(() => fleet.stop());

/** `brick`: what is in its first slot is no firmware. */
async function setUp(what: 'well' | 'brick'): Promise<string> {
  path = join(folder.path, String(++count));
  fleet = new Fleet({ folder: path, stations: 1 });
  const { station } = fleet.member(SERIAL);
  if (what === 'brick') {
    station.firmware.flash.primary.hold(fleetImage(1).subarray(0, 900));
    station.reboot();
  }
  await fleet.start();
  return fleet.shelve(fleetImage(2));
}
const update = (request: Omit<UpdateRequest, 'by'>) =>
  fleet.ended(fleet.firmware.updates.update({ ...request, by: 'Ann' }, null));
const phase = () => fleet.member(SERIAL).station.firmware.phase;
const job = () => fleet.firmware.jobs.all()[0];
const view = (name: string) => fleet.firmware.stations().find(({ station }) => station === name);

async function outcome(): Promise<Outcome | null | undefined> {
  await fleet.until('the update to end', () => job() !== undefined && job()?.record.outcome !== null);
  return job()?.record.outcome;
}

describe('a station of which only the bootloader answers', () => {
  it('is listed by its link, and gets nothing unless somebody says which hardware it is', async () => {
    const image = await setUp('brick');
    expect(phase()).toBe('recovery');
    expect(view(LINK)).toMatchObject({ answers: 'bootloader', hardwareRevision: null, firmwareVersion: null });
    await expect(update({ station: LINK, image })).rejects.toMatchObject({
      code: 'image-refused',
      problems: [{ code: 'hardware-unknown' }],
    });
    await expect(update({ station: LINK, image, hardwareRevision: 'OTHER' })).rejects.toMatchObject({
      code: 'image-refused',
      problems: [{ code: 'wrong-board' }],
    });
    expect(fleet.member(SERIAL).station.firmware.flash.primary.image).toBeNull();
  });

  it('is brought back: it says who it is, sends readings, and is listed by its serial alone', async () => {
    const image = await setUp('brick');
    let readings = 0;
    fleet.bus.on('reading', ({ station }) => {
      if (station === SERIAL) readings++;
    });
    await update({ station: LINK, image, hardwareRevision: 'SIM-A' });
    expect(await outcome()).toMatchObject({ kind: 'updated' });
    await fleet.until('the inventory', () => view(SERIAL)?.answers === 'application');
    expect(view(SERIAL)).toMatchObject({ firmwareVersion: '1.2.0', running: { version: '1.2.0', kept: true } });
    expect(fleet.firmware.stations()).toHaveLength(1);
    expect(readings).toBeGreaterThan(20);
    const { entries, broken } = readAudit(readFileSync(join(path, 'firmware', 'audit.jsonl'), 'utf8'));
    expect(broken).toEqual([]);
    expect(entries.map(({ act, who, station }) => [act, who, station])).toEqual(
      expect.arrayContaining([
        ['update-begun', 'Ann', LINK],
        ['updated', 'Ann', LINK],
      ]),
    );
  });

  it('is brought back also over a power cut and a restart of the daemon in the middle', async () => {
    const image = await setUp('brick');
    await update({ station: LINK, image, hardwareRevision: 'SIM-A' });
    await fleet.until('half of the image', () => (job()?.view.sent ?? 0) > 1000);
    fleet.member(SERIAL).station.reboot();
    await fleet.pass(2000);
    await fleet.restart();
    expect(await outcome()).toMatchObject({ kind: 'updated' });
    expect(phase()).toBe('application');
  });
});

describe('a station that waits in its bootloader although its firmware is well', () => {
  it('is started first, and then gets pieces that its firmware can take, none of them for nothing', async () => {
    const image = await setUp('well');
    const reset = encodeRequest(SMP_COMMANDS.reset, { bootMode: 1 }, { sequence: 1, version: 1 });
    await fleet.member(SERIAL).write(Buffer.concat(encodeFrames(reset)));
    await fleet.until('the bootloader', () => phase() === 'recovery');
    await fleet.until('that to be known', () => view(SERIAL)?.answers === 'bootloader', 60_000);
    await update({ station: SERIAL, image });
    const begunMs = fleet.clock.monotonicMs();
    expect(await outcome()).toMatchObject({ kind: 'updated' });
    // The first piece alone is waited for 40 s when it is not answered.
    expect(fleet.clock.monotonicMs() - begunMs).toBeLessThan(30_000);
  });
});

describe('an update through the bootloader', () => {
  it('is made when asked for, in place of what runs', async () => {
    const image = await setUp('well');
    await update({ station: SERIAL, image, route: 'recovery' });
    await fleet.until('the bootloader', () => phase() === 'recovery');
    expect(await outcome()).toMatchObject({ kind: 'updated' });
    await fleet.until('the inventory', () => view(SERIAL)?.running?.version === '1.2.0');
    const { entries } = readAudit(readFileSync(join(path, 'firmware', 'audit.jsonl'), 'utf8'));
    expect(entries.find(({ act }) => act === 'update-begun')?.detail).toBe('from 1.0.0, by recovery');
  });

  it('whose power is cut half-way leaves a station without firmware, and goes on by itself', async () => {
    const image = await setUp('well');
    fleet.member(SERIAL).station.firmware.faults.set([parseFirmwareFault('power-loss:written')]);
    await update({ station: SERIAL, image, route: 'recovery' });
    expect(await outcome()).toMatchObject({ kind: 'updated' });
    expect(fleet.member(SERIAL).station.firmware.version).toBe('1.2.0');
  });
});
