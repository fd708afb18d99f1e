import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emptyFolder, type Running, start, until } from '../support/cli.ts';

/** Command lines of all processes that were started with this TMPDIR: a demonstration and all its children. */
function processesOf(tmp: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return environment.includes(`TMPDIR=${tmp}`) && command !== '' ? [`${pid} ${command}`] : [];
      } catch {
        return [];
      }
    });
}

describe.skipIf(process.platform !== 'linux')('up --demo', () => {
  const ready = (demo: Running) =>
    until(() => {
      expect(demo.err()).toBe('');
      expect(demo.out()).toMatch(/Page {4}http:.*\n[\s\S]*leaves nothing behind\.\n/);
    });
  const pageOf = (demo: Running) => /Page {4}(http\S+)/.exec(demo.out())?.[1] ?? '';

  async function nothingLeft(tmp: string): Promise<void> {
    await until(() => expect(processesOf(tmp)).toEqual([]), 5000);
    expect(readdirSync(tmp)).toEqual([]);
  }

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'shows live stations, and leaves nothing behind after %s',
    async (signal) => {
      const cwd = emptyFolder();
      const tmp = emptyFolder();
      const demo = start(['up', '--demo'], { cwd, env: { TMPDIR: tmp } });
      await ready(demo);
      expect(demo.out()).toMatch(/mosquitto_sub -h 127\.0\.0\.1 -p \d+ -t 'hai\/v1\/demo\/#' -v/);
      await until(async () => {
        const stations = await (await fetch(`${pageOf(demo)}/api/v1/stations`)).text();
        expect(stations.match(/"state":"live"/g)?.length).toBeGreaterThanOrEqual(3);
      });
      expect(processesOf(tmp).length).toBeGreaterThan(1);
      demo.child.kill(signal);
      expect(await demo.exit).toBe(0);
      await nothingLeft(tmp);
      expect(readdirSync(cwd)).toEqual([]);
    },
  );

  it('takes Ctrl-C as one stop when a wrapper passes it on a second time', async () => {
    const tmp = emptyFolder();
    const demo = start(['up', '--demo'], { env: { TMPDIR: tmp } });
    await ready(demo);
    demo.child.kill('SIGINT');
    demo.child.kill('SIGINT');
    expect(await demo.exit).toBe(0);
    await nothingLeft(tmp);
  });

  it('says so and ends with 1 when the simulator dies', async () => {
    const tmp = emptyFolder();
    const demo = start(['up', '--demo'], { env: { TMPDIR: tmp } });
    await ready(demo);
    const simulator = processesOf(tmp).find((p) => p.includes('simulator/main'));
    process.kill(Number.parseInt(simulator ?? '', 10), 'SIGKILL');
    expect(await demo.exit).toBe(1);
    expect(demo.err()).toMatch(/the simulator ended \(SIGKILL\)/);
    await nothingLeft(tmp);
  });

  it('two at once: the second takes the next free ports and says so', async () => {
    const first = start(['up', '--demo'], { env: { TMPDIR: emptyFolder() } });
    await ready(first);
    const second = start(['up', '--demo'], { env: { TMPDIR: emptyFolder() } });
    await ready(second);
    expect(second.out()).toMatch(/\(port 8470 is taken, so the page is on \d+\)/);
    expect(second.out()).toMatch(/\(port 1883 is taken, so the broker is on \d+\)/);
    expect(pageOf(second)).not.toBe(pageOf(first));
    for (const demo of [first, second]) demo.child.kill('SIGTERM');
    expect(await Promise.all([first.exit, second.exit])).toEqual([0, 0]);
  });
});
