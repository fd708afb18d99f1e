/** English, the language the others are typed by: a key missing there does not compile. */
import type { Channel, Flag } from '../../../../protocols/reading.ts';
import type { StationView } from '../../api-types.ts';
import type { StreamState } from '../model/event-stream.ts';
import type { KnownState, Order } from '../model/fleet-order.ts';
import type { Direction } from '../model/number-text.ts';
import { alarms, sound } from './en/alarms.ts';
import { records } from './en/records.ts';
import { refill } from './en/refill.ts';
import { start } from './en/start.ts';
import { reasonOf } from './reason-of.ts';

const name = (station: StationView) => station.station ?? station.link;

const state: Record<KnownState, string> = {
  live: 'Live',
  quiet: 'Quiet',
  refused: 'Refused',
  connecting: 'Connecting',
  identifying: 'Identifying',
  offline: 'Offline',
};

const stateMeaning: Record<KnownState, string> = {
  live: 'The station is speaking and its values are current.',
  quiet: 'The station is connected but has stopped speaking.',
  refused: 'The bridge will not use this station.',
  connecting: 'No connection to the station. The bridge keeps trying.',
  identifying: 'Connected. Waiting for the station to say who it is.',
  offline: 'The station is not being read.',
};

const channels: Record<Channel, string> = {
  reservoirVolume: 'Reservoir level',
  lineFlow: 'Line flow',
  linePressure: 'Line pressure',
  fluidTemperature: 'Fluid temperature',
  collectorMass: 'Collector mass',
  ambientPressure: 'Ambient pressure',
};

const flags: Record<Flag, string> = {
  airInLine: 'Air in line',
  highFlow: 'High flow',
  scaleUnstable: 'Scale unstable',
  overload: 'Scale overloaded',
  notCalibrated: 'Not calibrated',
  onBattery: 'On battery',
  simulated: 'Simulated',
  outOfRange: 'A sensor reads outside its range: shown as —',
  beyondLimit: 'A value is beyond the limit set for this site',
  tickJump: 'The station’s clock jumped',
  clockUntrusted: 'Time of day not trusted',
};

const units: Record<string, string> = { Cel: '°C', 'mL/d': 'mL/day' };

const order: Record<Order, string> = {
  attention: 'Needs attention first',
  name: 'Name',
  level: 'Level, lowest first',
  age: 'Last seen, longest ago first',
};

const flowDirection: Record<Direction, string> = { in: 'into pump', out: 'out of pump', none: 'no flow' };

const connection: Record<StreamState, string> = {
  connecting: 'Connecting to hai-bridge…',
  live: 'Connected',
  lost: 'Connection to hai-bridge lost. Reconnecting…',
};

