/** Puts the firmware bridge together. */
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { RefillWatch } from '../firmware/refill-port.ts';
import { Firmware } from '../firmware/service.ts';
import type { WiresPort } from '../firmware/stations-port.ts';
import type { Logger } from '../logger.ts';

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
}): Promise<OpenFirmware> {
  const refill = new RefillWatch();
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
