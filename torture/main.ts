/**
 * npm run torture -- --kills N --seed S [--what bridge,recorder,broker,database]: SIGKILLs the parts at random moments
 * under load, restarts them, and compares the simulator's ledger with what InfluxDB really holds. Exit codes: 0 nothing
 * lost beyond the window, nothing twice, nothing false; 1 something was; 2 wrong usage.
 */
import { writeFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { find } from '../test/support/services.ts';
import { PARTS, type Part } from './rig.ts';
import { tableOf } from './table.ts';
import { torture } from './torture.ts';

interface Asked {
  kills: number;
  seed: number;
  what: Part[];
  stations: number;
  rate: number;
  links: 'tcp' | 'pty';
  window: number;
  json?: string;
}

function whole(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new InvalidArgumentError(`It must be a whole number ${low}..${high}.`);
    }
    return value;
  };
}

function parts(text: string): Part[] {
  const names = text.split(',');
  const unknown = names.find((name) => !PARTS.includes(name as Part));
  if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is none of ${PARTS.join(', ')}.`);
  return names as Part[];
}

function links(text: string): 'tcp' | 'pty' {
  if (text !== 'tcp' && text !== 'pty') throw new InvalidArgumentError('It must be tcp or pty.');
  return text;
}

function asked(): Asked {
  return new Command('torture')
    .option('--kills <n>', 'of each part', whole(1, 100_000), 50)
    .option('--seed <n>', 'decides who dies when', whole(0, 0xffff_ffff), Math.floor(Math.random() * 0xffff_ffff))
    .option('--what <parts>', `comma-separated: ${PARTS.join(', ')}`, parts, [...PARTS])
    .option('--stations <n>', 'simulated stations', whole(1, 64), 3)
    .option('--rate <hz>', 'readings a second and station', whole(1, 5000), 100)
    .option('--links <kind>', 'tcp or pty', links, 'tcp')
    .option('--window <ms>', 'what a killed bridge may take with it', whole(0, 60_000), 500)
    .option('--json <file>', 'also write what was found, with the window of every kill')
    .exitOverride()
    .parse()
    .opts<Asked>();
}

async function main(): Promise<number> {
  const options = asked();
  const missing = (['mosquitto', 'influxd'] as const).filter((program) => find(program) === null);
  if (missing.length > 0) {
    console.error(`torture: not installed: ${missing.join(', ')}`);
    return 2;
  }
  const { kills, seed, what, stations, rate, window, json } = options;
  const again =
    `npm run torture -- --kills ${kills} --seed ${seed} --what ${what.join(',')} --stations ${stations} ` +
    `--rate ${rate} --links ${options.links} --window ${window}`;
  console.log(again);
  const result = await torture({
    parts: what,
    kills,
    seed,
    stations,
    rateHz: rate,
    links: options.links,
    windowMs: window,
    say: (line) => console.log(line),
  });
  console.log(`\n${tableOf(result)}`);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(result, null, 1)}\n`);
  if (result.passed) {
    console.log('\npassed: nothing lost outside the window, nothing twice, nothing false');
    return 0;
  }
  console.log(`\nFAILED. What is left of it: ${result.folder}. Once more, with the same moments: ${again}`);
  return 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
    console.error(error);
    process.exit(1);
  },
);
