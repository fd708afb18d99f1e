/** Reads the store back after a rig has ended, and judges what came of it. */
import type { Certificate } from '../certificate/certificate.ts';
import { certifyFromFiles } from '../certificate/certify-files.ts';
import type { Config } from '../config.ts';
import { silentLogger } from '../logger.ts';
import { createStore } from '../store/create.ts';
import type { Phase } from './course.ts';
import { CLOCK_STEP_MS } from './faults.ts';
import { heldIn } from './held.ts';
import { judge, newTally } from './judge.ts';
import type { Rig } from './rig.ts';
import type { Stall } from './stalls.ts';

export interface DrillRow {
  readonly fault: string;
  readonly lastedMs: number;
  /** Readings and events said to a daemon that knew the station. */
  readonly sent: number;
  readonly stored: number;
  readonly lost: number;
  /** Lost with a connection that was ended by force, no further back than the window. */
  readonly inWindow: number;
  /** Not taken in because the journal was full, and counted by the daemon: neither lost unseen nor stored. */
  readonly givenUp: number;
  readonly duplicates: number;
  readonly falseValues: number;
  /** From the end of the fault until all was well; `null`: not in time. */
  readonly recoveredMs: number | null;
  readonly verdict: 'ok' | 'failed';
}

export interface Examination {
  readonly version: string;
  readonly windowMs: number;
  readonly stalls: readonly Stall[];
  readonly signal: AbortSignal;
}

export interface Examined {
  readonly rows: readonly DrillRow[];
  readonly certificates: readonly Certificate[];
  readonly details: readonly string[];
}

const CERTIFICATE_PATIENCE_S = 10;

/** The daemon of the rig must have ended: an embedded store is its alone. */
export async function examine(rig: Rig, phases: readonly Phase[], about: Examination): Promise<Examined> {
  const { windowMs, stalls } = about;
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
    const certificates: Certificate[] = [];
    for (const station of [...stations].sort()) certificates.push(await certificateOf(config, station, about));
    return { rows: phases.map(rowOf), certificates, details };
  } finally {
    await store.close();
  }
}

export function rowOf({ fault, lastedMs, recoveredMs, givenUp, tally }: Phase): DrillRow {
  const { due, lostInside, lostOutside, holes, duplicates, falseValues } = tally;
  // A hole in the numbers is a loss that the ledger may not show, and a loss that nobody has counted is one, whatever
  // the daemon has given up: a message that was given up has used its number, so both counts must agree.
  const lost =
    givenUp === 0 ? Math.max(lostOutside, holes) : Math.abs(holes - givenUp) + Math.max(0, lostOutside - givenUp);
  const ok = due > 0 && lost === 0 && duplicates === 0 && falseValues === 0 && recoveredMs !== null;
  return {
    ...{ fault, lastedMs, sent: due, stored: due - lostInside - lostOutside, lost, inWindow: lostInside, givenUp },
    ...{ duplicates, falseValues, recoveredMs, verdict: ok ? 'ok' : 'failed' },
  };
}

function certificateOf(config: Config, station: string, { version, signal }: Examination): Promise<Certificate> {
  // Times given while the clock was ahead are still to come.
  const request = { station, fromMs: null, toMs: Date.now() + 2 * CLOCK_STEP_MS };
  const about = { version, nowMs: Date.now(), patience: CERTIFICATE_PATIENCE_S, notes: [], signal };
  return certifyFromFiles(config, request, about);
}
