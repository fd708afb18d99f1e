/**
 * From the instrument's clock to pixels: simulator on a PTY, the built daemon, the page in a real browser. A value counts
 * as shown when the frame that drew it has been painted. All on one machine, so that one clock measures both ends.
 *
 *   npx tsx bench/pixels.ts [seconds] [rate]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../test/support/browser.ts';
import { eventually, type Running, run, up } from '../test/support/daemon.ts';

export interface PixelsResult {
  readonly shown: number;
  readonly framesPerS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Within the page: notes each new reading that has been painted, as [device tick, UTC ms]. */
const WATCH = `
  const seen = [];
  const counts = { frames: 0, seen };
  Object.assign(window, { counts });
  let last = '';
  const painted = new MessageChannel();
  painted.port1.onmessage = ({ data }) => seen.push([data, Date.now()]);
  const frame = () => {
    counts.frames += 1;
    const tick = document.querySelector('[data-channel=linePressure][data-tick]')?.dataset.tick ?? '';
    if (tick !== last) {
      last = tick;
      // Within a frame's callbacks nothing is painted yet; a message posted here arrives behind the painting.
      if (tick !== '') painted.port2.postMessage(Number(tick));
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
`;

async function watched(page: Page, seconds: number): Promise<{ frames: number; seen: [number, number][] }> {
  await page.waitForTimeout(3000);
  await page.evaluate(WATCH);
  await page.waitForTimeout(seconds * 1000);
  return page.evaluate(() => (window as unknown as { counts: { frames: number; seen: [number, number][] } }).counts);
}

export async function benchPixels({ seconds = 20, rateHz = 10 } = {}): Promise<PixelsResult> {
  const folder = mkdtempSync(join(tmpdir(), 'hai-bench-'));
  const ports = join(folder, 'ports');
  let simulator: Running | null = null;
  let daemon: Running | null = null;
  const browser = await launchBrowser();
  try {
    const args = ['--pty', ports, '--seed', '1', '--rate', String(rateHz), '--scenario', 'nominal-refill', '--json'];
    simulator = run('simulator/main.js', args);
    const startedMs = Number((await simulator.line(/"startedUtcMs":(\d+)/))[1]);
    daemon = up(folder, {
      site: 'bench',
      data: join(folder, 'data'),
      links: [{ url: join(ports, 'station-01') }],
      http: { listen: '127.0.0.1:0' },
      log: { level: 'warn' },
    });
    const url = (await daemon.line(/Page\s+(http:\/\/127\.0\.0\.1:\d+)/))[1] ?? '';
    const station = await eventually('the station to be live', async () => {
      const list = (await (await fetch(`${url}/api/v1/stations`)).json()) as { station: string; state: string }[];
      return list.find(({ state }) => state === 'live')?.station;
    });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(`${url}/#/station/${station}`);
    await page.locator('[data-channel=linePressure][data-tick]').waitFor();
    const { frames, seen } = await watched(page, seconds);
    const latencies = seen.map(([tick, utcMs]) => utcMs - startedMs - tick).sort((a, b) => a - b);
    const at = (share: number) =>
      latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
    return { shown: latencies.length, framesPerS: frames / seconds, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
  } finally {
    await browser.close();
    await daemon?.end();
    await simulator?.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const [seconds = '20', rateHz = '10'] = process.argv.slice(2);
  console.table(await benchPixels({ seconds: Number(seconds), rateHz: Number(rateHz) }));
}
