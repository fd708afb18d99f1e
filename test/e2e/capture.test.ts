/** From bytes on a wire to a capsule, to a replay that nobody takes for a patient, to a test case: by the built programs. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Running, run, up } from '../support/daemon.ts';
import { freePort } from '../support/free-port.ts';
import { temporaryFolder } from '../support/services.ts';

const folder = temporaryFolder();
const running: Running[] = [];
const start = (program: Parameters<typeof run>[0], args: string[]) => {
  const started = run(program, args, folder.path);
  running.push(started);
  return started;
};
/** Runs to its end: exit code and everything it said. */
async function hai(...args: string[]): Promise<{ code: number | string | null; output: string }> {
  const program = run('src/cli/main.js', args, folder.path);
  const code = await new Promise<number | null>((done) => program.child.once('exit', done));
  return { code, output: program.output() };
}

// Many programs are started, one after the other.
describe('an incident', { timeout: 180_000 }, () => {
  let page = '';
  beforeAll(async () => {
    const simulator = start('simulator/main.js', [
      '--tcp',
      '127.0.0.1:0',
      '--json',
      '--seed',
      '5',
      '--fault',
      'bit-flip:0.1',
    ]);
    const [, url] = await simulator.line(/"url":"(tcp:[^"]+)"/);
    const [http, broker] = [await freePort(), await freePort()];
    page = `http://127.0.0.1:${http}`;
    const config = {
      links: [{ url }],
      http: { listen: `127.0.0.1:${http}` },
      mqtt: { embeddedPort: broker },
      capture: { folder: 'captures' },
    };
    const daemon = up(folder.path, config);
    running.push(daemon);
    await daemon.line(/Page/, 60_000);
    await eventually(
      'readings and faults',
      async () => {
        const [station] = (await (await fetch(`${page}/api/v1/stations`)).json()) as {
          faults: number;
          rateHz: number;
        }[];
        return station && station.faults > 2 && station.rateHz > 5;
      },
      60_000,
    );
  });
  afterAll(async () => {
    await Promise.all(running.map((one) => one.end()));
    folder.remove();
  });

  it('is saved by one command, for this user alone, and decoded', async () => {
    const saved = await hai('capsule', 'SIM-0001', '--url', page, '--out', 'incident.capsule.gz');
    expect(saved).toMatchObject({ code: 0 });
    const decoded = await hai('decode', 'incident.capsule.gz');
    expect(decoded.code).toBe(0);
    expect(decoded.output).toMatch(/# incident capsule of station SIM-0001, by hai-bridge/);
    expect(decoded.output).toMatch(/ > CMD {2}\d+ identify, host speaks up to 1\.1/);
    expect(decoded.output).toMatch(/ < TEL {2}reservoirVolume [\d.]+ mL, lineFlow -?[\d.]+ mL\/min, linePressure /);
    expect(decoded.output).toMatch(/ < bad-checksum .*\| \S+/);
    expect(decoded.output).toMatch(/ > SMP imageState request/);
    expect(decoded.output).toMatch(/"configHash": "[0-9a-f]{64}"/);
  });

  it('is a file of the API too, and refused by name when nobody is there', async () => {
    const answer = await fetch(`${page}/api/v1/capsule?station=SIM-0001`);
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="SIM-0001-\d{8}T\d{6}Z\.capsule\.gz"$/,
    );
    expect(new Uint8Array(await answer.arrayBuffer()).slice(0, 2)).toEqual(new Uint8Array([0x1f, 0x8b]));
    const unknown = await fetch(`${page}/api/v1/capsule?station=NOBODY`);
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ error: { code: 'unknown-station' } });
  });

  it('plays again in a daemon of its own, marked as simulated on page and MQTT', async () => {
    const replay = start('src/cli/main.js', ['replay', 'incident.capsule.gz', '--stay']);
    const [, where] = await replay.line(/Page {4}(\S+)/, 60_000);
    const [, broker] = await replay.line(/Broker {2}(\S+)/);
    const client: MqttClient = await connectAsync(broker as string);
    const live = new Promise<{ flags: string[] }>((done) => {
      client.on('message', (_topic, payload) => done(JSON.parse(payload.toString())));
    });
    await client.subscribeAsync('hai/v1/replay/REPLAY-SIM-0001/live');
    expect((await live).flags).toContain('simulated');
    await client.endAsync();
    const [station] = (await (await fetch(`${where}/api/v1/stations`)).json()) as object[];
    expect(station).toMatchObject({ station: 'REPLAY-SIM-0001', simulated: true });
    await replay.line(/Played \d+ s/, 120_000);
    expect(await replay.end()).toBe(0);
  });

  it('plays to another daemon as a device server', async () => {
    const server = start('src/cli/main.js', ['replay', 'incident.capsule.gz', '--serve', '127.0.0.1:0']);
    const [, url] = await server.line(/(tcp:\/\/127\.0\.0\.1:\d+)/, 60_000);
    const other = temporaryFolder();
    const http = await freePort();
    const daemon = up(other.path, {
      links: [{ url }],
      http: { listen: `127.0.0.1:${http}` },
      mqtt: { embeddedPort: 0 },
    });
    try {
      const station = await eventually(
        'the replayed station',
        async () => {
          const answer = await fetch(`http://127.0.0.1:${http}/api/v1/stations`).catch(() => null);
          const [first] = ((await answer?.json()) ?? []) as { station: string | null }[];
          return first?.station ? first : null;
        },
        60_000,
      );
      expect(station).toMatchObject({ station: 'REPLAY-SIM-0001', simulated: true });
    } finally {
      await daemon.end();
      other.remove();
    }
  });

  it('is a test case that fails, with what was wrong', async () => {
    expect((await hai('capsule', 'open', 'incident.capsule.gz', '--out', 'case')).code).toBe(0);
    const checked = await hai('capsule', 'check', 'case');
    expect(checked.code).toBe(1);
    expect(checked.output).toMatch(/bad-checksum: expected 0, were \d+/);
  });

  it('is like itself, by fidelity, and wrong usage is said with exit code 2', async () => {
    const same = await hai('fidelity', 'incident.capsule.gz', 'incident.capsule.gz');
    expect(same).toMatchObject({ code: 0, output: expect.stringMatching(/agree within the limits/) });
    expect(await hai('decode', 'hai-bridge.yaml')).toMatchObject({
      code: 2,
      output: expect.stringMatching(/is no capture/),
    });
    expect(readdirSync(join(folder.path, 'captures'))).toEqual([expect.stringMatching(/^hai-.*\.capture\.jsonl$/)]);
  });
});