export const english = {
  language: 'en',
  decimalMark: '.',
  languageChoice: 'Language',
  product: 'hai-bridge',
  /** Spoken and shown instead of a number. */
  blank: '—',
  skip: 'Skip to content',
  disclaimer: 'Information only. Not a medical device. Do not use for clinical decisions.',
  simulated: 'SIMULATED',
  simulatedHere: 'SIMULATED — these values do not come from a real station',
  simulatedFleet: (simulated: number, all: number) =>
    simulated === all
      ? 'SIMULATED — none of these values come from a real station'
      : `SIMULATED — ${simulated} of ${all} stations are simulated and marked`,
  connection,
  noConnection: 'No connection',
  connectionLostHelp: 'Values are hidden until it is back. If this stays, check that hai-bridge is running.',
  storeTrouble: (what: string, reason: string) => `History is not being recorded: ${reasonOf(what, reason)}`,
  storeSlow: (reason: string) => `History is recorded late: ${reason}`,
  brokerTrouble: (what: string, reason: string) => `Message broker in trouble: ${reasonOf(what, reason)}`,
  journalTrouble: (keeps: boolean, reason: string) =>
    `${keeps ? 'Soon readings may not be kept' : 'Readings are not being kept'}: ${reason}`,
  unknownReason: 'no reason given',
  bridgeLine: (site: string, bridge: string) => `${site} · ${bridge}`,
  version: (version: string) => `Version ${version}`,

  state,
  stateMeaning,
  stateUnknown: 'Not known',
  channels,
  channelNotKnown: (channel: string) => channel,
  flags,
  flagNotKnown: (flag: string) => flag,
  unit: (ucum: string) => units[ucum] ?? ucum,
  flowDirection,
  age: (age: string) => `${age} ago`,
  noFreshValue: 'no fresh value',
  noFreshValueSince: (age: string) => `no fresh value (last ${age} ago)`,
  noValueYet: 'no value received yet',
  durations: { seconds: 's', minutes: 'min', hours: 'h', days: 'd', mark: '.' },
  percent: (share: number) => `${(Math.floor(share * 1000) / 10).toFixed(share >= 1 ? 0 : 1)} %`,

  fleet: {
    title: 'Stations',
    loading: 'Waiting for the list of stations…',
    none: 'No stations yet.',
    noneHelp: 'Add a link in the configuration of hai-bridge, then plug in a station.',
    noMatch: 'No station matches.',
    clear: 'Show all stations',
    find: 'Find',
    findHint: 'Name, port or firmware',
    sort: 'Sort by',
    order,
    all: 'All',
    filter: 'Filter by state',
    shown: (shown: number, all: number) => `${shown} of ${all} stations`,
    layout: 'Layout',
    cards: 'Cards',
    table: 'Table',
    columns: {
      state: 'State',
      station: 'Station',
      level: 'Level',
      flow: 'Flow',
      pressure: 'Pressure',
      seen: 'Last seen',
      quality: 'Link quality',
      firmware: 'Firmware',
    },
    open: (station: string) => `Open station ${station}`,
    noIdentity: 'not identified',
  },

  station: {
    back: 'All stations',
    unknown: (key: string) => `There is no station “${key}” on this bridge.`,
    unknownHelp: 'It may have been renamed or not yet identified. Go back to the list of stations.',
    since: (time: string) => `since ${time}`,
    levelNote: 'Inferred by the station; uncertainty not known. The scale is not the pump’s capacity.',
    picture: (level: string | null, unit: string, top: number) =>
      level === null
        ? `Drawing of the pump reservoir, empty because there is no fresh value. Scale 0 to ${top} ${unit}.`
        : `Drawing of the pump reservoir on a scale of 0 to ${top} ${unit}.`,
    flagsTitle: 'Notices',
    noFlags: 'No notices',
    readings: 'Readings',
  },

  chart: {
    title: 'History',
    window: 'Time window',
    windows: { '1min': '1 min', '10min': '10 min', '1h': '1 h', '24h': '24 h' },
    channels: 'Show',
    range: (min: string, max: string, unit: string) => `${min} to ${max} ${unit}`,
    empty: 'No data in this window',
    pickOne: 'No channel selected. Choose one below.',
    loading: 'Loading history…',
    failed: (message: string, remedy: string) => `History could not be loaded: ${message}. ${remedy}`,
    unreachable: 'hai-bridge does not answer',
    unreachableRemedy: 'It is asked again every minute.',
    retry: 'Try again',
    pointAt: (time: string, mean: string, min: string, max: string, unit: string) =>
      `${time}: ${mean} ${unit} (${min} to ${max})`,
    legend: 'Line: mean. Band: lowest to highest. A break is time without data.',
    label: (channel: string, window: string, range: string) =>
      `${channel}, last ${window}: ${range}. Arrow keys read single points.`,
  },

  device: {
    title: 'Device details',
    serial: 'Station serial',
    link: 'Link',
    quality: 'Link quality',
    faults: 'Faults on the wire',
    rate: 'Readings per second',
    firmware: 'Firmware',
    capsule: 'Save incident capsule',
    hardware: 'Hardware revision',
    mode: 'Mode',
    clinical: 'Real station',
    instruments: 'Instruments',
    instrument: (kind: string) => kind.charAt(0).toUpperCase() + kind.slice(1),
    measures: 'Measures',
    model: 'Model',
    instrumentSerial: 'Serial',
    kind: 'Instrument',
    notSaid: 'not said',
  },

  refill,
  start,
  elsewhere: {
    note: 'Alarms and refills are those that bridges report, to look at only. To answer alarms, refill, or see past refills and pumps, open the page of the bridge at the bedside.',
    said: (bridge: string, time: string) => `said at ${time} by bridge ${bridge}`,
    silent: (why: string) => `Not current: ${why}.`,
    none: 'No refill is open here.',
    phase: 'Phase',
    held: 'Stopped at',
    advisories: 'Advisories',
    nothing: 'none',
  },
  alarms,
  sound,
  records,

  said: {
    stationIs: (station: StationView) =>
      `Station ${name(station)}: ${state[(station.state in state ? station.state : 'refused') as KnownState]}.${station.reason ? ` ${station.reason}` : ''}`,
    manyChanged: (count: number) => `${count} stations changed state.`,
    connection: (to: StreamState) => (to === 'live' ? 'Connection to hai-bridge restored.' : connection[to]),
  },
};
