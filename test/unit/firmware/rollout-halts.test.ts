/** A rollout that halts by itself, with the real service over stations that really get worse after their update. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { readAudit } from '../../../src/firmware/audit.ts';
import { beginRollout } from '../../../src/firmware/overview.ts';
import type { MemberState } from '../../../src/firmware/rollout/rollout.ts';
import { Fleet, type FleetStation, fleetImage } from '../../support/firmware-fleet.ts';
import { temporaryFolder } from '../../support/services.ts';

const MINUTE_MS = 60_000;
const folder = temporaryFolder();
afterAll(() => folder.remove());
let fleet: Fleet;
afterEach(() => fleet.stop());
let count = 0;

/** Canary SIM-0001, then the others; it has been watched for two minutes before. */
async function rollout(stations: number): Promise<void> {
  fleet = new Fleet({ folder: join(folder.path, String(++count)), stations });
  await fleet.start();
  await fleet.pass(2 * MINUTE_MS);
  const file = await fleet.shelve(fleetImage(1));
  const settings = { canaries: 1, waveStations: 3, atOnce: 2, watchMs: 3 * MINUTE_MS };
  await beginRollout(fleet.firmware, { image: file, by: 'Ann Engineer' }, settings);
}
const state = () => {
  const found = fleet.firmware.rollouts.current?.state;
  if (found === undefined) throw new Error('no rollout');
  return found;
};
const members = (): [MemberState, string | null][] => state().members.map((m) => [m.state, m.detail]);
const canary = (): FleetStation => fleet.member('SIM-0001');
const canaryUpdated = () => fleet.until('the canary to be updated', () => members()[0]?.[0] === 'updated');
const over = () => fleet.until('the rollout to come to rest', () => !['updating', 'watching'].includes(state().stage));
const running = (name: string) => fleet.firmware.stations().find((s) => s.station === name)?.running?.version;
const acts = () => {
  const text = readFileSync(join(folder.path, String(count), 'firmware', 'audit.jsonl'), 'utf8');
  return readAudit(text).entries.filter(({ act }) => act.startsWith('rollout'));
};

describe('a rollout', () => {
  it('goes through all waves of stations that do as well as before, each act in the audit log', async () => {
    await rollout(3);
    await over();
    expect([state().stage, members()]).toEqual(['done', Array(3).fill(['updated', null])]);
    expect([1, 2, 3].map((n) => running(`SIM-000${n}`))).toEqual(['1.1.0', '1.1.0', '1.1.0']);
    const hash = fleet.firmware.rollouts.current?.image.hash;
    expect(acts().map(({ act, who, image }) => [act, who, image?.hash])).toEqual(
      ['rollout-begun', 'rollout-wave', 'rollout-wave', 'rollout-done'].map((act) => [act, 'Ann Engineer', hash]),
    );
  });

  it.each<[string, (station: FleetStation) => void, RegExp]>([
    ['damages its lines', (s) => (s.damage = 0.05), /\d\.\d\d % of its lines arrive damaged, 0\.00 % before/],
    ['runs off with its clock', (s) => (s.driftPpm = 2000), /its clock drifts by (19|20)\d\d ppm/],
  ])('halts when the canary %s, and no other station gets the image', async (_, spoil, why) => {
    await rollout(3);
    await canaryUpdated();
    spoil(canary());
    await over();
    expect(state()).toMatchObject({ stage: 'halted', wave: 0 });
    expect(state().reason).toMatch(why);
    expect(members().slice(1)).toEqual([
      ['waiting', null],
      ['waiting', null],
    ]);
    await fleet.pass(5 * MINUTE_MS);
    expect([state().stage, running('SIM-0001'), running('SIM-0002')]).toEqual(['halted', '1.1.0', '1.0.0']);
    expect(acts().at(-1)).toMatchObject({ act: 'rollout-halted', detail: state().reason });
  });

  it('halts when the canary restarts; whoever resumes takes it as it is, and the others follow', async () => {
    await rollout(2);
    await canaryUpdated();
    await fleet.pass(20_000);
    canary().station.reboot();
    await over();
    expect(state().stage).toBe('halted');
    expect(state().reason).toBe('SIM-0001 does worse since its update: it has restarted once since the update');
    fleet.firmware.rollouts.resume('Bob Engineer');
    await over();
    expect([state().stage, running('SIM-0002')]).toEqual(['done', '1.1.0']);
    expect(acts().map(({ act, who }) => [act, who])).toContainEqual(['rollout-resumed', 'Bob Engineer']);
  });

  it('is not halted by a cable that was as bad before', async () => {
    fleet = new Fleet({ folder: join(folder.path, String(++count)), stations: 1 });
    canary().damage = 0.03;
    await fleet.start();
    await fleet.pass(2 * MINUTE_MS);
    const file = await fleet.shelve(fleetImage(1));
    const settings = { canaries: 1, waveStations: 3, atOnce: 2, watchMs: 3 * MINUTE_MS };
    await beginRollout(fleet.firmware, { image: file, by: 'Ann Engineer' }, settings);
    await over();
    expect([state().stage, state().reason]).toEqual(['done', null]);
  });

  it('lets a station wait while a refill is expected there, says so, and goes on when its time has passed', async () => {
    await rollout(2);
    fleet.due.set('SIM-0002', fleet.clock.utcMs() + 30 * MINUTE_MS);
    await fleet.until('the second wave to wait', () => state().wave === 1 && members()[1]?.[1] !== null);
    expect(members()[1]).toEqual([
      'waiting',
      expect.stringMatching(/the refill of pump P-1 is expected here in \d+ min \(every 14 days\)$/),
    ]);
    const asked = fleet.firmware.updates.update(
      { station: 'SIM-0002', image: fleet.firmware.rollouts.current?.image.file ?? '', by: 'Ann Engineer' },
      null,
    );
    await expect(asked).rejects.toMatchObject({ code: 'refill-due', message: expect.stringContaining('needed soon') });
    expect(fleet.firmware.stations()[1]?.busy).toMatch(/pump P-1/);
    fleet.due.delete('SIM-0002');
    await over();
    expect([state().stage, running('SIM-0002')]).toEqual(['done', '1.1.0']);
  });
});
