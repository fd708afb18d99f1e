/** Every word of the lab's page. */
export const strings = {
  lab: 'LAB',
  simulated: 'SIMULATED',
  band: 'LAB – SIMULATED STATIONS – NOTHING HERE IS A PATIENT',
  skip: 'Skip to the run',
  noConnection: 'The lab does not answer. Is hai-bridge lab still running?',
  lost: 'Connection to the lab lost: what stands here is old.',
  refused: (status: number) => `The lab refused (${status}).`,
  dismiss: 'Close',
  scenarios: 'Scenarios',
  search: 'Search scenarios',
  found: (n: number, all: number) => `${n} of ${all}`,
  play: 'Play',
  playNamed: (name: string) => `Play ${name}`,
  startSpeed: 'Speed at the start',
  stationCount: (n: number) => (n === 1 ? '1 station' : `${n} stations`),
  expectationCount: (n: number) => (n === 1 ? '1 expectation' : `${n} expectations`),
  lasts: (s: number | null, visits: number) =>
    s === null
      ? `${visits === 1 ? 'one refill' : `${visits} refills`}, about ${Math.max(1, visits) * 10} min`
      : duration(s),
  noRun: 'Choose a scenario and play it. Daemon, broker and store are real; the stations are simulated.',
  state: { starting: 'Starting', running: 'Running', paused: 'Paused', ended: 'Ended' },
  step: (name: string) => `step: ${name}`,
  speed: 'Speed',
  times: (n: number) => `${n}×`,
  reached: (n: number) => `${n < 10 ? n.toFixed(1) : n.toFixed(0)}× reached`,
  pause: 'Pause',
  goOn: 'Go on',
  stop: 'Stop',
  again: 'Play again',
  time: 'Time of the run',
  byHand: 'Switched by hand: what comes of it is no verdict about the scenario.',
  seed: (seed: number) => `seed ${seed}`,
  outcome: {
    passed: 'PASSED: as hil run would say it',
    failed: 'FAILED: as hil run would say it',
    'by-hand': 'ENDED, switched by hand: no verdict about the scenario',
    stopped: 'STOPPED before its end: no verdict',
    broke: 'BROKE DOWN: no verdict',
  },
  met: (n: number, all: number) => `${n} of ${all} expectations met`,
  station: (n: number) => `Station ${n}`,
  page: 'Open the product’s own page of this run',
  bedside: 'Open its bedside page',
  stateOf: 'state',
  phase: 'phase',
  truth: 'in truth',
  notSaid: 'none',
  level: 'Level',
  levelUnknown: 'level not said',
  alarms: 'Alarms',
  noAlarms: 'No alarm',
  latched: 'over, latched until it is acknowledged',
  bridgeAlarms: 'Alarms of the bridge',
  curves: { level: 'Level', mass: 'Mass', flow: 'Flow', pressure: 'Pressure' },
  said: 'as said',
  lastMinutes: 'last 5 minutes',
  switches: (station: string) => `Break things at ${station}`,
  share: 'Chance per line',
  groups: {
    cable: 'Cable',
    sensors: 'Sensors',
    station: 'Station',
    needle: 'Needle and line',
    nurse: 'Simulated nurse',
    surroundings: 'Surroundings',
    computer: 'Computer and daemon',
  },
  well: 'well',
  expectations: 'Expectations',
  stands: { open: 'not yet', holds: 'holds so far', met: 'met', broken: 'BROKEN' },
  areBroken: (numbers: readonly number[]) => `Broken: ${numbers.join(', ')}`,
  nothingYet: 'The daemon and the stations are starting.',
  log: 'What happened',
  kinds: {
    step: 'step',
    hand: 'by hand',
    alarm: 'alarm',
    met: 'met',
    broken: 'broken',
    trouble: 'trouble',
    end: 'end',
  },
  footer: 'LAB of hai-bridge. Everything is SIMULATED. Not a medical device.',
};

export function duration(s: number): string {
  if (s < 120) return `${Math.round(s)} s`;
  if (s < 7200) return `${Math.round(s / 60)} min`;
  return `${(s / 3600).toFixed(1)} h`;
}

export function clock(ms: number): string {
  const s = Math.floor(ms / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  return s < 3600
    ? `${two(Math.floor(s / 60))}:${two(s % 60)}`
    : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}
