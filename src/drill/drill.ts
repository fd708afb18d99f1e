/** One drill: prepare the ground, do the harm, wait for recovery each time, judge, take everything back. */
import { randomBytes } from 'node:crypto';
import type { Certificate } from '../certificate/certificate.ts';
import { certifyFromFiles } from '../certificate/certify-files.ts';
import type { Config } from '../config.ts';
import { silentLogger } from '../logger.ts';
import { createStore } from '../store/create.ts';
import { CLOCK_STEP_MS, FAULTS } from './faults.ts';
import { prepareGround } from './ground.ts';
import { heldIn } from './held.ts';
import { judge, newTally, type Tally } from './judge.ts';
import { drained, recovered } from './recovery.ts';
import { type Rig, startRig } from './rig.ts';
import { probeStalls } from './stalls.ts';

export interface DrillOptions {
  readonly config: Config;
  readonly version: string;
  readonly length: 'full' | 'quick';
  readonly data: 'keep' | 'clear';
  /** What a killed daemon, or a cut cable, may take with it: ms before the end. */
  readonly windowMs: number;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface DrillRow {
  readonly fault: string;
  readonly lastedMs: number;
  /** Readings and events said to a daemon that knew the station. */
  readonly sent: number;
  readonly stored: number;
  readonly lost: number;
  /** Lost with a connection that was ended by force, no further back than the window. */
  readonly inWindow: number;
  readonly duplicates: number;
  readonly falseValues: number;
  /** From the end of the fault until all was well; `null`: not in time. */
  readonly recoveredMs: number | null;
  readonly verdict: 'ok' | 'failed';
}

export interface DrillResult {
  readonly name: string;
  readonly broker: string;
  readonly store: string;
  readonly windowMs: number;
  readonly rows: readonly DrillRow[];
  readonly certificates: readonly Certificate[];
  /** The first few violations. */
  readonly details: readonly string[];
  /** What of the site was not used, and why. */
  readonly notDrilled: readonly string[];
  /** What was left behind, and where. */
  readonly notes: readonly string[];
  readonly tookMs: number;
  readonly passed: boolean;
}

const STATIONS = 2;
const RATE_HZ = 50;
const READY_WITHIN_MS = 30_000;
const RECOVER_WITHIN_MS = 60_000;
const CERTIFICATE_PATIENCE_S = 10;

export interface Phase {
  readonly fault: string;
  readonly fromMs: number;
  readonly tally: Tally;
  lastedMs: number;
  recoveredMs: number | null;
}

/** Throws the signal's reason when it is aborted; then, too, everything is taken back. */
export async function drill(options: DrillOptions): Promise<DrillResult> {
  const { config, version, length, data, windowMs, say, signal } = options;
  const beganMs = Date.now();
  const ground = await prepareGround(config, randomBytes(4).toString('hex'), data);
  const left: string[] = [];
  try {
    say(`Ground: broker ${ground.broker}; store ${ground.store}; as site ${ground.name}`);
    for (const note of ground.notes) say(note);
    const probe = probeStalls(ground.folder);
    const rig = await startRig({ ground, name: 'A', version, stations: STATIONS, rateHz: RATE_HZ });
    const pause = pauses(signal);
    let outcome: Omit<DrillResult, 'name' | 'broker' | 'store' | 'notes' | 'notDrilled' | 'tookMs' | 'windowMs'>;
    try {
      const phases = await harm(rig, { length, say, pause, leadMs: windowMs + 200 });
      say('All is done: waiting for what is under way, then the store is read back');
      await rig.endStations();
      const empty = await drained(rig.daemon, { pause, withinMs: RECOVER_WITHIN_MS });
      await rig.daemon.stop();
      outcome = await examine(rig, phases, { version, windowMs, stalls: probe.stalls, signal, empty });
    } finally {
      await probe.stop();
      await rig.stop();
    }
    left.push(...(await ground.clear()));
    const { name, broker, store, notes } = ground;
    const kept = data === 'keep' ? [`The data of the drill is kept in ${ground.folder}, and under site ${name}.`] : [];
    return {
      ...{ name, broker, store, windowMs, ...outcome, tookMs: Date.now() - beganMs },
      notes: [...left, ...kept],
      notDrilled: notes,
    };
  } catch (error) {
    for (const line of await ground.clear()) say(line);
    throw error;
  } finally {
    await ground.close();
  }
}

function pauses(signal: AbortSignal): (ms: number) => Promise<void> {
  return (ms) =>
    new Promise((resolve, reject) => {
      const abort = () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', abort);
        resolve();
      }, ms);
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
    });
}

