/**
 * The domain's words. Everything an instrument says is turned into these before it leaves `protocols/`.
 *
 * Missing is `null`, doubtful is flagged, nothing is silently 0.
 */

/** Units by their UCUM code (case-sensitive). */
export type Unit = 'mL' | 'mL/min' | 'mL/d' | 'kPa' | 'Cel' | 'g';

export interface ChannelDefinition {
  readonly name: string;
  /** Short name on the wire and in tables. */
  readonly code: string;
  readonly unit: Unit;
  /** Values outside are impossible for the instruments of a refill station: they become `null` and `outOfRange`. */
  readonly min: number;
  readonly max: number;
  /** Digits after the decimal point that the wire carries. */
  readonly decimals: number;
  /** Digits after the decimal point that a person is shown: not finer than the noise of the instruments (about ±0.1 mL, ±0.1 kPa). */
  readonly shownDecimals: number;
  readonly describe: string;
}

/**
 * Channels in their fixed order: `Reading.values[i]` belongs to `CHANNELS[i]`. New channels go to the end.
 * Sign convention: line flow is (+) into the pump; pressures are gauge unless the name says otherwise.
 */
export const CHANNELS = [
  {
    name: 'reservoirVolume',
    code: 'VOL',
    unit: 'mL',
    min: 0,
    max: 80,
    decimals: 3,
    shownDecimals: 1,
    describe: 'drainable volume in the pump reservoir as the station infers it (dead volume excluded)',
  },
  {
    name: 'lineFlow',
    code: 'FLO',
    unit: 'mL/min',
    min: -60,
    max: 60,
    decimals: 3,
    shownDecimals: 1,
    describe: 'flow in the refill line, (+) into the pump',
  },
  {
    name: 'linePressure',
    code: 'PRS',
    unit: 'kPa',
    min: -50,
    max: 250,
    decimals: 2,
    shownDecimals: 1,
    describe: 'gauge pressure in the refill line at pump height',
  },
  {
    name: 'fluidTemperature',
    code: 'TMP',
    unit: 'Cel',
    min: 0,
    max: 60,
    decimals: 2,
    shownDecimals: 1,
    describe: 'temperature of the fluid in the refill line',
  },
  {
    name: 'collectorMass',
    code: 'MAS',
    unit: 'g',
    min: -300,
    max: 300,
    decimals: 3,
    shownDecimals: 2,
    describe: 'mass on the scale under syringe and collector, tared',
  },
  {
    name: 'ambientPressure',
    code: 'AMB',
    unit: 'kPa',
    min: 30,
    max: 110,
    decimals: 3,
    shownDecimals: 1,
    describe: 'absolute ambient pressure',
  },
] as const satisfies readonly ChannelDefinition[];

export type Channel = (typeof CHANNELS)[number]['name'];
export const CHANNEL_NAMES: readonly Channel[] = CHANNELS.map((c) => c.name);
export const CHANNEL_INDEX = Object.fromEntries(CHANNELS.map((c, i) => [c.name, i])) as Record<Channel, number>;

/**
 * What makes a reading doubtful, as bits of `Reading.flags`. The low byte is said by the instrument and travels on the
 * wire; the second byte is added by the daemon.
 */
export const FLAG = {
  airInLine: 0x0001,
  highFlow: 0x0002,
  scaleUnstable: 0x0004,
  overload: 0x0008,
  notCalibrated: 0x0010,
  onBattery: 0x0020,
  simulated: 0x0080,
  outOfRange: 0x0100,
  beyondLimit: 0x0200,
  tickJump: 0x0400,
  clockUntrusted: 0x0800,
} as const;
export type Flag = keyof typeof FLAG;

/** Names of the set bits, in the order of `FLAG`. */
export function flagNames(flags: number): Flag[] {
  return (Object.keys(FLAG) as Flag[]).filter((name) => (flags & FLAG[name]) !== 0);
}

/** When the daemon received something, on its own two clocks. */
export interface Received {
  /** Host UTC in ms since the Unix epoch. */
  readonly utcMs: number;
  /** Host monotonic clock in ms; only differences mean something, and only within one run of the daemon. */
  readonly monotonicMs: number;
}

/** One message of an instrument: all channels at one device tick. */
export interface Reading {
  /** Identity from the handshake, never a port path. */
  readonly station: string;
  /** Boot id of the station's run that sent it (8 hex digits). */
  readonly bootId: string;
  /** Line sequence number of the station, modulo 2^32. */
  readonly lineSeq: number;
  /** Device clock in ms since its boot, modulo 2^32. */
  readonly deviceTickMs: number;
  readonly received: Received;
  /** One per entry of `CHANNELS`, in its unit; `null` = missing. */
  readonly values: readonly (number | null)[];
  /** Bits of `FLAG`. */
  readonly flags: number;
}
