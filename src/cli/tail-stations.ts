/** What `tail` knows of the stations, from the event stream. Everything that comes in is checked. */
import { z } from 'zod';
import type { StreamEvent } from './event-stream.ts';

const latest = z.object({
  ageMs: z.number(),
  atUtcMs: z.number(),
  values: z.array(z.number().nullable()).max(64),
  flags: z.array(z.string()).max(32),
});
const station = z.object({
  key: z.string(),
  station: z.string().nullable(),
  link: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  simulated: z.boolean(),
  latest: latest.nullable(),
});
const hello = z.object({
  version: z.string(),
  site: z.string(),
  runId: z.string(),
  expiryMs: z.number(),
  channels: z.array(z.object({ name: z.string(), unit: z.string(), decimals: z.int().min(0).max(9) })).max(64),
});
const PAYLOADS = { hello, fleet: z.array(station).max(10_000), station, readings: z.record(z.string(), latest) };

export type Hello = z.infer<typeof hello>;
export type StationView = z.infer<typeof station>;
export interface Row extends StationView {
  /** Monotonic ms at which `latest` came in: its age grows from there. */
  readonly latestAtMs: number;
}

/** Which rows an event changed; `said` events are worth a line where lines are not updated in place. */
export interface Change {
  readonly key: string;
  readonly what: 'state' | 'reading';
}

export class TailStations {
  hello: Hello | null = null;
  readonly rows = new Map<string, Row>();
  /** Events of a known name that did not look as they should: counted, not used. */
  unreadable = 0;

  /** Takes one event in; `nowMs` is monotonic. */
  take({ event, data }: StreamEvent, nowMs: number): Change[] {
    const payload = this.#parse(event, data);
    if (payload === null) return [];
    switch (payload.event) {
      case 'hello':
        this.hello = payload.data;
        return [];
      case 'fleet': {
        const changes = payload.data.flatMap((view) => this.#station(view, nowMs));
        const keys = new Set(payload.data.map((view) => view.key));
        for (const key of this.rows.keys()) if (!keys.has(key)) this.rows.delete(key);
        return changes;
      }
      case 'station':
        return this.#station(payload.data, nowMs);
      case 'readings':
        return Object.entries(payload.data).flatMap(([key, reading]): Change[] => {
          const row = this.rows.get(key);
          if (!row) return [];
          this.rows.set(key, { ...row, latest: reading, latestAtMs: nowMs });
          return [{ key, what: 'reading' }];
        });
    }
  }

  #station(view: StationView, nowMs: number): Change[] {
    const before = this.rows.get(view.key);
    this.rows.set(view.key, { ...view, latestAtMs: nowMs });
    const changed = before?.state !== view.state || before.reason !== view.reason || before.station !== view.station;
    return changed ? [{ key: view.key, what: 'state' }] : [];
  }

  #parse(event: string, data: string) {
    try {
      switch (event) {
        case 'hello':
          return { event, data: PAYLOADS.hello.parse(JSON.parse(data)) } as const;
        case 'fleet':
          return { event, data: PAYLOADS.fleet.parse(JSON.parse(data)) } as const;
        case 'station':
          return { event, data: PAYLOADS.station.parse(JSON.parse(data)) } as const;
        case 'readings':
          return { event, data: PAYLOADS.readings.parse(JSON.parse(data)) } as const;
        default:
          return null;
      }
    } catch {
      this.unreadable += 1;
      return null;
    }
  }
}
