/**
 * What the database takes by itself: finished bodies of line protocol, posted by a client that does nothing else. No way
 * from a journal to its rows can be faster than this on the same machine.
 */
import http from 'node:http';
import { CHANNELS } from '../protocols/reading.ts';
import { AsciiWriter } from '../src/ascii-writer.ts';
import { lineBodies } from '../src/store/influx-lines.ts';
import type { StoredRow } from '../src/store/port.ts';
import type { Service } from '../test/support/services.ts';
import { startDatabase } from './measure.ts';

const ROWS = 200_000;
/** What InfluxDB's own documentation recommends for a write. */
const ROWS_PER_BODY = 5000;
const STATIONS = 8;
const AT_ONCE = 2;
const BEGAN_NS = 1_767_225_600_000_000_000n;

function bodies(): Buffer[] {
  const out = new AsciiWriter();
  const values = CHANNELS.map((c) => (c.min + c.max) / 2);
  return Array.from({ length: ROWS / ROWS_PER_BODY }, (_, k) => {
    const before = Math.floor(k / STATIONS) * ROWS_PER_BODY;
    const rows = Array.from({ length: ROWS_PER_BODY }, (_, i): StoredRow => {
      const n = before + i;
      return {
        station: `SIM-000${(k % STATIONS) + 1}`,
        epoch: 1,
        seq: n + 1,
        timeNs: BEGAN_NS + BigInt(n) * 4_000_000n,
        deviceTickMs: n * 4,
        lineSeq: n,
        flags: 0,
        values: values.map((v) => v + (n % 70) / 100),
      };
    });
    return Buffer.from([...lineBodies({ site: 'bench', rows, events: [] }, 'kept', out)].join('\n'));
  });
}

function post(server: Service, agent: http.Agent, path: string, body: Buffer): Promise<void> {
  return new Promise((done, fail) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length };
    const request = http.request(new URL(path, server.url), { method: 'POST', agent, headers }, (answer) => {
      const { statusCode = 0 } = answer;
      answer.resume().on('end', () => (statusCode < 300 ? done() : fail(new Error(`InfluxDB answers ${statusCode}`))));
    });
    request.on('error', fail).end(body);
  });
}

/** Rows a second. */
export async function benchInfluxAlone(): Promise<number> {
  const server = await startDatabase();
  const agent = new http.Agent({ keepAlive: true });
  try {
    await post(server, agent, '/query', Buffer.from('q=CREATE+DATABASE+hai'));
    const waiting = bodies();
    const startMs = performance.now();
    const sender = async () => {
      for (let body = waiting.pop(); body !== undefined; body = waiting.pop())
        await post(server, agent, '/write?db=hai&precision=ns', body);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
    return ROWS / ((performance.now() - startMs) / 1000);
  } finally {
    agent.destroy();
    await server.stop();
  }
}
