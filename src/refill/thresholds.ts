/**
 * Every number that decides something, with its unit, where it comes from and how far to trust it. One table makes the
 * defaults, the configuration's schema and the table in docs/refill.md.
 *
 * Marks:
 * - `published`  a figure of a published source, quoted in `source`
 * - `physics`    calculated from the physics of pump, needle and propellant; no clinical data behind it
 * - `instrument` from the data sheet class of the instruments
 * - `proposal`   chosen here and confirmed by nobody: for the site to review
 */

export interface Threshold {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** UCUM; `1` for a share. */
  readonly unit: string;
  readonly says: string;
  readonly mark: 'published' | 'physics' | 'instrument' | 'proposal';
  readonly source: string;
}

const physics = (source: string) => ({ mark: 'physics', source }) as const;
const proposal = (source: string) => ({ mark: 'proposal', source }) as const;
const instrument = (source: string) => ({ mark: 'instrument', source }) as const;

export const THRESHOLDS = {
  // Reservoir seen empty, level.
  emptySlopeGPerS: {
    default: 0.02,
    min: 0.005,
    max: 0.2,
    unit: 'g/s',
    says: 'the reservoir is empty when the mass moves less than this',
    ...proposal('nominal refill: slope below 0.02 g/s for 5 s'),
  },
  emptyForS: {
    default: 5,
    min: 2,
    max: 60,
    unit: 's',
    says: '... for so long',
    ...proposal('nominal refill: slope below 0.02 g/s for 5 s'),
  },
  emptyKpa: {
    default: 1.5,
    min: 0.3,
    max: 5,
    unit: 'kPa',
    says: '... and the line pressure is within this of 0',
    ...physics('pressure fades over the last 3 % before the empty stop: 1.5 kPa is under 0.1 mL'),
  },
  emptyU95Ml: {
    default: 0.075,
    min: 0.01,
    max: 2,
    unit: 'mL',
    says: 'what may still be inside when it is seen empty (95 %)',
    ...physics('pressure fades over the last 3 % before the empty stop: 1.5 kPa is under 0.1 mL'),
  },
  lastFillU95Ml: {
    default: 0.28,
    min: 0,
    max: 5,
    unit: 'mL',
    says: 'uncertainty of a last fill that has none on record (95 %)',
    ...physics('two weighings of +-0.14 mL; set 1.2 for fills read off a syringe (+-4 %)'),
  },
  densityU95Share: {
    default: 0.003,
    min: 0,
    max: 0.1,
    unit: '1',
    says: 'uncertainty of the fluid density (95 %)',
    ...physics('water between 20 and 30 Cel changes by 0.25 %'),
  },
  waterlikeGPerMl: {
    default: 1.015,
    min: 1,
    max: 1.3,
    unit: 'g/mL',
    says: 'a last fill denser than this is not taken to flow like water',
    ...physics('10 % glycerin: 1.026 g/mL, 1.3 times the viscosity of water'),
  },
  // Instruments.
  massSdG: {
    default: 0.01,
    min: 0.001,
    max: 1,
    unit: 'g',
    says: 'noise of the scale (standard deviation)',
    ...instrument('300 g / 0.01 g scale'),
  },
  scaleDriftGPerMin: {
    default: 0.012,
    min: 0,
    max: 1,
    unit: 'g/min',
    says: 'drift of the scale (standard deviation)',
    ...instrument('300 g / 0.01 g scale: +-0.02 g/min'),
  },
  flowGainSd: {
    default: 0.025,
    min: 0.001,
    max: 0.5,
    unit: '1',
    says: 'gain error of the flow sensor before the scale has corrected it (standard deviation)',
    ...instrument('thermal flow sensor: 5 % of the measured value'),
  },
  flowOffsetMlPerMin: {
    default: 0.02,
    min: 0.001,
    max: 5,
    unit: 'mL/min',
    says: 'offset of the flow sensor (standard deviation)',
    ...instrument('thermal flow sensor'),
  },
  mismatchMl: {
    default: 0.5,
    min: 0.1,
    max: 5,
    unit: 'mL',
    says: 'scale and flow sensor disagree by this',
    ...proposal('gravimetry against flow: 0.5 mL or 5 % for 5 s'),
  },
  mismatchShare: {
    default: 0.05,
    min: 0.01,
    max: 0.5,
    unit: '1',
    says: 'gain error of the flow sensor, as the scale sees it, beyond its data sheet',
    ...instrument('thermal flow sensor: 5 % of the measured value'),
  },
  mismatchForS: {
    default: 5,
    min: 1,
    max: 60,
    unit: 's',
    says: 'a disagreement lasts so long before it is said',
    ...proposal('gravimetry against flow: 0.5 mL or 5 % for 5 s'),
  },
  // Is the needle in the reservoir?
  propellantShare: {
    default: 0.4,
    min: 0.1,
    max: 0.9,
    unit: '1',
    says: "share of the propellant's expected pressure that shows the needle to be in the reservoir",
    ...physics('tissue gives 1 to 15 kPa, a reservoir at body heat 57 kPa (R-11) or what the model states'),
  },
  tissueKpa: {
    default: 18,
    min: 2,
    max: 60,
    unit: 'kPa',
    says: 'most static pressure that tissue or an artery gives',
    ...physics('tissue 1 to 15 kPa rising with volume, artery 12 to 17 kPa'),
  },
  stepWithinS: {
    default: 8,
    min: 2,
    max: 60,
    unit: 's',
    says: 'time from needle in, or from clamp open, to the pressure step or the first drops',
    ...proposal('the step takes under 1 s; the rest is for the hand'),
  },
  blindInflowMl: {
    default: 0.25,
    min: 0.05,
    max: 1,
    unit: 'mL',
    says: 'so much may go in before the needle is known to be in the reservoir',
    ...proposal('well under the 1 mL that must not go astray'),
  },
  returnWithinS: {
    default: 60,
    min: 10,
    max: 300,
    unit: 's',
    says: 'hold point: nothing comes back within this of access',
    ...proposal('hold point H2'),
  },
  returnedMl: {
    default: 0.5,
    min: 0.1,
    max: 5,
    unit: 'mL',
    says: 'so much came back by itself: the needle is in the reservoir',
    ...physics('tissue has nothing to give back'),
  },
  testVolumeMl: {
    default: 5,
    min: 1,
    max: 10,
    unit: 'mL',
    says: 'test volume that is put in and let back before the fill',
    mark: 'published',
    source: 'refill practice of SynchroMed: 5 mL in, aspirate back, then slow full fill (pharmacologicalsciences.us)',
  },
  testReturnShare: {
    default: 0.9,
    min: 0.5,
    max: 1,
    unit: '1',
    says: 'hold point: share of the test volume that must come back',
    ...proposal('hold point H4: 4.5 of 5 mL'),
  },
  dislodgedShare: {
    default: 0.5,
    min: 0.1,
    max: 0.9,
    unit: '1',
    says: "share of the reservoir's expected pressure under which the needle has left it",
    ...physics("cold fluid lowers the pressure too, so the expectation follows the fluid's temperature"),
  },
  dislodgedDropKpa: {
    default: 6,
    min: 2,
    max: 40,
    unit: 'kPa',
    says: 'sudden loss of back pressure that no cold fluid explains',
    ...physics('15 mL/min of fluid at 20 Cel lowers it by 0.3 kPa/s'),
  },
  dryMl: {
    default: 0.5,
    min: 0,
    max: 5,
    unit: 'mL',
    says: 'a residual under this is a pump that has run dry',
    ...proposal('low-volume rules of other pumps start at 1 to 4 mL'),
  },
  // The line.
  pressureLimitKpa: {
    default: 180,
    min: 20,
    max: 250,
    unit: 'kPa',
    says: 'hold point: line pressure limit',
    ...instrument('pressure sensor 0 to 200 kPa'),
  },
  pressureOverKpa: {
    default: 60,
    min: 10,
    max: 200,
    unit: 'kPa',
    says: 'hold point: line pressure over what the reservoir gives at body heat',
    ...physics('20 mL/min through a 22 G needle take 21 kPa, 12 mL/min through 24 G 36 kPa'),
  },
  pressureRiseKpaPerS: {
    default: 2,
    min: 0.5,
    max: 50,
    unit: 'kPa/s',
    says: 'hold point: rise at constant push',
    ...proposal('hold point H5'),
  },
  overfillRiseKpa: {
    default: 10,
    min: 3,
    max: 60,
    unit: 'kPa',
    says: 'rise over the reservoir pressure, within 1 mL, of a bellows at its stop',
    ...physics('bellows stop: 30 kPa or more within 1 mL'),
  },
  overfillMl: {
    default: 0.5,
    min: 0.1,
    max: 10,
    unit: 'mL',
    says: 'so much over the capacity is an overfill, whatever the pressure',
    ...proposal('beyond the uncertainty of the level'),
  },
  occludedMlPerMin: {
    default: 0.3,
    min: 0.05,
    max: 2,
    unit: 'mL/min',
    says: 'less flow than this under pressure: nothing passes',
    ...proposal('no flow: under 0.1 mL/min, plus the offset of the sensor'),
  },
  occludedForS: {
    default: 3,
    min: 1,
    max: 30,
    unit: 's',
    says: '... for so long',
    ...proposal('alarm-condition delay of flow, 3 s'),
  },
  leakMlPerMin: {
    default: 0.1,
    min: 0.02,
    max: 2,
    unit: 'mL/min',
    says: 'fluid that is lost while nothing flows through the line',
    ...instrument('five times the drift of the scale'),
  },
  leakMl: {
    default: 0.15,
    min: 0.1,
    max: 5,
    unit: 'mL',
    says: 'of the test volume is missing, beyond its uncertainty, although the reservoir is empty again',
    ...physics('twice what may be left in a reservoir that is seen empty'),
  },
  coldCel: {
    default: 15,
    min: 0,
    max: 37,
    unit: 'Cel',
    says: 'fluid that goes in colder than this',
    ...physics('30 mL at 22 Cel already lower the flow to about 10 % until the body has warmed the pump'),
  },
  coldPumpShare: {
    default: 0.8,
    min: 0.2,
    max: 0.95,
    unit: '1',
    says: 'a static pressure under this share of what the propellant gives at body heat is a cold pump',
    ...physics('a cold pump gives 30 to 70 % less than at 37 Cel'),
  },
  pumpHeatJPerK: {
    default: 94,
    min: 10,
    max: 500,
    unit: 'J/K',
    says: 'heat capacity of an empty pump',
    ...physics('titanium body of the size and mass of a 30 mL pump'),
  },
  rewarmingS: {
    default: 600,
    min: 60,
    max: 7200,
    unit: 's',
    says: 'time constant with which the body warms the pump',
    ...proposal('5 to 15 min'),
  },
} as const satisfies Readonly<Record<string, Threshold>>;

export type ThresholdName = keyof typeof THRESHOLDS;
export type Thresholds = Readonly<Record<ThresholdName, number>>;

export const THRESHOLD_NAMES = Object.keys(THRESHOLDS) as ThresholdName[];

/** The defaults with `over` in their place; names that do not exist are left out. */
export function thresholdsWith(over: Readonly<Record<string, number>>): Thresholds {
  return Object.fromEntries(
    THRESHOLD_NAMES.map((name) => [name, over[name] ?? THRESHOLDS[name].default]),
  ) as Thresholds;
}
