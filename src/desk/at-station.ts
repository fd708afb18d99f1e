/** What the desk remembers of a station: enough to begin a refill there, and to say when something was done. */
import type { Reading } from '../../protocols/reading.ts';
import { FLAG } from '../../protocols/reading.ts';
import type { StationEvent, StationInfo, StationStatus } from '../station/model.ts';
import type { LaterInput } from './open-refill.ts';

interface Scan {
  readonly monotonicMs: number;
  readonly state: string;
  readonly data: string;
}

const MOST_SCANS = 10;
/** Scans from before belong to somebody else. */
const RECENT_MS = 10 * 60_000;

export class AtStation {
  status: StationStatus | null = null;
  latest: Reading | null = null;
  #info: StationInfo | null = null;
  #needle = 'unknown';
  #clamp = 'unknown';
  #scans: Scan[] = [];

  get info(): StationInfo | null {
    return this.#info;
  }

  get live(): boolean {
    return this.status?.state === 'live';
  }

  get simulated(): boolean {
    return this.#info?.identification.mode === 'simulated';
  }

  get clockTrusted(): boolean {
    return this.latest === null || (this.latest.flags & FLAG.clockUntrusted) === 0;
  }

  /** Of the run that speaks now. */
  get bootId(): string | null {
    return this.latest?.bootId ?? this.#info?.bootId ?? null;
  }

  identified(info: StationInfo): void {
    if (info.bootId !== this.#info?.bootId) {
      this.#needle = 'unknown';
      this.#clamp = 'unknown';
    }
    this.#info = info;
  }

  event({ source, state, data, received: { monotonicMs } }: StationEvent): void {
    if (source === 'needle') this.#needle = state;
    else if (source === 'clamp') this.#clamp = state;
    else if (source === 'scan') this.#scans = [...this.#scans, { monotonicMs, state, data }].slice(-MOST_SCANS);
  }

  /** A refill has ended here: what was scanned belongs to it. */
  forgetScans(): void {
    this.#scans = [];
  }

  /**
   * What a refill that begins now has missed: where needle and clamp are, and what was scanned just before, since a pump is
   * often found in the register by its scan.
   */
  missed(nowMs: number): LaterInput[] {
    const scans = this.#scans.filter(({ monotonicMs }) => nowMs - monotonicMs <= RECENT_MS);
    this.#scans = [];
    const known = (source: string, state: string): LaterInput[] =>
      state === 'unknown' ? [] : [{ kind: 'station', source, state, data: '' }];
    return [
      ...known('clamp', this.#clamp),
      ...known('needle', this.#needle),
      ...scans.map(({ state, data }): LaterInput => ({ kind: 'station', source: 'scan', state, data })),
    ];
  }
}
