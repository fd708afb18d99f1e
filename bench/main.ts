/**
 * npm run bench [-- PART ...]: what a reading costs on its way, part by part and as a whole, each against a baseline
 * stated in the same run. Figures depend on the machine; ratios travel better.
 */
import { cpus } from 'node:os';
import { find, type Program } from '../test/support/services.ts';
import { benchBackfill } from './backfill.ts';
import { benchChain } from './chain.ts';
import { benchDecode } from './decode.ts';
import { benchDemoStart } from './demo-start.ts';
import { BAUD, benchFirmware, IMAGE_BYTES, MEASURED_S } from './firmware.ts';
import { benchInfluxAlone } from './influx-alone.ts';
import { benchIngest } from './ingest.ts';
import { benchPixels } from './pixels.ts';
import { benchPublish } from './publish.ts';
import { benchStore } from './store.ts';
import { benchWeb } from './web.ts';

const say = (text: string) => console.log(text);
const us = (value: number) => `${value.toFixed(2)} µs`;
const ms = (value: number) => `${value.toFixed(0)} ms`;
const whole = (value: number) => Math.round(value).toLocaleString('en');

/** The usual way of a line (ReadlineParser, split, one zod object, no checksum): the unit all ratios are given in. */
let usualUs = Number.NaN;
const inUsual = (costUs: number) => `${(costUs / usualUs).toFixed(2)}x the usual line`;

async function decode(): Promise<void> {
  say('\nDecode: one telemetry line from bytes to values');
  for (const { name, nsPerOp, timesFaster } of await benchDecode()) {
    if (Number.isNaN(usualUs)) usualUs = nsPerOp / 1000;
    say(`  ${us(nsPerOp / 1000).padStart(9)}  ${timesFaster.toFixed(1).padStart(5)}x faster  ${name}`);
  }
}

function ingest(): void {
  say('\nIngest: chunk to reading on the bus (decode, sequence, clocks, limits)');
  const cost = benchIngest();
  say(`  ${us(cost.cpuUsPerReading)} a reading, ${inUsual(cost.cpuUsPerReading)}`);
  const taped = benchIngest({ taped: true });
  say(`  ${us(taped.cpuUsPerReading)} with its bytes kept for a capsule, as the daemon does`);
}

async function publish(): Promise<void> {
  say('\nPublish and record: journal, MQTT out, MQTT in and checked, without broker and store');
  for (const [name, value] of Object.entries(await benchPublish()))
    say(`  ${name.padEnd(32)} ${Number(value).toFixed(2)}`);
}

async function store(): Promise<void> {
  say('\nStore: one row, CPU of this process');
  for (const f of await benchStore()) {
    const rate = `${whole(f.rowsPerSecond)} rows/s`.padStart(16);
    say(
      `  ${f.store.split(' ')[0]?.padEnd(7)} ${us(f.cpuMicrosecondsPerRow)}, ${inUsual(f.cpuMicrosecondsPerRow)} ${rate}`,
    );
  }
}

async function web(): Promise<void> {
  say('\nPage: bus to received server-sent event, 4,000 readings/s of 8 stations');
  const { p50Ms, p99Ms, cpuUsPerReading } = await benchWeb();
  say(`  p50 ${ms(p50Ms)}, p99 ${ms(p99Ms)}, ${us(cpuUsPerReading)} CPU a reading`);
}

async function chain(): Promise<void> {
  for (const rateHz of [500, 2500]) {
    say(
      `\nWhole road: 8 PTYs, ${whole(8 * rateHz)} readings/s, mosquitto, InfluxDB and one page on ${cpus().length} cores`,
    );
    const r = await benchChain({ stations: 8, rateHz, seconds: 20 });
    say(
      `  ${whole(r.readingsPerS)} readings/s, ${us(r.cpuUsPerReading)} CPU of the daemon each (${inUsual(r.cpuUsPerReading)})`,
    );
    say(`  serial byte to page event: p50 ${ms(r.pageP50Ms)}, p99 ${ms(r.pageP99Ms)}; RSS ${r.rssMb.toFixed(0)} MB`);
    say(
      `  sent ${whole(r.sent)}, in InfluxDB ${whole(r.stored)}: ${whole(r.sent - r.stored)} missing; complete ${r.drainS.toFixed(1)} s after the end`,
    );
  }
}

