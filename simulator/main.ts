#!/usr/bin/env node
import { readFileSync } from 'node:fs';
/** The simulator as a program. stdout: where the stations are (and answers to orders); stderr: everything else. */
import { createInterface } from 'node:readline';
import { CommanderError } from 'commander';
import { readCast, scenarioOf } from './cast.ts';
import { type CommandLine, readCommandLine } from './command-line.ts';
import { type Lockstep, obey } from './control.ts';
import { FAULTS } from './faults/index.ts';
import { firmwareFaultList } from './firmware/command-line.ts';
import { makeImage } from './firmware/make-image.ts';
import { ledgerFile } from './ledger.ts';
import type { SimulatorOptions } from './options.ts';
import { PortError } from './ports/port.ts';
import { SCENARIOS } from './scenarios/index.ts';
import { SCENARIO_GROUPS, type ScenarioGroup } from './script.ts';
import { type Simulator, startSimulator } from './simulator.ts';
import { SteppedClock } from './stepped-clock.ts';

const WRONG_USAGE = 2;
const FAILED = 1;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(message: string, code: number): never {
  process.stderr.write(`simulator: ${message}\n`);
  process.exit(code);
}

const GROUP_TITLES: Record<ScenarioGroup, string> = {
  refills: 'Refills in which nothing is wrong with the needle',
  complications: 'Complications, the nurse going on whatever she sees',
  sensors: 'Failing sensors',
  stations: 'Stations and cables',
};

function lists(): string {
  const table = (rows: readonly { name: string; summary: string }[]) =>
    rows.map((r) => `  ${r.name.padEnd(28)}${r.summary}`).join('\n');
  const scenarios = SCENARIO_GROUPS.map(
    (group) => `${GROUP_TITLES[group]}:\n${table(SCENARIOS.filter((s) => s.group === group))}`,
  );
  return [
    `Scenarios (--scenario NAME)`,
    ...scenarios,
    `Byte faults (--fault NAME[:RATE]):\n${table(FAULTS)}`,
    `Firmware faults (--firmware-fault NAME[:VALUE]):\n${table(firmwareFaultList())}`,
  ].join('\n\n');
}

interface Stepped extends Lockstep {
  hear(fields: Readonly<Record<string, unknown>>): void;
}

function stepped(): Stepped {
  const clock = new SteppedClock();
  let told: object[] = [];
  return {
    clock,
    hear: (fields) => void told.push({ ...fields, atMs: clock.nowMs() }),
    take: () => {
      const all = told;
      told = [];
      return all;
    },
  };
}

function castOf(path: string): SimulatorOptions['cast'] {
  try {
    return scenarioOf(readCast(readFileSync(path, 'utf8')));
  } catch (error) {
    fail(`--cast ${path}: ${(error as Error).message}`, WRONG_USAGE);
  }
}

function optionsOf(line: CommandLine, steps: Stepped | null): SimulatorOptions {
  let ledger = null;
  if (line.ledgerPath !== undefined) {
    try {
      ledger = ledgerFile(line.ledgerPath);
    } catch (error) {
      fail(`--ledger ${line.ledgerPath}: ${(error as Error).message}; choose a file that can be written`, WRONG_USAGE);
    }
  }
  const { stations, ports, scenario, speed, rateHz, faults, firmware, serialPrefix, serials } = line;
  const seed = line.seed === undefined ? {} : { seed: line.seed };
  const baud = line.baud === undefined ? {} : { baud: line.baud };
  return {
    stations,
    ports,
    scenario,
    speed,
    rateHz,
    faults,
    firmware,
    serialPrefix,
    serials,
    ledger,
    ...seed,
    ...baud,
    ...(steps && { clock: steps.clock, hear: steps.hear }),
    ...(line.castPath !== undefined && { cast: castOf(line.castPath) }),
  } as SimulatorOptions;
}

async function start(line: CommandLine, steps: Stepped | null): Promise<Simulator> {
  try {
    return await startSimulator(optionsOf(line, steps));
  } catch (error) {
    if (error instanceof PortError || error instanceof RangeError) fail(error.message, WRONG_USAGE);
    throw error;
  }
}

function announce(simulator: Simulator, output: CommandLine['output']): void {
  for (const { serial, url } of simulator.stations) {
    say(output === 'json' ? JSON.stringify({ station: serial, url }) : `${serial}  ${url}`);
  }
  const stations = simulator.stations.length;
  say(
    output === 'json'
      ? JSON.stringify({ ready: true, stations, seed: simulator.seed, startedUtcMs: simulator.startedUtcMs })
      : `${stations} simulated station${stations === 1 ? '' : 's'} ready, seed ${simulator.seed}; Ctrl-C ends them`,
  );
}

/** stdin gives orders, and its end is the end of whoever started us, when asked for. */
function listen(simulator: Simulator, line: CommandLine, steps: Stepped | null, end: () => void): void {
  if (!line.control && !line.exitWithParent) return;
  const input = createInterface({ input: process.stdin });
  let turn = Promise.resolve();
  input.on('line', (text) => {
    if (!line.control || text.trim() === '') return;
    turn = turn.then(async () => say(JSON.stringify(await obey(simulator, text, steps))));
  });
  if (line.exitWithParent) input.on('close', end);
}

async function main(): Promise<void> {
  // A ledger on a full disk, for one: the ports go with this process.
  process.on('uncaughtException', (error) => fail(error.message, FAILED));
  const [, , first, ...rest] = process.argv;
  if (first === 'make-image') return makeImage(rest, say);
  const line = readCommandLine(process.argv.slice(2));
  if (line.list) return say(lists());
  // Signals that arrive while the ports are being made are obeyed as soon as they are there.
  let endRequested = false;
  let end = () => {
    endRequested = true;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end());
  // Whoever read our announcements is gone: no reason to stop speaking on the ports.
  process.stdout.on('error', () => {});
  const steps = line.lockstep ? stepped() : null;
  const simulator = await start(line, steps);
  end = () => {
    simulator.stop().then(
      () => process.exit(0),
      (error: Error) => fail(error.message, FAILED),
    );
  };
  if (endRequested) return end();
  announce(simulator, line.output);
  listen(simulator, line, steps, () => end());
}

main().catch((error: unknown) => {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : WRONG_USAGE);
  fail(error instanceof Error ? (error.stack ?? error.message) : String(error), FAILED);
});
