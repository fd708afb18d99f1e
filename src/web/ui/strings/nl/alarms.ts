import type { AlarmCondition, AlarmPriority } from '../../../../alarms/catalogue.ts';
import type { Strings } from '../../strings.ts';

const conditions: Record<AlarmCondition, { readonly name: string; readonly todo: string }> = {
  needleNotInReservoir: {
    name: 'Naald waarschijnlijk niet in het reservoir',
    todo: 'Stop. Niet vullen. Controleer de ligging van de naald.',
  },
  needleDislodged: {
    name: 'Naald waarschijnlijk verschoven',
    todo: 'Stop met vullen. Controleer de naald en de prikplaats.',
  },
  wrongPumpOrDrug: {
    name: 'Pomp of middel is niet het verwachte',
    todo: 'Stop. Vergelijk patiënt, pompkaart en etiket.',
  },
  linePressureHigh: { name: 'Hoge druk in de lijn', todo: 'Stop met duwen. Controleer klem, lijn en naald.' },
  overfill: { name: 'Reservoir vol', todo: 'Stop met vullen.' },
  leak: { name: 'Er gaat vloeistof verloren', todo: 'Controleer lijn, koppelingen en prikplaats.' },
  residualOutsideBand: {
    name: 'Restvolume buiten de tolerantie van de pomp',
    todo: 'Meet opnieuw, controleer data en volumes, beslis voordat u vult.',
  },
  reservoirEmpty: {
    name: 'Reservoir leeg',
    todo: 'Geen restvolume bevestigt de ligging van de naald. Wacht; bevestig die op een andere manier.',
  },
  airInLine: { name: 'Lucht in de lijn', todo: 'Onderbreek. Verwijder de lucht, vul de lijn opnieuw.' },
  lineOccluded: { name: 'Lijn verstopt', todo: 'Controleer klem, kraan en slang.' },
  stationQuietInRefill: {
    name: 'Station stil tijdens een vulling',
    todo: 'Controleer kabel en voeding van het station.',
  },
  sensorMismatch: {
    name: 'Weegschaal en flowmeter spreken elkaar tegen',
    todo: 'Raak de weegschaal niet aan; controleer beide sensoren.',
  },
  coldFill: { name: 'Koude vulling', todo: 'Koud middel: druk en flow zijn laag tot het is opgewarmd.' },
  stationQuiet: { name: 'Station stil', todo: 'Controleer kabel en voeding van het station.' },
  stationRefused: { name: 'Station geweigerd', todo: 'De reden staat op de pagina van het station.' },
  clockUntrusted: { name: 'Kloktijd niet betrouwbaar', todo: 'Laat de klokken van computer en station controleren.' },
  brokerUnreachable: { name: 'Berichtenserver niet bereikbaar', todo: 'Er gaat niets verloren. Meld het de techniek.' },
  storeUnreachable: { name: 'Database niet bereikbaar', todo: 'Er gaat niets verloren. Meld het de techniek.' },
  journalFilling: {
    name: 'Journaal loopt vol',
    todo: 'Meld het de techniek: berichtenserver of database loopt achter.',
  },
  journalNearlyFull: {
    name: 'Journaal bijna vol',
    todo: 'Meld het nu de techniek, anders gaan de oudste gegevens verloren.',
  },
  journalNotWriting: {
    name: 'Journaal wordt niet geschreven',
    todo: 'Metingen worden niet bewaard. Meld het nu de techniek.',
  },
  journalDamaged: { name: 'Journaal was beschadigd', todo: 'Er is een nieuw begonnen. Meld het de techniek.' },
  recordsNotWriting: {
    name: 'Dossier wordt niet geschreven',
    todo: 'Alarmen en vullingen worden niet bewaard. Meld het nu de techniek.',
  },
  recordsDamaged: { name: 'Dossier was beschadigd', todo: 'Er is een nieuw begonnen. Meld het de techniek.' },
  rowsQuarantined: {
    name: 'Database weigerde gegevens',
    todo: 'Ze zijn apart bewaard. Meld het de techniek.',
  },
};

const priorities: Record<AlarmPriority, string> = { high: 'HOOG', medium: 'MIDDEL', low: 'LAAG' };

const evidence: Record<string, string> = {
  seenKpa: 'gemeten',
  expectedKpa: 'verwacht',
  leastKpa: 'minstens verwacht',
  limitKpa: 'grens',
  riseKpa: 'stijging',
  riseKpaPerS: 'stijgt',
  seconds: 'al',
  injectedMl: 'ingespoten',
  returnedMl: 'teruggekomen',
  residualMl: 'restvolume',
  expectedMl: 'verwacht',
  levelMl: 'in het reservoir',
  capacityMl: 'inhoud',
  lostMl: 'verloren',
  lostMlPerMin: 'verliest',
  flowMlPerMin: 'flow',
  flowBeyondScaleMl: 'flowmeter boven weegschaal',
  flowGainPercent: 'flowmeter op',
  throughMl: 'van',
  deviationPercent: 'afwijking',
  u95Percent: '±',
  bandPercent: 'tolerantie ±',
  actualFlowMlPerDay: 'werkelijke flow',
  fluidCel: 'vloeistof',
  pumpCel: 'pomp',
};

export const alarms: Strings['alarms'] = {
  title: 'Alarmen',
  conditions,
  priorities,
  priorityOf: (priority) => `Alarm, prioriteit ${priority}:`,
  evidence,
  latched: (since, ended) => `van ${since} tot ${ended}, niet bevestigd`,
  over: (since, ended) => `van ${since} tot ${ended}`,
  more: (count) => `Nog ${count}`,
  less: 'Minder tonen',
  acknowledge: 'Bevestigen',
  acknowledgedBy: (by, time) => `bevestigd door ${by} om ${time}`,
  pause: (minutes) => `Geluid ${minutes} min uit`,
  paused: (left) => `Geluid uit, nog ${left}`,
  resume: 'geluid aan',
};

export const sound: Strings['sound'] = {
  untested: 'Geluid niet getest',
  untestedHelp: 'Niemand heeft het alarmgeluid van dit scherm gehoord sinds het open is.',
  blocked: 'GELUID UIT',
  blockedHelp: 'Deze browser laat geen geluid horen voordat u hier op een knop drukt.',
  unavailable: 'GEEN GELUID',
  unavailableHelp: 'Deze browser kan geen alarmen laten klinken. Kijk naar het scherm.',
  test: 'Geluid testen',
  enable: 'aanzetten',
};