async function backfill(): Promise<void> {
  const outage = { stations: 8, readingsPerS: 2000, outageS: 600 };
  say('\nBackfill: ten minutes of outage at 2,000 readings/s, made good while the stations go on speaking');
  const alone = await benchInfluxAlone();
  say(`  ${whole(alone)} rows/s is what InfluxDB takes by itself here, from a client that does nothing else`);
  const r = await benchBackfill(outage);
  say(
    `  ${whole(r.backlog)} readings in ${r.backfillS.toFixed(0)} s: ${whole(r.rowsPerS)}/s, ${(r.rowsPerS / alone).toFixed(2)} of that`,
  );
  say(
    `  CPU a reading: daemon ${us(r.cpuUsPerRow)}, broker ${us(r.brokerCpuUsPerRow)}, InfluxDB ${us(r.databaseCpuUsPerRow)}`,
  );
  say(
    `  in InfluxDB ${whole(r.stored)}; live meanwhile: p50 ${ms(r.pageP50Ms)}, p99 ${ms(r.pageP99Ms)}; RSS ${r.rssMb.toFixed(0)} MB`,
  );
}

async function pixels(): Promise<void> {
  say('\nPixels: instrument clock to a painted frame in a real browser, one station, 10 readings/s');
  for (const view of ['station', 'bedside'] as const) {
    for (const [what, found] of Object.entries(await benchPixels({ view, seconds: 40 }))) {
      const { shown, framesPerS, p50Ms, p99Ms, maxMs } = found;
      const times = `p50 ${ms(p50Ms)}, p99 ${ms(p99Ms)}, most ${ms(maxMs)}; ${whole(framesPerS)} frames/s`;
      say(`  ${view.padEnd(8)} ${what.padEnd(8)} ${whole(shown)} shown, ${times}`);
    }
  }
}

async function demo(): Promise<void> {
  say('\nDemo: start to first reading');
  say(`  ${ms(await benchDemoStart())}`);
}

async function firmware(): Promise<void> {
  say(`\nFirmware: ${whole(IMAGE_BYTES)} bytes over ${whole(BAUD)} baud, simulated station, virtual time`);
  say(`  a real station, one piece at a time: ${MEASURED_S[256]} s with 256 bytes, ${MEASURED_S[768]} s with 768`);
  for (const { name, uploadS, wholeS, lineShare, timesFaster, cpuMs } of await benchFirmware()) {
    const share = `${(100 * lineShare).toFixed(0)} % of the line`;
    say(`  ${uploadS.toFixed(1).padStart(5)} s, ${share}, ${timesFaster.toFixed(2)}x: ${name}`);
    say(`           the whole update ${wholeS.toFixed(1)} s, ${ms(cpuMs)} CPU of both ends`);
  }
}

const NEEDS: Readonly<Record<string, readonly Program[]>> = {
  chain: ['mosquitto', 'influxd', 'socat'],
  backfill: ['mosquitto', 'influxd', 'socat'],
  pixels: ['socat', 'chromium'],
};
const PARTS = { decode, ingest, publish, store, web, chain, backfill, pixels, firmware, demo };
const wanted = process.argv.slice(2);
for (const name of wanted) {
  if (!(name in PARTS)) {
    console.error(`there is no bench ${name}; there are ${Object.keys(PARTS).join(', ')}`);
    process.exit(2);
  }
}
say(`${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}`);
await decode();
for (const [name, part] of Object.entries(PARTS)) {
  if (name === 'decode' || (wanted.length > 0 && !wanted.includes(name))) continue;
  const needs = (NEEDS[name] ?? []).filter((program) => find(program) === null);
  if (needs.length > 0) say(`\n${name}: not run, ${needs.join(', ')} not installed`);
  else await part();
}
