/** Alarms: what is wrong, what to do, and what the board says of it. IEC 60601-1-8 words. */

import type { AlarmCondition, AlarmPriority } from '../../../../alarms/catalogue.ts';

const conditions: Record<AlarmCondition, { readonly name: string; readonly todo: string }> = {
  needleNotInReservoir: {
    name: 'Needle probably not in the reservoir',
    todo: 'Stop. Do not fill. Check the position of the needle.',
  },
  needleDislodged: { name: 'Needle probably dislodged', todo: 'Stop filling. Check the needle and the site.' },
  wrongPumpOrDrug: {
    name: 'Pump or drug is not the expected one',
    todo: 'Stop. Compare patient, pump card and drug label.',
  },
  linePressureHigh: { name: 'Line pressure high', todo: 'Stop pushing. Check clamp, line and needle.' },
  overfill: { name: 'Reservoir full', todo: 'Stop filling.' },
  leak: { name: 'Fluid is being lost', todo: 'Check line, connections and site.' },
  residualOutsideBand: {
    name: 'Residual outside the pump’s band',
    todo: 'Measure again, check dates and volumes, decide before filling.',
  },
  reservoirEmpty: {
    name: 'Reservoir empty',
    todo: 'No residual confirms the needle’s position. Hold; confirm it in another way.',
  },
  airInLine: { name: 'Air in the line', todo: 'Pause. Remove the air, prime again.' },
  lineOccluded: { name: 'Line blocked', todo: 'Check clamp, stopcock and tubing.' },
  stationQuietInRefill: { name: 'Station silent during a refill', todo: 'Check cable and power of the station.' },
  sensorMismatch: { name: 'Scale and flow disagree', todo: 'Touch nothing on the scale; check both sensors.' },
  coldFill: { name: 'Cold fill', todo: 'Cold drug: pressure and flow are low until it has warmed up.' },
  stationQuiet: { name: 'Station silent', todo: 'Check cable and power of the station.' },
  stationRefused: { name: 'Station refused', todo: 'See the station’s page for the reason.' },
  clockUntrusted: { name: 'Time of day not trusted', todo: 'Have the clocks of computer and station checked.' },
  brokerUnreachable: { name: 'Message broker unreachable', todo: 'Nothing is lost. Tell the technician.' },
  storeUnreachable: { name: 'Database unreachable', todo: 'Nothing is lost. Tell the technician.' },
  journalFilling: { name: 'Journal filling up', todo: 'Tell the technician: broker or database lags behind.' },
  journalNearlyFull: { name: 'Journal nearly full', todo: 'Tell the technician now, or the oldest data will be lost.' },
  journalNotWriting: { name: 'Journal is not written', todo: 'Readings are not kept. Tell the technician now.' },
  journalDamaged: { name: 'Journal was damaged', todo: 'A new one was begun. Tell the technician.' },
  recordsNotWriting: {
    name: 'Records are not written',
    todo: 'Alarms and refills are not kept. Tell the technician now.',
  },
  recordsDamaged: { name: 'Records were damaged', todo: 'New ones were begun. Tell the technician.' },
  rowsQuarantined: { name: 'Records refused by the database', todo: 'They are kept aside. Tell the technician.' },
};

const priorities: Record<AlarmPriority, string> = { high: 'HIGH', medium: 'MEDIUM', low: 'LOW' };
/** Numbers an advisory was drawn from, by their name in the evidence. Unknown ones are not shown. */
const evidence: Record<string, string> = {
  seenKpa: 'seen',
  expectedKpa: 'expected',
  leastKpa: 'at least expected',
  limitKpa: 'limit',
  riseKpa: 'rise',
  riseKpaPerS: 'rising',
  seconds: 'for',
  injectedMl: 'injected',
  returnedMl: 'came back',
  residualMl: 'residual',
  expectedMl: 'expected',
  levelMl: 'level',
  capacityMl: 'capacity',
  lostMl: 'lost',
  lostMlPerMin: 'losing',
  flowMlPerMin: 'flow',
  flowBeyondScaleMl: 'flow beyond scale',
  flowGainPercent: 'flow sensor at',
  throughMl: 'of',
  deviationPercent: 'deviation',
  u95Percent: '±',
  bandPercent: 'band ±',
  actualFlowMlPerDay: 'actual flow',
  fluidCel: 'fluid',
  pumpCel: 'pump',
};

export const alarms = {
  title: 'Alarms',
  conditions,
  priorities,
  /** Spoken before the name. */
  priorityOf: (priority: string) => `Alarm, priority ${priority}:`,
  evidence,
  latched: (since: string, ended: string) => `from ${since} to ${ended}, not acknowledged`,
  over: (since: string, ended: string) => `from ${since} to ${ended}`,
  more: (count: number) => `${count} more`,
  less: 'Show fewer',
  acknowledge: 'Acknowledge',
  acknowledgedBy: (by: string, time: string) => `acknowledged by ${by} at ${time}`,
  pause: (minutes: string) => `Pause sound ${minutes} min`,
  paused: (left: string) => `Sound paused ${left}`,
  resume: 'Sound on',
};

export const sound = {
  untested: 'Sound not tested',
  untestedHelp: 'Nobody has heard this screen’s alarm sound since it was opened.',
  blocked: 'SOUND OFF',
  blockedHelp: 'This browser lets no sound out until you press a button here.',
  unavailable: 'NO SOUND',
  unavailableHelp: 'This browser cannot play alarms. Watch the screen.',
  test: 'Test sound',
  enable: 'turn on',
};
