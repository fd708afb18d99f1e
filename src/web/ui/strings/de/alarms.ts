import type { AlarmCondition, AlarmPriority } from '../../../../alarms/catalogue.ts';
import type { Strings } from '../../strings.ts';

const conditions: Record<AlarmCondition, { readonly name: string; readonly todo: string }> = {
  needleNotInReservoir: {
    name: 'Nadel wahrscheinlich nicht im Reservoir',
    todo: 'Halt. Nicht füllen. Lage der Nadel prüfen.',
  },
  needleDislodged: {
    name: 'Nadel wahrscheinlich verrutscht',
    todo: 'Füllen beenden. Nadel und Einstichstelle prüfen.',
  },
  wrongPumpOrDrug: {
    name: 'Pumpe oder Medikament ist nicht das erwartete',
    todo: 'Halt. Patient, Pumpenausweis und Etikett vergleichen.',
  },
  linePressureHigh: {
    name: 'Hoher Druck in der Leitung',
    todo: 'Nicht weiter drücken. Klemme, Leitung und Nadel prüfen.',
  },
  overfill: { name: 'Reservoir voll', todo: 'Füllen beenden.' },
  leak: { name: 'Flüssigkeit geht verloren', todo: 'Leitung, Verbindungen und Einstichstelle prüfen.' },
  residualOutsideBand: {
    name: 'Restvolumen außerhalb der Toleranz der Pumpe',
    todo: 'Erneut messen, Daten und Volumina prüfen, vor dem Füllen entscheiden.',
  },
  reservoirEmpty: {
    name: 'Reservoir leer',
    todo: 'Kein Restvolumen bestätigt die Lage der Nadel. Warten; auf andere Weise bestätigen.',
  },
  airInLine: { name: 'Luft in der Leitung', todo: 'Unterbrechen. Luft entfernen, neu füllen.' },
  lineOccluded: { name: 'Leitung verlegt', todo: 'Klemme, Hahn und Schlauch prüfen.' },
  stationQuietInRefill: {
    name: 'Station während der Befüllung stumm',
    todo: 'Kabel und Stromversorgung der Station prüfen.',
  },
  sensorMismatch: {
    name: 'Waage und Flusssensor widersprechen sich',
    todo: 'Waage nicht berühren; beide Sensoren prüfen.',
  },
  coldFill: {
    name: 'Kalte Füllung',
    todo: 'Kaltes Medikament: Druck und Fluss sind niedrig, bis es sich erwärmt hat.',
  },
  stationQuiet: { name: 'Station stumm', todo: 'Kabel und Stromversorgung der Station prüfen.' },
  stationRefused: { name: 'Station abgewiesen', todo: 'Der Grund steht auf der Seite der Station.' },
  clockUntrusted: { name: 'Uhrzeit nicht verlässlich', todo: 'Uhren von Rechner und Station prüfen lassen.' },
  brokerUnreachable: {
    name: 'Nachrichtenserver nicht erreichbar',
    todo: 'Es geht nichts verloren. Der Technik Bescheid geben.',
  },
  storeUnreachable: {
    name: 'Datenbank nicht erreichbar',
    todo: 'Es geht nichts verloren. Der Technik Bescheid geben.',
  },
  journalFilling: {
    name: 'Journal läuft voll',
    todo: 'Der Technik Bescheid geben: Nachrichtenserver oder Datenbank hinkt hinterher.',
  },
  journalNearlyFull: {
    name: 'Journal fast voll',
    todo: 'Sofort der Technik Bescheid geben, sonst gehen die ältesten Daten verloren.',
  },
  journalNotWriting: {
    name: 'Journal wird nicht geschrieben',
    todo: 'Messwerte werden nicht aufbewahrt. Sofort der Technik Bescheid geben.',
  },
  journalDamaged: {
    name: 'Journal war beschädigt',
    todo: 'Ein neues wurde begonnen. Der Technik Bescheid geben.',
  },
  recordsNotWriting: {
    name: 'Aufzeichnungen werden nicht geschrieben',
    todo: 'Alarme und Befüllungen werden nicht aufbewahrt. Sofort der Technik Bescheid geben.',
  },
  recordsDamaged: {
    name: 'Aufzeichnungen waren beschädigt',
    todo: 'Neue wurden begonnen. Der Technik Bescheid geben.',
  },
  rowsQuarantined: {
    name: 'Datenbank hat Daten abgelehnt',
    todo: 'Sie sind beiseitegelegt. Der Technik Bescheid geben.',
  },
};

const priorities: Record<AlarmPriority, string> = { high: 'HOCH', medium: 'MITTEL', low: 'NIEDRIG' };

const evidence: Record<string, string> = {
  seenKpa: 'gemessen',
  expectedKpa: 'erwartet',
  leastKpa: 'mindestens erwartet',
  limitKpa: 'Grenze',
  riseKpa: 'Anstieg',
  riseKpaPerS: 'steigt',
  seconds: 'seit',
  injectedMl: 'eingespritzt',
  returnedMl: 'zurückgekommen',
  residualMl: 'Restvolumen',
  expectedMl: 'erwartet',
  levelMl: 'im Reservoir',
  capacityMl: 'Volumen',
  lostMl: 'verloren',
  lostMlPerMin: 'verliert',
  flowMlPerMin: 'Fluss',
  flowBeyondScaleMl: 'Flusssensor über Waage',
  flowGainPercent: 'Flusssensor bei',
  throughMl: 'von',
  deviationPercent: 'Abweichung',
  u95Percent: '±',
  bandPercent: 'Toleranz ±',
  actualFlowMlPerDay: 'tatsächlicher Fluss',
  fluidCel: 'Flüssigkeit',
  pumpCel: 'Pumpe',
};

export const alarms: Strings['alarms'] = {
  title: 'Alarme',
  conditions,
  priorities,
  priorityOf: (priority) => `Alarm, Priorität ${priority}:`,
  evidence,
  latched: (since, ended) => `von ${since} bis ${ended}, nicht quittiert`,
  over: (since, ended) => `von ${since} bis ${ended}`,
  more: (count) => `${count} weitere`,
  less: 'Weniger zeigen',
  acknowledge: 'Quittieren',
  acknowledgedBy: (by, time) => `quittiert von ${by} um ${time}`,
  pause: (minutes) => `Ton ${minutes} min aus`,
  paused: (left) => `Ton aus, noch ${left}`,
  resume: 'Ton an',
};

export const sound: Strings['sound'] = {
  untested: 'Ton nicht geprüft',
  untestedHelp: 'Niemand hat den Alarmton dieses Bildschirms gehört, seit er geöffnet wurde.',
  blocked: 'TON AUS',
  blockedHelp: 'Dieser Browser lässt keinen Ton heraus, bevor Sie hier eine Taste drücken.',
  unavailable: 'KEIN TON',
  unavailableHelp: 'Dieser Browser kann keine Alarme abspielen. Bildschirm beobachten.',
  test: 'Ton prüfen',
  enable: 'einschalten',
};
