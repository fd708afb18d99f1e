/** Puts the firmware bridge together. */
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { ExpectedRefills } from '../desk/expected-refills.ts';
import { RefillWatch } from '../firmware/refill-port.ts';
import { Firmware } from '../firmware/service.ts';
import type { WiresPort } from '../firmware/stations-port.ts';
import type { Logger } from '../logger.ts';

const MINUTE_MS = 60_000;

export interface OpenFirmware {
  readonly firmware: Firmware;
  stop(): Promise<void>;
}

/** To be started before the stations, so that it hears every handshake. Throws `UnusableKey`. */
export async function openFirmware(options: {
  readonly config: Config;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly wires: WiresPort;
  /** `null`: this process keeps no refills. */
  readonly expected: ExpectedRefills | null;
}): Promise<OpenFirmware> {
  const { config, clock, expected } = options;
  const nearMs = config.firmware.refillDueMinutes * MINUTE_MS;
  const refill = new RefillWatch({ clock, expected: (station) => expected?.near(station, nearMs) ?? null });
  const unwatch = refill.watch(options.bus);
  const firmware = new Firmware({ ...options, refill });
  await firmware.start();
  return {
    firmware,
    stop: async () => {
      await firmware.stop();
      unwatch();
    },
  };
}