interface Course extends Pick<DrillOptions, 'length' | 'say'> {
  readonly pause: (ms: number) => Promise<void>;
  /** Before each harm, so that what it takes with it counts as its own. */
  readonly leadMs: number;
}

async function harm(rig: Rig, { length, say, pause, leadMs }: Course): Promise<Phase[]> {
  const ready = await recovered(rig.daemon, { stations: STATIONS, pause, withinMs: READY_WITHIN_MS });
  if (ready === null) throw new Error(`no readings reach the store of the drill within ${READY_WITHIN_MS / 1000} s`);
  const course = FAULTS.filter((fault) => fault.lastsMs[length] !== null);
  const phases: Phase[] = [];
  for (const [i, fault] of course.entries()) {
    const ms = fault.lastsMs[length] ?? 0;
    say(`${i + 1}/${course.length}  ${fault.name}${ms > 0 ? `, ${seconds(ms)}` : ''} ...`);
    const phase: Phase = {
      ...{ fault: fault.name, fromMs: Date.now(), tally: newTally(), lastedMs: 0, recoveredMs: null },
    };
    phases.push(phase);
    await pause(leadMs);
    const harmedMs = Date.now();
    await fault.run(rig, ms, pause);
    phase.lastedMs = Date.now() - harmedMs;
    phase.recoveredMs = await recovered(rig.daemon, { stations: STATIONS, pause, withinMs: RECOVER_WITHIN_MS });
    const after = phase.recoveredMs === null ? 'NOT well again' : `well again after ${seconds(phase.recoveredMs)}`;
    say(`     ${after}`);
  }
  return phases;
}

export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

interface Examination {
  readonly version: string;
  readonly windowMs: number;
  readonly stalls: ReturnType<typeof probeStalls>['stalls'];
  readonly signal: AbortSignal;
  readonly empty: boolean;
}

async function examine(rig: Rig, phases: readonly Phase[], about: Examination) {
  const { windowMs, stalls, empty } = about;
  const config: Config = { ...rig.daemon.config, ...rig.ground.direct };
  const store = createStore(config, { logger: silentLogger });
  await store.open();
  try {
    const stations = new Set<string>();
    const held = (station: string) => {
      stations.add(station);
      return heldIn(store, station);
    };
    const { witnesses, cutsMs, clockSteps } = rig;
    const tallyAt = (utcMs: number) => (phases.findLast((p) => p.fromMs <= utcMs) ?? phases[0])?.tally ?? newTally();
    const { details } = await judge({ witnesses, held, cutsMs, windowMs, stalls, clockSteps }, tallyAt);
    const rows = phases.map(rowOf);
    const certificates: Certificate[] = [];
    for (const station of [...stations].sort()) certificates.push(await certificateOf(config, station, about));
    const passed =
      empty &&
      rows.every((row) => row.verdict === 'ok') &&
      certificates.length > 0 &&
      certificates.every((c) => c.verdict === 'complete');
    const unfinished = empty ? [] : ['the journal still holds batches that no recorder has acknowledged'];
    return { rows, certificates, details: [...unfinished, ...details], passed };
  } finally {
    await store.close();
  }
}

export function rowOf({ fault, lastedMs, recoveredMs, tally }: Phase): DrillRow {
  const { due, lostInside, lostOutside, holes, duplicates, falseValues } = tally;
  // A hole in the numbers is a loss that the ledger may not show: the last lines of a connection, for one.
  const lost = Math.max(lostOutside, holes);
  const ok = due > 0 && lost === 0 && duplicates === 0 && falseValues === 0 && recoveredMs !== null;
  return {
    ...{ fault, lastedMs, sent: due, stored: due - lostInside - lostOutside, lost, inWindow: lostInside },
    ...{ duplicates, falseValues, recoveredMs, verdict: ok ? 'ok' : 'failed' },
  };
}

function certificateOf(config: Config, station: string, { version, signal }: Examination): Promise<Certificate> {
  // Times given while the clock was ahead are still to come.
  const request = { station, fromMs: null, toMs: Date.now() + 2 * CLOCK_STEP_MS };
  const about = { version, nowMs: Date.now(), patience: CERTIFICATE_PATIENCE_S, notes: [], signal };
  return certifyFromFiles(config, request, about);
}
