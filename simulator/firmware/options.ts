/** What a station's firmware can be told. Everything has a usual value. */
import type { KeyObject } from 'node:crypto';
import type { McubootVersion } from '../../protocols/smp/mcuboot/index.ts';
import { FACTORY_VERSION } from './factory.ts';
import type { FirmwareFault } from './faults.ts';

export interface FirmwareTiming {
  /** From reset to the application, without a swap, ms. */
  readonly bootMs: number;
  /** A swap of two images, ms per 4 KiB sector of the larger one. */
  readonly swapMsPerSector: number;
  /** ms per 4 KiB sector of the slot; only a slot that is not empty is erased. */
  readonly eraseMsPerSector: number;
  readonly writeMsPerKiB: number;
  /** From the last byte of a request to the first of its answer, when the flash has nothing to do. */
  readonly serviceMs: number;
  /** From the answer to a reset to the reset. */
  readonly resetDelayMs: number;
  /** Until an application that hangs is reset. */
  readonly watchdogMs: number;
  /** How long a loss of power lasts. */
  readonly powerOffMs: number;
}

export interface FirmwareOptions {
  readonly hardwareRevision?: string;
  readonly factoryVersion?: McubootVersion;
  /** Public keys whose images the boot loader starts, besides the factory's own. Give all stations the same array. */
  readonly trustedKeys?: readonly KeyObject[];
  readonly slotBytes?: number;
  /** The application's receiver: one packet's bytes, and packets it can hold. */
  readonly bufferBytes?: number;
  readonly bufferCount?: number;
  readonly recoveryBufferBytes?: number;
  /** Bytes in a continuation frame: 93, or 90 as Zephyr 4.4 did. */
  readonly continuationBytes?: number;
  /** While an image is received: `pauses` as HRSP's state UPDATE says, `continues` as firmware does that has no such state. */
  readonly telemetry?: 'pauses' | 'continues';
  /** `noisy`: boot loader and application print on the same line. */
  readonly console?: 'silent' | 'noisy';
  readonly faults?: readonly FirmwareFault[];
  readonly timing?: Partial<FirmwareTiming>;
}

const TIMING: FirmwareTiming = {
  bootMs: 1500,
  swapMsPerSector: 60,
  eraseMsPerSector: 25,
  writeMsPerKiB: 8,
  serviceMs: 2,
  resetDelayMs: 250,
  watchdogMs: 4000,
  powerOffMs: 500,
};

const NO_KEYS: readonly KeyObject[] = [];

export function withDefaults(
  options: FirmwareOptions,
): Required<FirmwareOptions> & { readonly timing: FirmwareTiming } {
  return {
    hardwareRevision: 'SIM-A',
    factoryVersion: FACTORY_VERSION,
    trustedKeys: NO_KEYS,
    slotBytes: 256 * 1024,
    bufferBytes: 384,
    bufferCount: 4,
    recoveryBufferBytes: 1024,
    continuationBytes: 93,
    telemetry: 'pauses',
    console: 'silent',
    faults: [],
    ...options,
    timing: { ...TIMING, ...options.timing },
  };
}
