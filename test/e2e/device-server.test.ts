/** A serial device server as clinics have them: Debian's ser2net offers a station's port over raw TCP. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Running, run, up } from '../support/daemon.ts';
import { freePort } from '../support/free-port.ts';
import { find, listening, temporaryFolder } from '../support/services.ts';
import { available } from '../support/what-was-not-tested.ts';

describe.skipIf(!available('a station behind a serial device server', 'ser2net', 'socat'))('behind ser2net', () => {
  const folder = temporaryFolder();
  let simulator: Running;
  let daemon: Running;
  let server: ChildProcess;
  let port = 0;
  let url = '';

  const startServer = async () => {
    server = spawn(find('ser2net') ?? '', ['-n', '-d', '-c', join(folder.path, 'ser2net.yaml')], { stdio: 'ignore' });
    await listening(port);
  };
  const station = async () => {
    const stations = (await (await fetch(`${url}/api/v1/stations`)).json()) as {
      station: string | null;
      state: string;
      reason: string | null;
      link: string;
    }[];
    return stations[0];
  };

  beforeAll(async () => {
    const ports = join(folder.path, 'ports');
    simulator = run('simulator/main.js', ['--pty', ports, '--json']);
    await simulator.line(/"ready":true/);
    port = await freePort();
    writeFileSync(
      join(folder.path, 'ser2net.yaml'),
      `connection: &station
  accepter: tcp,127.0.0.1,${port}
  connector: serialdev,${join(ports, 'station-01')},115200n81,local
  options:
    kickolduser: true
`,
    );
    await startServer();
    daemon = up(folder.path, {
      data: join(folder.path, 'data'),
      links: [{ url: `tcp://127.0.0.1:${port}` }],
      mqtt: { embeddedPort: 0 },
      http: { listen: '127.0.0.1:0' },
    });
    url = (await daemon.line(/Page\s+(http:\/\/127\.0\.0\.1:\d+)/))[1] ?? '';
  });

  afterAll(async () => {
    await daemon?.end();
    server?.kill('SIGKILL');
    await simulator?.end();
    folder.remove();
  });

  it('is identified and read', async () => {
    await eventually('the station is live', async () => (await station())?.state === 'live');
    expect(await station()).toMatchObject({ station: 'SIM-0001', link: `tcp://127.0.0.1:${port}`, reason: null });
  });

  it('says that the server is gone and what to do, and is live again when it is back', async () => {
    server.kill('SIGKILL');
    const gone = await eventually('the loss is said', async () => {
      const now = await station();
      return now?.state === 'live' ? null : now;
    });
    expect(gone.reason).toBeTruthy();
    await startServer();
    await eventually('the station is live again', async () => (await station())?.state === 'live');
  });
});
