/** How well a station has done over a stretch of time: what an update must not make worse. */

export interface HealthSample {
  /** Monotonic ms. */
  readonly atMs: number;
  readonly lines: number;
  readonly badChecksums: number;
  readonly reboots: number;
  /** Since the station was last identified; `null` when not known. */
  readonly tickDriftMs: number | null;
}

/** Over a stretch of `seconds`. */
export interface Trend {
  readonly seconds: number;
  readonly lines: number;
  /** Share of the lines that came with a wrong checksum. */
  readonly crcErrorRate: number;
  readonly restarts: number;
  /** Of the station's clock against the host's, parts per million; `null` when the stretch is too short to say. */
  readonly driftPpm: number | null;
}

const EVERY_MS = 5000;
const KEPT_MS = 30 * 60_000;
/** Below this, the delays of the line look like drift. */
const SHORTEST_FOR_DRIFT_S = 60;

export class HealthTrend {
  readonly #samples: HealthSample[] = [];

  take(sample: HealthSample): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && sample.atMs - last.atMs < EVERY_MS) return;
    this.#samples.push(sample);
    while ((this.#samples[0]?.atMs ?? 0) < sample.atMs - KEPT_MS) this.#samples.shift();
  }

  /** `null` when there are no two samples between the two times. */
  between(fromMs: number, toMs: number): Trend | null {
    const inside = this.#samples.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
    const [first, last] = [inside[0], inside.at(-1)];
    if (first === undefined || last === undefined || first === last) return null;
    const seconds = (last.atMs - first.atMs) / 1000;
    const good = last.lines - first.lines;
    const bad = last.badChecksums - first.badChecksums;
    return {
      seconds,
      lines: good + bad,
      crcErrorRate: good + bad === 0 ? 0 : bad / (good + bad),
      restarts: last.reboots - first.reboots,
      driftPpm: drift(inside, seconds),
    };
  }
}

/** A restart in between begins the drift anew, and leaves nothing to compare. */
function drift(samples: readonly HealthSample[], seconds: number): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (seconds < SHORTEST_FOR_DRIFT_S || first?.reboots !== last?.reboots) return null;
  const [from, to] = [first?.tickDriftMs ?? null, last?.tickDriftMs ?? null];
  return from === null || to === null ? null : (1000 * (to - from)) / seconds;
}

export interface Worsening {
  readonly code: 'crc-errors' | 'restarts' | 'drift';
  readonly detail: string;
}

const HARMLESS_CRC_RATE = 0.005;
const HARMLESS_DRIFT_PPM = 300;
const FEWEST_LINES = 200;
/** How many times as bad as before is worse. */
const FACTOR = 3;

/** `before` `null`: nothing is known of it, so only what is bad in itself counts. */
export function worse(before: Trend | null, after: Trend): Worsening | null {
  const allowedCrc = Math.max(HARMLESS_CRC_RATE, FACTOR * (before?.crcErrorRate ?? 0));
  if (after.lines >= FEWEST_LINES && after.crcErrorRate > allowedCrc) {
    return {
      code: 'crc-errors',
      detail: `${percent(after.crcErrorRate)} of its lines arrive damaged, ${percent(before?.crcErrorRate ?? 0)} before`,
    };
  }
  const restartsBefore = before === null ? 0 : (before.restarts * after.seconds) / before.seconds;
  if (after.restarts > Math.ceil(restartsBefore)) {
    return {
      code: 'restarts',
      detail: `it has restarted ${after.restarts === 1 ? 'once' : `${after.restarts} times`} since the update`,
    };
  }
  const ppm = Math.abs(after.driftPpm ?? 0);
  if (ppm > Math.max(HARMLESS_DRIFT_PPM, FACTOR * Math.abs(before?.driftPpm ?? 0))) {
    return { code: 'drift', detail: `its clock drifts by ${Math.round(ppm)} ppm` };
  }
  return null;
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
