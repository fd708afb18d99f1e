/** Whether a refill may begin, and its first input. */
import type { Clock } from '../clock.ts';
import type { FillOrder, IntervalContext, Pump } from '../refill/model.ts';
import type { BeginInput } from '../refill/refill.ts';
import { type RefillConfig, refillSettings } from '../refill/settings.ts';
import type { AtStation } from './at-station.ts';
import { Refused, Unknown } from './refused.ts';

export interface Begin {
  readonly by: string;
  readonly pump: string;
  readonly order: FillOrder;
  readonly context: IntervalContext;
}

/** Throws `Refused` with what to do. */
export function beginInput(from: {
  readonly station: string;
  readonly asked: Begin;
  readonly pump: Pump | null;
  readonly at: AtStation;
  readonly clock: Clock;
  readonly random: () => number;
  readonly settings: RefillConfig;
}): BeginInput {
  const { station, asked, pump, at, clock, random, settings } = from;
  const { by, order, context } = asked;
  if (pump === null) {
    throw new Unknown('unknown-pump', `pump ${asked.pump} is not in the register`, 'enter it at /api/v1/pumps first');
  }
  if (at.info === null) {
    throw new Unknown(
      'unknown-station',
      `no station ${station} has answered`,
      'see /api/v1/stations for those that have',
    );
  }
  if (!at.live) {
    const why = at.status?.reason ?? 'it has said nothing yet';
    throw new Refused('station-not-live', `station ${station} is ${at.status?.state}: ${why}`, 'wait until it is live');
  }
  if (at.status?.updating !== undefined) {
    throw new Refused('station-updating', `the firmware of ${station} is being updated`, 'wait until that is done');
  }
  if (!at.clockTrusted) {
    throw new Refused(
      'clock-untrusted',
      'the clock of this computer was set a moment ago, or is years off: days since the last fill would be wrong',
      'check date and time; a minute after they are right a refill can begin',
    );
  }
  const atMs = Math.round(clock.utcMs());
  return {
    kind: 'begin',
    atMs,
    refill: idOf(atMs, station, random),
    station,
    by,
    pump,
    order,
    context,
    simulated: at.simulated,
    settings: refillSettings(settings),
  };
}

/** `R20261124-143001-HRS-0042-3f9a`: can be sorted, read aloud and put into a URL or a file name. */
function idOf(atMs: number, station: string, random: () => number): string {
  const [day, time] = new Date(atMs).toISOString().replace(/[-:]/g, '').slice(0, 15).split('T');
  const chance = Math.floor(random() * 0x1_0000)
    .toString(16)
    .padStart(4, '0');
  return `R${day}-${time}-${station}-${chance}`;
}
