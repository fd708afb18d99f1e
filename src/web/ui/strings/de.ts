/** German, as spoken on a ward. */
import type { Channel, Flag } from '../../../../protocols/reading.ts';
import type { StationView } from '../../api-types.ts';
import type { StreamState } from '../model/event-stream.ts';
import type { KnownState, Order } from '../model/fleet-order.ts';
import type { Direction } from '../model/number-text.ts';
import type { Strings } from '../strings.ts';
import { alarms, sound } from './de/alarms.ts';
import { records } from './de/records.ts';
import { refill } from './de/refill.ts';
import { start } from './de/start.ts';
import { reasonOf } from './reason-of.ts';

const name = (station: StationView) => station.station ?? station.link;

const state: Record<KnownState, string> = {
  live: 'Aktiv',
  quiet: 'Stumm',
  refused: 'Abgewiesen',
  connecting: 'Verbinden',
  identifying: 'Erkennen',
  offline: 'Offline',
};

const stateMeaning: Record<KnownState, string> = {
  live: 'Die Station sendet, und ihre Werte sind aktuell.',
  quiet: 'Die Station ist verbunden, sendet aber nicht mehr.',
  refused: 'Die Bridge verwendet diese Station nicht.',
  connecting: 'Keine Verbindung zur Station. Die Bridge versucht es weiter.',
  identifying: 'Verbunden. Warten, bis die Station sagt, wer sie ist.',
  offline: 'Die Station wird nicht ausgelesen.',
};

const channels: Record<Channel, string> = {
  reservoirVolume: 'Füllstand Reservoir',
  lineFlow: 'Fluss in der Leitung',
  linePressure: 'Druck in der Leitung',
  fluidTemperature: 'Flüssigkeitstemperatur',
  collectorMass: 'Masse Auffanggefäß',
  ambientPressure: 'Luftdruck',
};

const flags: Record<Flag, string> = {
  airInLine: 'Luft in der Leitung',
  highFlow: 'Hoher Fluss',
  scaleUnstable: 'Waage unruhig',
  overload: 'Waage überlastet',
  notCalibrated: 'Nicht kalibriert',
  onBattery: 'Akkubetrieb',
  simulated: 'Simuliert',
  outOfRange: 'Ein Sensor misst außerhalb seines Bereichs: angezeigt als —',
  beyondLimit: 'Ein Wert liegt jenseits der Grenze dieses Standorts',
  tickJump: 'Die Uhr der Station ist gesprungen',
  clockUntrusted: 'Uhrzeit nicht verlässlich',
};

const units: Record<string, string> = { Cel: '°C', 'mL/d': 'mL/Tag' };

const order: Record<Order, string> = {
  attention: 'Auffällige zuerst',
  name: 'Name',
  level: 'Füllstand, niedrigster zuerst',
  age: 'Zuletzt gesehen, am längsten her zuerst',
};

const flowDirection: Record<Direction, string> = { in: 'in die Pumpe', out: 'aus der Pumpe', none: 'kein Fluss' };

const connection: Record<StreamState, string> = {
  connecting: 'Verbinden mit hai-bridge…',
  live: 'Verbunden',
  lost: 'Verbindung zu hai-bridge verloren. Neuer Versuch…',
};

