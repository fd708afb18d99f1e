/** What the desk remembers of a station: enough to begin a refill there and to say when something was done. */
import type { Reading } from '../../protocols/reading.ts';
import { FLAG } from '../../protocols/reading.ts';
import type { StationInfo, StationStatus } from '../station/model.ts';

export class AtStation {
  info: StationInfo | null = null;
  status: StationStatus | null = null;
  latest: Reading | null = null;

  get live(): boolean {
    return this.status?.state === 'live';
  }

  get simulated(): boolean {
    return this.info?.identification.mode === 'simulated';
  }

  get clockTrusted(): boolean {
    return this.latest === null || (this.latest.flags & FLAG.clockUntrusted) === 0;
  }

  /** Of the run that speaks now. */
  get bootId(): string | null {
    return this.latest?.bootId ?? this.info?.bootId ?? null;
  }
}
