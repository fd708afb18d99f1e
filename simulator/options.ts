/** What a simulator can be told, as types with their bounds; the command line makes these. */
import type { SimulatorClock } from './clock.ts';
import type { FaultSpec } from './faults/fault.ts';
import type { FirmwareOptions } from './firmware/options.ts';
import type { LedgerSink } from './ledger.ts';
import type { Scenario } from './script.ts';

export type Ports =
  | { readonly kind: 'pty'; readonly folder: string }
  /** Station i listens at `port` + i - 1; port 0 gives every station a free one. */
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

export interface SimulatorOptions {
  readonly ports: Ports;
  /** 1..2000, default 1. */
  readonly stations?: number;
  /** Name of a scenario; default `nominal-refill`. */
  readonly scenario?: string;
  /** In place of a scenario by name. */
  readonly cast?: Scenario;
  /** Is told everything the ledger is told, lines apart. */
  readonly hear?: (fields: Readonly<Record<string, unknown>>) => void;
  /** Scenario seconds per second, 0.1..1000; default 1. Ticks and rates stay at the real clock's speed. */
  readonly speed?: number;
  /** Telemetry lines a second and station, 1..5000; default 10. */
  readonly rateHz?: number;
  /** Decides everything random, boot ids too; a new one at every start by default. */
  readonly seed?: number;
  /** On top of the scenario's own. */
  readonly faults?: readonly FaultSpec[];
  /** What the stations' firmware is; used in turn. */
  readonly firmware?: readonly FirmwareOptions[];
  /** Bits a second of the stations' lines, 300..4,000,000; as fast as it goes by default. */
  readonly baud?: number;
  readonly ledger?: LedgerSink | null;
  /** `SIM-` by default: SIM-0001, SIM-0002 ... */
  readonly serialPrefix?: string;
  /** `last-as-first`: two stations claim one identity. */
  readonly serials?: 'distinct' | 'last-as-first';
  readonly clock?: SimulatorClock;
  /** Folders in which socat is looked for; the process's PATH by default. */
  readonly programPath?: string;
}

export const BOUNDS = {
  stations: { min: 1, max: 2000 },
  speed: { min: 0.1, max: 1000 },
  rateHz: { min: 1, max: 5000 },
  baud: { min: 300, max: 4_000_000 },
  seed: { min: 0, max: 0xffff_ffff },
} as const;

const SERIAL_PREFIX = /^[A-Za-z0-9._-]{1,56}$/;

/** Throws RangeError naming the option, its value and what it may be. */
export function checkOptions(options: SimulatorOptions): void {
  const within = (name: keyof typeof BOUNDS, whole: 'whole' | 'any') => {
    const value = options[name];
    const { min, max } = BOUNDS[name];
    if (value === undefined) return;
    if (!(value >= min && value <= max) || (whole === 'whole' && !Number.isInteger(value))) {
      throw new RangeError(`${name} ${value}: must be a ${whole === 'whole' ? 'whole ' : ''}number ${min}..${max}`);
    }
  };
  within('stations', 'whole');
  within('rateHz', 'whole');
  within('baud', 'whole');
  within('seed', 'whole');
  within('speed', 'any');
  const { ports, stations = 1, serialPrefix = 'SIM-' } = options;
  if (!SERIAL_PREFIX.test(serialPrefix)) {
    throw new RangeError(`serial prefix ${JSON.stringify(serialPrefix)}: 1..56 letters, digits, ".", "_" or "-"`);
  }
  if (ports.kind === 'tcp' && ports.port + stations - 1 > 65_535) {
    throw new RangeError(
      `port ${ports.port}: ${stations} stations need as many ports up to 65535; choose a lower one, or 0`,
    );
  }
}