export const german: Strings = {
  language: 'de',
  decimalMark: ',',
  languageChoice: 'Sprache',
  product: 'hai-bridge',
  blank: '—',
  skip: 'Zum Inhalt',
  disclaimer: 'Nur zur Information. Kein Medizinprodukt. Nicht für klinische Entscheidungen verwenden.',
  simulated: 'SIMULIERT',
  simulatedHere: 'SIMULIERT — diese Werte stammen nicht von einer echten Station',
  simulatedFleet: (simulated, all) =>
    simulated === all
      ? 'SIMULIERT — keiner dieser Werte stammt von einer echten Station'
      : `SIMULIERT — ${simulated} von ${all} Stationen sind simuliert und so gekennzeichnet`,
  connection,
  noConnection: 'Keine Verbindung',
  connectionLostHelp:
    'Werte bleiben verborgen, bis die Verbindung wieder da ist. Bleibt das so, prüfen Sie, ob hai-bridge läuft.',
  storeTrouble: (what, reason) => `Messwerte werden nicht gespeichert: ${reasonOf(what, reason)}`,
  storeSlow: (reason) => `Messwerte werden verspätet gespeichert: ${reason}`,
  brokerTrouble: (what, reason) => `Nachrichtenserver gestört: ${reasonOf(what, reason)}`,
  journalTrouble: (keeps, reason) =>
    `${keeps ? 'Bald werden Messwerte vielleicht nicht aufbewahrt' : 'Messwerte werden nicht aufbewahrt'}: ${reason}`,
  unknownReason: 'kein Grund angegeben',
  bridgeLine: (site, bridge) => `${site} · ${bridge}`,
  version: (version) => `Version ${version}`,

  state,
  stateMeaning,
  stateUnknown: 'Nicht bekannt',
  channels,
  channelNotKnown: (channel) => channel,
  flags,
  flagNotKnown: (flag) => flag,
  unit: (ucum) => units[ucum] ?? ucum,
  flowDirection,
  age: (age) => `vor ${age}`,
  noFreshValue: 'kein aktueller Wert',
  noFreshValueSince: (age) => `kein aktueller Wert (letzter vor ${age})`,
  noValueYet: 'noch kein Wert empfangen',
  durations: { seconds: 's', minutes: 'min', hours: 'h', days: 'd', mark: ',' },
  percent: (share) => `${(Math.floor(share * 1000) / 10).toFixed(share >= 1 ? 0 : 1).replace('.', ',')} %`,

  fleet: {
    title: 'Stationen',
    loading: 'Warten auf die Liste der Stationen…',
    none: 'Noch keine Stationen.',
    noneHelp: 'Tragen Sie eine Verbindung in die Konfiguration von hai-bridge ein und schließen Sie eine Station an.',
    noMatch: 'Keine Station gefunden.',
    clear: 'Alle Stationen zeigen',
    find: 'Suchen',
    findHint: 'Name, Anschluss oder Firmware',
    sort: 'Sortieren nach',
    order,
    all: 'Alle',
    filter: 'Nach Zustand filtern',
    shown: (shown, all) => `${shown} von ${all} Stationen`,
    layout: 'Darstellung',
    cards: 'Karten',
    table: 'Tabelle',
    columns: {
      state: 'Zustand',
      station: 'Station',
      level: 'Füllstand',
      flow: 'Fluss',
      pressure: 'Druck',
      seen: 'Zuletzt gesehen',
      quality: 'Leitungsgüte',
      firmware: 'Firmware',
    },
    open: (station) => `Station ${station} öffnen`,
    noIdentity: 'nicht erkannt',
  },

  station: {
    back: 'Alle Stationen',
    unknown: (key) => `Es gibt keine Station „${key}“ an dieser Bridge.`,
    unknownHelp: 'Vielleicht heißt sie jetzt anders oder ist noch nicht erkannt. Zurück zur Liste der Stationen.',
    since: (time) => `seit ${time}`,
    levelNote: 'Von der Station abgeleitet; Unsicherheit nicht bekannt. Die Skala ist nicht das Volumen der Pumpe.',
    picture: (level, unit, top) =>
      level === null
        ? `Zeichnung des Pumpenreservoirs, leer, weil es keinen aktuellen Wert gibt. Skala 0 bis ${top} ${unit}.`
        : `Zeichnung des Pumpenreservoirs auf einer Skala von 0 bis ${top} ${unit}.`,
    flagsTitle: 'Hinweise',
    noFlags: 'Keine Hinweise',
    readings: 'Messwerte',
  },

  chart: {
    title: 'Verlauf',
    window: 'Zeitfenster',
    windows: { '1min': '1 min', '10min': '10 min', '1h': '1 h', '24h': '24 h' },
    channels: 'Zeigen',
    range: (min, max, unit) => `${min} bis ${max} ${unit}`,
    empty: 'Keine Daten in diesem Zeitfenster',
    pickOne: 'Kein Messwert gewählt. Wählen Sie unten einen aus.',
    loading: 'Verlauf wird geladen…',
    failed: (message, remedy) => `Der Verlauf konnte nicht geladen werden: ${message}. ${remedy}`,
    unreachable: 'hai-bridge antwortet nicht',
    unreachableRemedy: 'Es wird jede Minute neu versucht.',
    retry: 'Erneut versuchen',
    pointAt: (time, mean, min, max, unit) => `${time}: ${mean} ${unit} (${min} bis ${max})`,
    legend: 'Linie: Mittelwert. Band: kleinster bis größter Wert. Eine Lücke ist Zeit ohne Daten.',
    label: (channel, window, range) =>
      `${channel}, letzte ${window}: ${range}. Mit den Pfeiltasten lesen Sie einzelne Punkte.`,
  },

  device: {
    title: 'Gerätedaten',
    serial: 'Seriennummer der Station',
    link: 'Verbindung',
    quality: 'Leitungsgüte',
    faults: 'Fehler auf der Leitung',
    rate: 'Messungen pro Sekunde',
    firmware: 'Firmware',
    capsule: 'Vorfallkapsel speichern',
    hardware: 'Hardwarestand',
    mode: 'Art',
    clinical: 'Echte Station',
    instruments: 'Instrumente',
    instrument: (kind) =>
      ({ scale: 'Waage', flow: 'Flusssensor', pressure: 'Drucksensor' })[kind] ??
      kind.charAt(0).toUpperCase() + kind.slice(1),
    measures: 'Misst',
    model: 'Modell',
    instrumentSerial: 'Seriennummer',
    kind: 'Instrument',
    notSaid: 'nicht angegeben',
  },

  refill,
  start,
  elsewhere: {
    note: 'Alarme und Befüllungen sind die, welche die Bridges melden, nur zum Ansehen. Zum Beantworten, Befüllen und für frühere Befüllungen und Pumpen die Seite der Bridge am Bett öffnen.',
    said: (bridge: string, time: string) => `gesagt um ${time} von Bridge ${bridge}`,
    silent: (why: string) => `Nicht aktuell: ${why}.`,
    none: 'Hier ist keine Befüllung offen.',
    phase: 'Phase',
    held: 'Angehalten bei',
    advisories: 'Hinweise',
    nothing: 'keine',
  },
  alarms,
  sound,
  records,

  said: {
    stationIs: (station) =>
      `Station ${name(station)}: ${state[(station.state in state ? station.state : 'refused') as KnownState]}.${station.reason ? ` ${station.reason}` : ''}`,
    manyChanged: (count) => `${count} Stationen haben den Zustand gewechselt.`,
    connection: (to) => (to === 'live' ? 'Verbindung zu hai-bridge wiederhergestellt.' : connection[to]),
  },
};
