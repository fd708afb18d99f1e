/**
 * From the instrument's clock to pixels: simulator on a PTY, the built daemon, the page in a real browser. A value counts
 * as shown when the frame that drew it has been painted. All on one machine, so that one clock measures both ends. On the
 * page of a station, or on the bedside page in the middle of a refill, where the level goes through the engine, too.
 *
 *   npx tsx bench/pixels.ts [seconds] [rate] [station|bedside]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

const VIEWS = ['station', 'bedside'] as const;
export type View = (typeof VIEWS)[number];
const PUMP = 'P0042';

/** What is looked at: its element, and the attribute that says from when the value is. */
const LOOKED_AT = {
  reading: { element: '[data-channel=linePressure][data-tick]', from: 'tick' },
  level: { element: '.bedside-level [data-at]', from: 'at' },
} as const;
type LookedAt = keyof typeof LOOKED_AT;

interface Counts {
  readonly frames: number;
  /** When the value is from, by its own clock; and UTC ms at which it was painted. */
  readonly seen: Readonly<Record<LookedAt, readonly (readonly [number, number])[]>>;
}

/** Within the page: notes each new value that has been painted. */
const WATCH = `
  const looked = ${JSON.stringify(LOOKED_AT)};
  const counts = { frames: 0, seen: { reading: [], level: [] } };
  Object.assign(window, { counts });
  const last = {};
  const painted = new MessageChannel();
  painted.port1.onmessage = ({ data: [name, from] }) => counts.seen[name].push([from, Date.now()]);
  const frame = () => {
    counts.frames += 1;
    for (const [name, { element, from }] of Object.entries(looked)) {
      const now = document.querySelector(element)?.dataset[from] ?? '';
      if (now === last[name]) continue;
      last[name] = now;
      // Within a frame's callbacks nothing is painted yet; a message posted here arrives behind the painting.
      if (now !== '') painted.port2.postMessage([name, Number(now)]);
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
`;

async function watched(page: Page, seconds: number): Promise<Counts> {
  await page.waitForTimeout(3000);
  await page.evaluate(WATCH);
  await page.waitForTimeout(seconds * 1000);
  return page.evaluate(() => (window as unknown as { counts: Counts }).counts);
}

/** Registers a pump and begins its refill. */
async function beginRefill(url: string, station: string): Promise<void> {
  const send = async (method: string, path: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/api/v1/${path}`, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  };
  const fill = { atMs: Date.now() - 14 * 86_400_000, filledMl: 30, residualMl: null, actualFlow: null };
  const pump = { model: 'codman-3000-30', serial: PUMP, udi: null, labelFlowMlPerDay: 1.3, patientRef: null };
  await send('PUT', `pumps/${PUMP}`, { by: 'bench', ...pump, fills: [fill] });
  const codes = { expectedPumpUdi: null, expectedDrugCode: null, lot: null, concentrationMgPerMl: null };
  const order = { fillMl: 30, drug: 'saline', densityGPerMl: 1.005, needleGauge: '22G', ...codes };
  const context = { feverDays: 0, feverCel: null, homeAltitudeM: 0, flightHours: 0 };
  await send('POST', `stations/${station}/refill`, { by: 'bench', pump: PUMP, order, context });
}

function resultOf(latencies: number[], framesPerS: number): PixelsResult {
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
  return { shown: latencies.length, framesPerS, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

export async function benchPixels({
  seconds = 20,
  rateHz = 10,
  view = 'station' as View,
} = {}): Promise<Partial<Record<LookedAt, PixelsResult>>> {
  const folder = mkdtempSync(join(tmpdir(), 'hai-bench-'));
  const ports = join(folder, 'ports');
  let simulator: Running | null = null;
  let daemon: Running | null = null;
  const browser = await launchBrowser();
  try {
    const cast = join(folder, 'cast.json');
    // At the bedside: ten seconds before the needle goes in, so that there is a drain to look at.
    const startAtS = view === 'bedside' ? 210 : 0;
    writeFileSync(cast, JSON.stringify({ stations: [{ plays: 'nominal-refill', startAtS }] }));
    const args = ['--pty', ports, '--seed', '1', '--rate', String(rateHz), '--cast', cast, '--json'];
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
    if (view === 'bedside') await beginRefill(url, station);
    await page.goto(`${url}/#/${view}/${station}`);
    await page.locator(LOOKED_AT.reading.element).waitFor();
    const { frames, seen } = await watched(page, seconds);
    // Ticks count from the station's start; a level carries the host's time of the reading it was made of.
    const reading = seen.reading.map(([tick, utcMs]) => utcMs - startedMs - tick);
    const level = seen.level.map(([atMs, utcMs]) => utcMs - atMs);
    return {
      reading: resultOf(reading, frames / seconds),
      ...(view === 'bedside' && { level: resultOf(level, frames / seconds) }),
    };
  } finally {
    await browser.close();
    await daemon?.end();
    await simulator?.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const [seconds = '20', rateHz = '10', view = 'station'] = process.argv.slice(2);
  const known = VIEWS.find((each) => each === view);
  if (known === undefined) throw new RangeError(`${view}: known are ${VIEWS.join(', ')}`);
  console.table(await benchPixels({ seconds: Number(seconds), rateHz: Number(rateHz), view: known }));
}
