/** Dutch, as spoken on a ward. */
import type { Channel, Flag } from '../../../../protocols/reading.ts';
import type { StationView } from '../../api-types.ts';
import type { StreamState } from '../model/event-stream.ts';
import type { KnownState, Order } from '../model/fleet-order.ts';
import type { Direction } from '../model/number-text.ts';
import type { Strings } from '../strings.ts';
import { alarms, sound } from './nl/alarms.ts';
import { records } from './nl/records.ts';
import { refill } from './nl/refill.ts';
import { start } from './nl/start.ts';
import { reasonOf } from './reason-of.ts';

const name = (station: StationView) => station.station ?? station.link;

const state: Record<KnownState, string> = {
  live: 'Actief',
  quiet: 'Stil',
  refused: 'Geweigerd',
  connecting: 'Verbinden',
  identifying: 'Herkennen',
  offline: 'Offline',
};

const stateMeaning: Record<KnownState, string> = {
  live: 'Het station zendt en de waarden zijn actueel.',
  quiet: 'Het station is verbonden, maar zendt niet meer.',
  refused: 'De bridge gebruikt dit station niet.',
  connecting: 'Geen verbinding met het station. De bridge blijft het proberen.',
  identifying: 'Verbonden. Wacht tot het station zegt wie het is.',
  offline: 'Het station wordt niet uitgelezen.',
};

const channels: Record<Channel, string> = {
  reservoirVolume: 'Reservoirvolume',
  lineFlow: 'Flow in de lijn',
  linePressure: 'Druk in de lijn',
  fluidTemperature: 'Vloeistoftemperatuur',
  collectorMass: 'Massa opvang',
  ambientPressure: 'Luchtdruk',
};

const flags: Record<Flag, string> = {
  airInLine: 'Lucht in de lijn',
  highFlow: 'Hoge flow',
  scaleUnstable: 'Weegschaal onrustig',
  overload: 'Weegschaal overbelast',
  notCalibrated: 'Niet gekalibreerd',
  onBattery: 'Op batterij',
  simulated: 'Gesimuleerd',
  outOfRange: 'Een sensor meet buiten zijn bereik: getoond als —',
  beyondLimit: 'Een waarde ligt buiten de grens van deze locatie',
  tickJump: 'De klok van het station versprong',
  clockUntrusted: 'Kloktijd niet betrouwbaar',
};

const units: Record<string, string> = { Cel: '°C', 'mL/d': 'mL/dag' };

const order: Record<Order, string> = {
  attention: 'Eerst wat aandacht vraagt',
  name: 'Naam',
  level: 'Volume, laagste eerst',
  age: 'Laatst gezien, langst geleden eerst',
};

const flowDirection: Record<Direction, string> = { in: 'naar de pomp', out: 'uit de pomp', none: 'geen flow' };

const connection: Record<StreamState, string> = {
  connecting: 'Verbinden met hai-bridge…',
  live: 'Verbonden',
  lost: 'Verbinding met hai-bridge weg. Opnieuw verbinden…',
};

