/** What a daemon has recorded of several stations, as the target of a scenario. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScenarioResult } from '../../src/hil/run-scenario.ts';
import { eventually, run, up } from '../support/daemon.ts';
import { freePort } from '../support/free-port.ts';
import { temporaryFolder } from '../support/services.ts';

const folder = temporaryFolder();
let capture = '';

beforeAll(async () => {
  const args = ['--tcp', '127.0.0.1:0', '--json', '--stations', '2', '--seed', '5', '--scenario', 'idle'];
  const simulator = run('simulator/main.js', args, folder.path);
  await simulator.line(/"ready":true/);
  const links = [...simulator.output().matchAll(/"url":"(tcp:[^"]+)"/g)].map(([, url]) => ({ url }));
  const http = await freePort();
  const daemon = up(folder.path, {
    links,
    http: { listen: `127.0.0.1:${http}` },
    mqtt: { embeddedPort: await freePort() },
    capture: { folder: 'captures' },
  });
  await daemon.line(/Page/, 60_000);
  await eventually(
    'readings of both',
    async () => {
      const answer = await fetch(`http://127.0.0.1:${http}/api/v1/stations`);
      const stations = (await answer.json()) as { rateHz: number }[];
      return stations.length === 2 && stations.every(({ rateHz }) => rateHz > 5);
    },
    60_000,
  );
  await daemon.end();
  await simulator.end();
  capture = join('captures', readdirSync(join(folder.path, 'captures'))[0] as string);
}, 120_000);
afterAll(() => folder.remove());

const scenarioOf = (stations: number) => `scenario: recorded-${stations}
about: x
setup: { stations: [${Array(stations).fill('{ plays: idle, visits: 0 }').join(', ')}] }
expect:
  - { on: 1, stored: { rows: "> 5" }, requirement: REQ-KEEP-04 }
  - { on: ${stations}, stored: { rows: "> 5" }, requirement: REQ-KEEP-04 }
  - { on: ${stations}, status: { state: live, within: 4 s }, requirement: REQ-WIRE-01 }
`;

async function hil(stations: number) {
  const file = `recorded-${stations}.yaml`;
  writeFileSync(join(folder.path, file), scenarioOf(stations));
  const args = ['hil', 'run', file, '--target', `replay:${capture}`, '--json', 'results.json'];
  const program = run('src/cli/main.js', args, folder.path);
  const code = await new Promise<number | null>((done) => program.child.once('exit', done));
  const results = () => JSON.parse(readFileSync(join(folder.path, 'results.json'), 'utf8')) as ScenarioResult[];
  return { code, output: program.output(), results };
}

describe('a recording of two stations as target', { timeout: 60_000 }, () => {
  it('is judged station by station, in the order of its links', async () => {
    const { code, output, results } = await hil(2);
    expect(code, output).toBe(0);
    expect(results()[0]?.curves.map(({ station }) => station)).toEqual(['REPLAY-SIM-0001', 'REPLAY-SIM-0002']);
  });

  it('is played whole for a scenario of one of them', async () => {
    const { code, output, results } = await hil(1);
    expect(code, output).toBe(0);
    expect(results()[0]?.curves).toHaveLength(2);
  });

  it('is refused in one sentence for a scenario of three', async () => {
    const { code, output } = await hil(3);
    expect(code).toBe(2);
    expect(output.trim()).toBe('recorded-3.yaml: 3 stations: the capture has 2');
  });
});
