/** What can be done by hand, as acts of scenario files (docs/scenarios.md). */
import type { Switches } from '../api-types.ts';

export type Act = Readonly<Record<string, unknown>>;

export interface Push {
  readonly label: string;
  readonly act: Act;
}

export interface Toggle {
  readonly label: string;
  readonly isOn: (now: Switches) => boolean;
  readonly on: Act;
  readonly off: Act;
}

export const SHARES = ['1 %', '5 %', '20 %', '50 %', '100 %'] as const;

export const BYTE_FAULTS = [
  'bit-flip',
  'drop-bytes',
  'noise-burst',
  'duplicate-line',
  'split-writes',
  'stall',
  'reboot-mid-line',
  'wrong-baud',
  'babble',
  'lost-line',
  'merge-lines',
  'reorder-lines',
  'slow-line',
  'brown-out',
] as const;

export const CHANNELS = ['mass', 'flow', 'pressure', 'temperature', 'ambient'] as const;
export const SENSOR_FAULTS = ['stuck', 'drift', 'bias', 'saturated', 'missing', 'noisy'] as const;

/** In the unit of the channel, a minute for a drift; large enough to be seen. */
const SIZES = { mass: 5, flow: 3, pressure: 8, temperature: 4, ambient: 5 } as const;
const NOISE_TIMES = 20;

export function sensorAct(channel: (typeof CHANNELS)[number], fault: string): Act {
  if (fault === '') return { heal: channel };
  const size = fault === 'noisy' ? NOISE_TIMES : fault === 'bias' || fault === 'drift' ? SIZES[channel] : 0;
  return { sensor: { channel, fault, size } };
}

export const CABLE: readonly Toggle[] = [
  { label: 'Cable pulled', isOn: (now) => !now.plugged, on: { station: 'unplug' }, off: { station: 'replug' } },
];

export const STATION: { readonly toggles: readonly Toggle[]; readonly pushes: readonly Push[] } = {
  toggles: [
    { label: 'Quiet', isOn: ({ quiet }) => quiet, on: { station: 'quiet' }, off: { station: 'resume' } },
    { label: 'Door open', isOn: ({ door }) => door === 'open', on: { bay: 'door-open' }, off: { bay: 'door-closed' } },
    { label: 'On battery', isOn: ({ power }) => power === 'battery', on: { bay: 'battery' }, off: { bay: 'mains' } },
  ],
  pushes: [
    { label: 'Reboot', act: { station: 'reboot' } },
    { label: 'Open clamp', act: { bay: 'clamp-open' } },
    { label: 'Close clamp', act: { bay: 'clamp-closed' } },
    { label: 'Its clock jumps 10 s', act: { stationClock: { jump: '10 s' } } },
    { label: 'Its clock drifts 500 ppm', act: { stationClock: { drift: '500 ppm' } } },
  ],
};

const befall = (what: Act): Act => ({ befall: what });
export const NEEDLE: readonly Push[] = [
  { label: 'Needle into tissue', act: befall({ what: 'needle-moves', to: 'tissue' }) },
  { label: 'Needle out', act: befall({ what: 'needle-moves', to: 'out' }) },
  { label: 'Needle between the septa', act: befall({ what: 'needle-moves', to: 'bolus-gap' }) },
  { label: 'Needle back into the reservoir', act: befall({ what: 'needle-moves', to: 'reservoir' }) },
  { label: 'Line shut', act: befall({ what: 'occlusion', how: 'shut' }) },
  { label: 'Line free', act: befall({ what: 'occlusion', how: 'free' }) },
  { label: 'Leak at the hub', act: befall({ what: 'leak', at: 'hub', mlPerMinPerKpa: 0.06, opensS: 30 }) },
  { label: '1.5 mL of air', act: befall({ what: 'air', ml: 1.5 }) },
];

export const NURSE: readonly Push[] = [
  { label: 'Begins at the screen', act: { screen: { do: 'begin' } } },
  { label: 'Finishes at the screen', act: { screen: { do: 'finish' } } },
  ...['pause', 'continue', 'hold', 'abort', 'harder', 'gentler', 'faster', 'slower', 'reposition'].map((order) => ({
    label: order,
    act: { nurse: order },
  })),
];

export const SURROUNDINGS: readonly Push[] = [
  { label: 'Barometer 80 kPa', act: { surroundings: { ambient: '80 kPa' } } },
  { label: 'Barometer 101.3 kPa', act: { surroundings: { ambient: '101.3 kPa' } } },
  { label: 'Room 35 °C', act: { surroundings: { room: '35 Cel' } } },
  { label: 'Room 22 °C', act: { surroundings: { room: '22 Cel' } } },
  { label: 'Drug 4 °C', act: { surroundings: { infusate: '4 Cel' } } },
  { label: 'Drug 22 °C', act: { surroundings: { infusate: '22 Cel' } } },
];

export const COMPUTER: readonly Push[] = [
  { label: 'UTC one hour on', act: { host: { clockStep: '1 h' } } },
  { label: 'UTC one hour back', act: { host: { clockStep: '-1 h' } } },
  { label: 'Sleeps for a minute', act: { host: { sleep: '60 s' } } },
  { label: 'Daemon restarts', act: { daemon: 'restart' } },
  { label: 'Store locked', act: { file: { name: 'store.db', does: 'lock' } } },
  { label: 'Store free', act: { file: { name: 'store.db', does: 'free' } } },
];

/** Only where the broker is apart. */
export const BROKER: readonly Push[] = [
  { label: 'Broker cut off', act: { broker: 'cut' } },
  { label: 'Broker silent', act: { broker: 'silent' } },
  { label: 'Broker back', act: { broker: 'open' } },
];
