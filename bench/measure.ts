/** What benches of the whole daemon look at from outside: its CPU time and memory, its page, its database. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Service, startInfluxd } from '../test/support/services.ts';

const composeFile = z.object({
  services: z.object({ influxdb: z.object({ environment: z.record(z.string(), z.string()) }) }),
});

/** InfluxDB with the environment that docker-compose.yml gives it. */
export function startDatabase(): Promise<Service> {
  const text = readFileSync(join(import.meta.dirname, '../docker-compose.yml'), 'utf8');
  return startInfluxd({ env: composeFile.parse(parse(text)).services.influxdb.environment });
}

/** Of one process since its start, in µs, from the kernel's accounting. */
export function cpuUs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticksPerSecond = 100;
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1e6;
}

export function rssMb(pid: number): number {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1024;
}

/** Latencies from the stations' clocks to the arrival of the page event, in ms. */
export async function watchPage(url: string, startedUtcMs: number): Promise<{ latencies: number[]; stop(): void }> {
  const abort = new AbortController();
  const response = await fetch(`${url}/api/v1/events`, { signal: abort.signal });
  const latencies: number[] = [];
  const read = async () => {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of response.body ?? []) {
      const now = Date.now();
      const blocks = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        if (!block.includes('event: readings')) continue;
        const data = block.slice(block.indexOf('data: ') + 6);
        for (const latest of Object.values(JSON.parse(data) as Record<string, { tickMs: number }>)) {
          latencies.push(now - startedUtcMs - latest.tickMs);
        }
      }
    }
  };
  read().catch(() => {});
  return { latencies, stop: () => abort.abort() };
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** `where`: a further condition, InfluxQL. */
export async function rowsOf(database: Service, station: string, where?: string): Promise<number> {
  const q = `SELECT COUNT("seq") FROM "telemetry" WHERE "station"='${station}'${where ? ` AND ${where}` : ''}`;
  const body = (await (await fetch(`${database.url}/query?db=hai&q=${encodeURIComponent(q)}`)).json()) as {
    results: { series?: { values: number[][] }[] }[];
  };
  return body.results[0]?.series?.[0]?.values[0]?.[1] ?? 0;
}
