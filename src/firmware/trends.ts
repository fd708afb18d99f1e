/** How every station does, kept for as long as a rollout may ask. */
import type { Bus } from '../bus.ts';
import { HealthTrend, type Trend } from './rollout/trend.ts';

export class Trends {
  readonly #stations = new Map<string, HealthTrend>();

  /** Returns the function that ends it. `monotonicMs`: the clock of what is asked for later. */
  watch(bus: Bus, monotonicMs: () => number): () => void {
    return bus.on('health', ({ station, counters, tickDriftMs }) => {
      let trend = this.#stations.get(station);
      if (trend === undefined) {
        trend = new HealthTrend();
        this.#stations.set(station, trend);
      }
      trend.take({
        atMs: monotonicMs(),
        lines: counters.lines,
        badChecksums: counters.faults['bad-checksum'],
        reboots: counters.reboots,
        tickDriftMs,
      });
    });
  }

  between(station: string, fromMs: number, toMs: number): Trend | null {
    return this.#stations.get(station)?.between(fromMs, toMs) ?? null;
  }
}
