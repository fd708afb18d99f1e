/** `simulator ...`: its options, its help, and what they mean. */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { FaultSpec } from './faults/fault.ts';
import { parseFault } from './faults/index.ts';
import { addFirmwareOptions, firmwareOf, type ParsedFirmware } from './firmware/command-line.ts';
import type { FirmwareOptions } from './firmware/options.ts';
import { BOUNDS, type Ports } from './options.ts';

export interface CommandLine {
  readonly stations: number;
  readonly ports: Ports;
  readonly scenario: string;
  readonly speed: number;
  readonly rateHz: number;
  readonly seed: number | undefined;
  readonly ledgerPath: string | undefined;
  readonly faults: readonly FaultSpec[];
  /** Used in turn by the stations. */
  readonly firmware: readonly FirmwareOptions[];
  readonly baud: number | undefined;
  readonly serialPrefix: string;
  readonly serials: 'distinct' | 'last-as-first';
  readonly output: 'text' | 'json';
  /** Take orders as JSON lines on stdin. */
  readonly control: boolean;
  /** Time stands still but for orders that let it go on; brings `control` with it. */
  readonly lockstep: boolean;
  readonly castPath: string | undefined;
  /** End when stdin ends. */
  readonly exitWithParent: boolean;
  readonly list: boolean;
}

interface Parsed extends ParsedFirmware {
  baud?: number;
  stations: number;
  pty?: string;
  tcp?: { host: string; port: number };
  scenario: string;
  speed: number;
  rate: number;
  seed?: number;
  ledger?: string;
  fault: FaultSpec[];
  serialPrefix: string;
  sameSerial: boolean;
  json: boolean;
  control: boolean;
  lockstep: boolean;
  cast?: string;
  exitWithParent: boolean;
  listScenarios: boolean;
}

const EXAMPLES = `
Examples:
  simulator --pty ports                           one station at ports/station-01
  simulator --tcp 4001 --stations 8               eight stations at 127.0.0.1:4001 to 4008
  simulator --pty ports --stations 8 --scenario demo --speed 2
  simulator --tcp 0 --json --ledger truth.jsonl   a free port, said as JSON; what was really sent, in truth.jsonl
  simulator --pty ports --fault bit-flip:0.05 --fault split-writes
  simulator --pty ports --stations 8 --rate 2500  a bench
  simulator --pty ports --firmware-key fw/signing-key.pub.pem --baud 115200
  simulator make-image --help                      firmware images for them
  simulator --list-scenarios

Everything it says is marked as simulated. Exit codes: 0 ended as asked, 1 failed on the way, 2 wrong usage or no port.`;

function number(bounds: { min: number; max: number }, kind: 'whole' | 'any'): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!(value >= bounds.min && value <= bounds.max) || (kind === 'whole' && !Number.isInteger(value))) {
      throw new InvalidArgumentError(
        `It must be a ${kind === 'whole' ? 'whole ' : ''}number ${bounds.min}..${bounds.max}.`,
      );
    }
    return value;
  };
}

/** `HOST:PORT`, `[IPv6]:PORT`, or `PORT` on loopback. */
function address(text: string): { host: string; port: number } {
  const match = /^(?:(\[[0-9a-fA-F:.]+\]|[^:[\]\s]+):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2] ?? Number.NaN);
  if (!(port <= 65_535)) throw new InvalidArgumentError('It must be HOST:PORT or PORT, for example 127.0.0.1:4001.');
  return { host: (match?.[1] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port };
}

function fault(text: string, before: FaultSpec[]): FaultSpec[] {
  try {
    return [...before, parseFault(text)];
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

/** Reads the arguments (without program and script). Throws CommanderError; what went wrong is then already said. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const program = new Command('simulator')
    .description('Refill stations that are not there, on pseudo terminals or TCP ports, speaking HRSP like real ones.')
    .option('--stations <n>', 'how many', number(BOUNDS.stations, 'whole'), 1)
    .addOption(new Option('--pty <dir>', 'pseudo terminals DIR/station-01 ... (needs socat)').conflicts('tcp'))
    .addOption(
      new Option(
        '--tcp <host:port>',
        'TCP, like serial device servers: station i at PORT+i-1; 0 = free ports',
      ).argParser(address),
    )
    .option('--scenario <name>', 'what happens at the stations, see --list-scenarios', 'nominal-refill')
    .option('--speed <x>', 'scenario seconds per second', number(BOUNDS.speed, 'any'), 1)
    .option('--rate <hz>', 'telemetry lines a second and station', number(BOUNDS.rateHz, 'whole'), 10)
    .option('--seed <n>', 'same seed, same data, same boot ids (default: a new one)', number(BOUNDS.seed, 'whole'))
    .option('--ledger <file>', 'write what was really sent, JSON lines')
    .option('--fault <name[:rate]>', 'byte fault with its chance per line; may be repeated', fault, [])
    .option('--baud <n>', 'bits a second of their lines (default: as fast as it goes)', number(BOUNDS.baud, 'whole'))
    .option('--serial-prefix <text>', 'serial numbers are PREFIX0001 ...', 'SIM-')
    .option('--same-serial', 'the last station claims the serial number of the first', false)
    .option('--json', 'say the ports as JSON lines on stdout', false)
    .option('--control', 'take orders from stdin, see docs/simulator.md', false)
    .addOption(new Option('--cast <file>', 'what each station plays, as JSON').conflicts('scenario'))
    .option('--lockstep', 'time goes on only by orders on stdin', false)
    .option('--exit-with-parent', 'end when stdin ends', false)
    .option('--list-scenarios', 'list them and the faults, and end', false);
  addFirmwareOptions(program)
    .addHelpText('after', EXAMPLES)
    .allowExcessArguments(false)
    .exitOverride()
    .parse([...argv], { from: 'user' });
  const o = program.opts<Parsed>();
  if (!o.pty && !o.tcp && !o.listScenarios) {
    program.error('error: say where the stations shall be: --pty DIR or --tcp HOST:PORT (for example --tcp 4001)');
  }
  return {
    stations: o.stations,
    ports: o.pty !== undefined ? { kind: 'pty', folder: o.pty } : { kind: 'tcp', ...(o.tcp ?? address('0')) },
    scenario: o.scenario,
    speed: o.speed,
    rateHz: o.rate,
    seed: o.seed,
    ledgerPath: o.ledger,
    faults: o.fault,
    firmware: firmwareOf(o),
    baud: o.baud,
    serialPrefix: o.serialPrefix,
    serials: o.sameSerial ? 'last-as-first' : 'distinct',
    output: o.json ? 'json' : 'text',
    control: o.control || o.lockstep,
    lockstep: o.lockstep,
    castPath: o.cast,
    exitWithParent: o.exitWithParent,
    list: o.listScenarios,
  };
}