export const dutch: Strings = {
  language: 'nl',
  decimalMark: ',',
  languageChoice: 'Taal',
  product: 'hai-bridge',
  blank: '—',
  skip: 'Naar de inhoud',
  disclaimer: 'Alleen ter informatie. Geen medisch hulpmiddel. Niet gebruiken voor klinische beslissingen.',
  simulated: 'GESIMULEERD',
  simulatedHere: 'GESIMULEERD — deze waarden komen niet van een echt station',
  simulatedFleet: (simulated, all) =>
    simulated === all
      ? 'GESIMULEERD — geen van deze waarden komt van een echt station'
      : `GESIMULEERD — ${simulated} van ${all} stations zijn gesimuleerd en zo gemerkt`,
  connection,
  noConnection: 'Geen verbinding',
  connectionLostHelp:
    'Waarden blijven verborgen tot de verbinding terug is. Blijft dit zo, kijk dan of hai-bridge draait.',
  storeTrouble: (what, reason) => `Meetgegevens worden niet bewaard: ${reasonOf(what, reason)}`,
  storeSlow: (reason) => `Meetgegevens worden te laat bewaard: ${reason}`,
  brokerTrouble: (what, reason) => `Storing van de berichtenserver: ${reasonOf(what, reason)}`,
  journalTrouble: (keeps, reason) =>
    `${keeps ? 'Binnenkort worden meetwaarden misschien niet bewaard' : 'Meetwaarden worden niet bewaard'}: ${reason}`,
  unknownReason: 'geen reden opgegeven',
  bridgeLine: (site, bridge) => `${site} · ${bridge}`,
  version: (version) => `Versie ${version}`,

  state,
  stateMeaning,
  stateUnknown: 'Niet bekend',
  channels,
  channelNotKnown: (channel) => channel,
  flags,
  flagNotKnown: (flag) => flag,
  unit: (ucum) => units[ucum] ?? ucum,
  flowDirection,
  age: (age) => `${age} geleden`,
  noFreshValue: 'geen actuele waarde',
  noFreshValueSince: (age) => `geen actuele waarde (laatste ${age} geleden)`,
  noValueYet: 'nog geen waarde ontvangen',
  durations: { seconds: 's', minutes: 'min', hours: 'u', days: 'd', mark: ',' },
  percent: (share) => `${(Math.floor(share * 1000) / 10).toFixed(share >= 1 ? 0 : 1).replace('.', ',')} %`,

  fleet: {
    title: 'Stations',
    loading: 'Wacht op de lijst met stations…',
    none: 'Nog geen stations.',
    noneHelp: 'Voeg een verbinding toe aan de configuratie van hai-bridge en sluit dan een station aan.',
    noMatch: 'Geen station gevonden.',
    clear: 'Toon alle stations',
    find: 'Zoek',
    findHint: 'Naam, poort of firmware',
    sort: 'Sorteer op',
    order,
    all: 'Alle',
    filter: 'Filter op toestand',
    shown: (shown, all) => `${shown} van ${all} stations`,
    layout: 'Weergave',
    cards: 'Kaarten',
    table: 'Tabel',
    columns: {
      state: 'Toestand',
      station: 'Station',
      level: 'Volume',
      flow: 'Flow',
      pressure: 'Druk',
      seen: 'Laatst gezien',
      quality: 'Lijnkwaliteit',
      firmware: 'Firmware',
    },
    open: (station) => `Open station ${station}`,
    noIdentity: 'niet herkend',
  },

  station: {
    back: 'Alle stations',
    unknown: (key) => `Er is geen station “${key}” op deze bridge.`,
    unknownHelp: 'Misschien kreeg het een andere naam of is het nog niet herkend. Ga terug naar de lijst met stations.',
    since: (time) => `sinds ${time}`,
    levelNote: 'Afgeleid door het station; onzekerheid niet bekend. De schaal is niet de inhoud van de pomp.',
    picture: (level, unit, top) =>
      level === null
        ? `Tekening van het pompreservoir, leeg omdat er geen actuele waarde is. Schaal 0 tot ${top} ${unit}.`
        : `Tekening van het pompreservoir op een schaal van 0 tot ${top} ${unit}.`,
    flagsTitle: 'Meldingen',
    noFlags: 'Geen meldingen',
    readings: 'Meetwaarden',
  },

  chart: {
    title: 'Verloop',
    window: 'Tijdvenster',
    windows: { '1min': '1 min', '10min': '10 min', '1h': '1 u', '24h': '24 u' },
    channels: 'Toon',
    range: (min, max, unit) => `${min} tot ${max} ${unit}`,
    empty: 'Geen gegevens in dit tijdvenster',
    pickOne: 'Geen meetwaarde gekozen. Kies er hieronder een.',
    loading: 'Verloop wordt geladen…',
    failed: (message, remedy) => `Het verloop kon niet worden geladen: ${message}. ${remedy}`,
    unreachable: 'hai-bridge antwoordt niet',
    unreachableRemedy: 'Het wordt elke minuut opnieuw geprobeerd.',
    retry: 'Probeer opnieuw',
    pointAt: (time, mean, min, max, unit) => `${time}: ${mean} ${unit} (${min} tot ${max})`,
    legend: 'Lijn: gemiddelde. Band: laagste tot hoogste. Een onderbreking is tijd zonder gegevens.',
    label: (channel, window, range) =>
      `${channel}, laatste ${window}: ${range}. Met de pijltoetsen leest u losse punten.`,
  },

  device: {
    title: 'Apparaatgegevens',
    serial: 'Serienummer station',
    link: 'Verbinding',
    quality: 'Lijnkwaliteit',
    faults: 'Fouten op de lijn',
    rate: 'Metingen per seconde',
    firmware: 'Firmware',
    capsule: 'Incidentcapsule opslaan',
    hardware: 'Hardwareversie',
    mode: 'Soort',
    clinical: 'Echt station',
    instruments: 'Instrumenten',
    instrument: (kind) =>
      ({ scale: 'Weegschaal', flow: 'Flowmeter', pressure: 'Drukmeter' })[kind] ??
      kind.charAt(0).toUpperCase() + kind.slice(1),
    measures: 'Meet',
    model: 'Model',
    instrumentSerial: 'Serienummer',
    kind: 'Instrument',
    notSaid: 'niet opgegeven',
  },

  refill,
  start,
  elsewhere: {
    note: 'Alarmen en vullingen zijn die welke de bridges melden, alleen om te bekijken. Voor het beantwoorden van alarmen, het vullen en eerdere vullingen en pompen: open de pagina van de bridge aan het bed.',
    said: (bridge: string, time: string) => `gezegd om ${time} door bridge ${bridge}`,
    silent: (why: string) => `Niet actueel: ${why}.`,
    none: 'Hier is geen vulling bezig.',
    phase: 'Fase',
    held: 'Gestopt bij',
    advisories: 'Meldingen',
    nothing: 'geen',
  },
  alarms,
  sound,
  records,

  said: {
    stationIs: (station) =>
      `Station ${name(station)}: ${state[(station.state in state ? station.state : 'refused') as KnownState]}.${station.reason ? ` ${station.reason}` : ''}`,
    manyChanged: (count) => `${count} stations veranderden van toestand.`,
    connection: (to) => (to === 'live' ? 'Verbinding met hai-bridge hersteld.' : connection[to]),
  },
};
