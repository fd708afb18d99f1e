/** From the start of `up --demo` (already built) to the first reading that a page could show. */
import { eventually, run } from '../test/support/daemon.ts';

/** In ms. */
export async function benchDemoStart(): Promise<number> {
  const began = performance.now();
  const demo = run('src/cli/main.js', ['up', '--demo']);
  try {
    const url = (await demo.line(/Page\s+(http:\/\/127\.0\.0\.1:\d+)/))[1];
    await eventually('a first reading', async () => {
      const stations = (await (await fetch(`${url}/api/v1/stations`)).json()) as { latest: unknown }[];
      return stations.some((station) => station.latest !== null);
    });
    return performance.now() - began;
  } finally {
    await demo.end();
  }
}
