/** When stations are asked what they hold, and that only a bootloader may be left to answer. */
import { describe, expect, it } from 'vitest';
import { FirmwareTarget } from '../../../simulator/firmware/target.ts';
import { seededRandom } from '../../../simulator/random.ts';
import { Bus } from '../../../src/bus.ts';
import type { Held } from '../../../src/firmware/inventory.ts';
import { InventoryKeeper } from '../../../src/firmware/inventory-keeper.ts';
import { silentLogger } from '../../../src/logger.ts';
import type { LeaseHandlers } from '../../../src/station/lease.ts';
import type { StationStatus } from '../../../src/station/model.ts';
import { FakeClock } from '../station/fake-clock.ts';

const LINK = 'tcp://192.0.2.1:4001';
const HOUR_MS = 3600_000;

function setUp(refill: 'free' | 'open' = 'free') {
  const clock = new FakeClock();
  const bus = new Bus((error) => {
    throw error;
  });
  let holder: LeaseHandlers | null = null;
  let use: 'free' | 'open' = refill;
  const target = new FirmwareTarget({}, seededRandom(1), {
    send: (bytes) => void clock.after(1, () => holder?.foreign(bytes.subarray(0, -1))),
    applicationEnded: () => {},
    applicationStarted: () => {},
  });
  const live = () => {
    target.live(clock.monotonicMs());
    clock.after(5, live);
  };
  live();
  const changed: Held[] = [];
  const asked: string[] = [];
  const keeper = new InventoryKeeper({
    bus,
    clock,
    logger: silentLogger,
    random: () => 0.5,
    refill: { refillState: () => ({ use, reason: null }) },
    lease: (name, handlers) => {
      asked.push(name);
      holder = handlers;
      return {
        link: LINK,
        isOpen: true,
        write: async (lines) => {
          for (const line of Buffer.from(lines).toString('latin1').split('\n').slice(0, -1)) {
            target.hear(Buffer.from(line, 'latin1'), clock.monotonicMs());
          }
        },
        telemetry: () => {},
        reopen: () => {},
        release: () => {
          holder = null;
        },
      };
    },
    everyMs: HOUR_MS,
    inUse: () => false,
    changed: (held) => changed.push(held),
    gone: (link) => asked.push(`gone ${link}`),
  });
  keeper.start();
  const status = (state: StationStatus['state'], station: string | null = null) =>
    bus.emit('status', { station, link: LINK, state, reason: null, sinceUtcMs: 0 });
  const identified = (station: string) =>
    bus.emit('identified', {
      station,
      link: LINK,
      bootId: 'B00T0001',
      identifiedUtcMs: 0,
      identification: {
        ...{ type: 'ID', serial: station, hardwareRevision: 'SIM-A', firmwareVersion: '1.0.0', mode: 'clinical' },
        ...{ protocol: { major: 1, minor: 0 }, rateHz: 10, instruments: [] },
      } as const,
    });
  return { clock, target, changed, asked, keeper, status, identified, setUse: (to: typeof use) => (use = to) };
}

describe('the inventory', () => {
  it('asks a station when it has said who it is, and then every hour', async () => {
    const { clock, changed, identified, keeper } = setUp();
    identified('S-1');
    await clock.advanceSoftly(5000, 5);
    expect(changed).toMatchObject([
      {
        ...{ station: 'S-1', link: LINK, answers: 'application', bootloader: 'MCUboot' },
        slots: [{ slot: 0, version: '1.0.0', active: true, confirmed: true }],
        buffer: { bytes: 384, count: 4 },
        slotBytes: [262_144, 262_144],
      },
    ]);
    await clock.advanceSoftly(HOUR_MS / 2, 10_000);
    expect(changed).toHaveLength(1);
    await clock.advanceSoftly(HOUR_MS / 2 + 5000, 5000);
    await clock.advanceSoftly(5000, 5);
    expect(changed).toHaveLength(2);
    await keeper.stop();
  });

  it('leaves a station in a refill alone, unless somebody asks now', async () => {
    const { clock, changed, identified, keeper, setUse } = setUp('open');
    identified('S-1');
    await clock.advanceSoftly(60_000, 1000);
    expect(changed).toHaveLength(0);
    const now = keeper.ask('S-1');
    await clock.advanceSoftly(2000, 5);
    expect((await now)?.answers).toBe('application');
    setUse('free');
    await keeper.stop();
  });

  it('finds a link on which only a bootloader answers, after half a minute, and forgets it when a station is back', async () => {
    const { clock, target, changed, status, keeper, asked } = setUp();
    target.flash.primary.erase();
    target.reset(0);
    status('identifying');
    await clock.advanceSoftly(29_000, 100);
    expect(asked).toEqual([]);
    await clock.advanceSoftly(6000, 5);
    expect(changed).toMatchObject([{ station: LINK, answers: 'bootloader' }]);
    status('live', 'S-1');
    expect(asked.at(-1)).toBe(`gone ${LINK}`);
    expect(keeper.held(LINK)).toBeNull();
    await keeper.stop();
  });

  it('asks a station that falls silent after half a minute: perhaps its bootloader waits', async () => {
    const { clock, target, changed, identified, status, keeper } = setUp();
    identified('S-1');
    await clock.advanceSoftly(5000, 5);
    target.flash.primary.erase();
    target.reset(clock.monotonicMs());
    status('quiet', 'S-1');
    await clock.advanceSoftly(29_000, 100);
    expect(changed).toHaveLength(1);
    await clock.advanceSoftly(6000, 5);
    expect(changed[1]).toMatchObject({ station: 'S-1', answers: 'bootloader' });
    await keeper.stop();
  });

  it('keeps what it knows of a station that is switched off', async () => {
    const { clock, target, changed, identified, status, keeper } = setUp();
    identified('S-1');
    await clock.advanceSoftly(5000, 5);
    target.hear = () => {};
    status('quiet', 'S-1');
    await clock.advanceSoftly(60_000, 50);
    expect(changed).toHaveLength(1);
    expect(keeper.held('S-1')).toMatchObject({ answers: 'application', slots: [{ version: '1.0.0' }] });
    await keeper.stop();
  });

  it('says that a station is silent when it answers nothing', async () => {
    const { clock, target, changed, identified, keeper } = setUp();
    target.hear = () => {};
    identified('S-1');
    await clock.advanceSoftly(8000, 50);
    expect(changed).toMatchObject([{ station: 'S-1', answers: 'silent', slots: [] }]);
    await keeper.stop();
  });
});
