/** The simulator as a library: many stations, each on its own port, driven by one timer. */
import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { realClock } from './clock.ts';
import type { FirmwareTarget } from './firmware/target.ts';
import { type Fate, Ledger } from './ledger.ts';
import type { NurseOrder } from './nurse/orders.ts';
import { BOUNDS, checkOptions, type Ports, type SimulatorOptions } from './options.ts';
import type { PortEvents, StationPort } from './ports/port.ts';
import { PtyPort, removeDeadLink } from './ports/pty-port.ts';
import { findPtyPrograms } from './ports/pty-programs.ts';
import { TcpPort } from './ports/tcp-port.ts';
import { findScenario } from './scenarios/index.ts';
import { Station } from './station.ts';
import { onPort } from './transmitter.ts';
import type { Trouble } from './troubles.ts';

const TICK_MS = 10;
const LEDGER_FLUSH_MS = 1000;
/** After a pause of the whole process (a laptop that slept) stations go on from where they were, not in a burst. */
const LONGEST_CATCH_UP_MS = 1000;
/** Ports made at the same time. */
const PLUG_TOGETHER = 32;

export interface Simulator {
  readonly seed: number;
  /** Host UTC when tick 0 of the stations' first boots was; for measuring how long a line takes to arrive. */
  readonly startedUtcMs: number;
  readonly stations: readonly { readonly serial: string; readonly url: string }[];
  /** Lines by what became of them, all stations. */
  readonly counts: Readonly<Record<Fate, number>>;
  /** Station numbers start at 1, as in the names of ports. All throw RangeError for a station that is not there. */
  unplug(station: number): Promise<void>;
  replug(station: number): Promise<void>;
  quiet(station: number): void;
  resume(station: number): void;
  reboot(station: number): void;
  /** Tells the nurse at the station; throws RangeError when no patient is there. */
  nurse(station: number, order: NurseOrder): void;
  /**
   * Resolves when so many bytes have come on each port since it was opened (`null`: when it is closed), or soon after.
   * Whoever makes the time asks this: until then what comes waits, so that stations hear it in the order of their ports.
   */
  heard(given: readonly (number | null)[]): Promise<void>;
  /** Makes trouble, or ends it; throws RangeError for what cannot be now. */
  trouble(trouble: Trouble): void;
  /** The station's firmware: its phase, its flash, and its faults. */
  firmware(station: number): FirmwareTarget;
  /** Ends everything; ports and links are gone and the ledger is closed when it resolves. */
  stop(): Promise<void>;
}

interface Post {
  readonly station: Station;
  readonly port: StationPort;
  readonly events: PortEvents;
  plugged: boolean;
  /** Whether somebody has the port open, and how many bytes have come since. */
  readonly line: { readonly open: boolean; readonly bytes: number };
  /** What came on the port and waits for `heard`. */
  readonly waiting: (() => void)[];
}

/** What is on its way over loopback arrives within a ms; what does not was lost. */
const ON_THE_WAY_MS = 500;

/**
 * Starts the stations; resolves when all ports are there. Rejects with RangeError (an option) or PortError (a port); then
 * nothing is left behind.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  checkOptions(options);
  const scenario = options.cast ?? findScenario(options.scenario ?? 'nominal-refill');
  const { stations: count = 1, clock = realClock, seed = randomInt(BOUNDS.seed.max) } = options;
  const makePort = portMaker(options.ports, count, options.programPath ?? process.env.PATH ?? '');
  const ledger = new Ledger(options.ledger ?? null, options.hear);

  let startMs = clock.nowMs();
  let lastMs = 0;
  const now = (): number => {
    const elapsed = clock.nowMs() - startMs;
    if (elapsed - lastMs > LONGEST_CATCH_UP_MS) startMs += elapsed - lastMs - TICK_MS;
    lastMs = clock.nowMs() - startMs;
    return lastMs;
  };

  const firmware = options.firmware ?? [];
  const posts = Array.from({ length: count }, (_, index): Post => {
    const numbered = options.serials === 'last-as-first' && index === count - 1 ? 0 : index;
    const serial = `${options.serialPrefix ?? 'SIM-'}${String(numbered + 1).padStart(4, '0')}`;
    const port = heard(makePort(index), index, options.hear);
    const station = new Station({
      serial,
      index,
      seed,
      scenario,
      faults: options.faults ?? [],
      rateHz: options.rateHz ?? 10,
      speed: options.speed ?? 1,
      voice: onPort(port, ledger, options.baud),
      firmware: firmware[index % firmware.length] ?? {},
      baud: options.baud ?? null,
      ledger,
    });
    const line = { open: false, bytes: 0 };
    const waiting: (() => void)[] = [];
    const inTurn = (happens: () => void) => (options.hear === undefined ? happens() : void waiting.push(happens));
    const events: PortEvents = {
      attached: () => {
        Object.assign(line, { open: true, bytes: 0 });
        inTurn(() => {
          options.hear?.({ ev: 'opened', port: index + 1 });
          station.attached();
        });
      },
      detached: () => {
        line.open = false;
        inTurn(() => station.detached());
      },
      bytes: (chunk) => {
        line.bytes += chunk.length;
        inTurn(() => station.receive(chunk, now()));
      },
    };
    return { station, port, events, plugged: true, line, waiting };
  });

  try {
    await inGroups(posts, PLUG_TOGETHER, (post) => post.port.plug(post.events));
  } catch (error) {
    await Promise.allSettled(posts.map((post) => post.port.unplug()));
    ledger.close();
    throw error;
  }

  // Time begins when all ports are there.
  startMs = clock.nowMs();
  const startedUtcMs = Date.now();
  const endTicks = clock.every(TICK_MS, () => {
    const nowMs = now();
    for (const post of posts) post.station.advance(nowMs);
  });
  // Whoever makes the time reads the ledger at the end, and hundreds of such seconds pass in a real one.
  const endFlushes = options.hear === undefined ? clock.every(LEDGER_FLUSH_MS, () => ledger.flush()) : () => {};

  const at = (number: number): Post => {
    const post = posts[number - 1];
    if (post === undefined) throw new RangeError(`station ${number}: there are stations 1..${count}`);
    return post;
  };

  let stopping: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    endTicks();
    endFlushes();
    await Promise.all(posts.map((post) => post.port.drain()));
    await Promise.all(posts.map((post) => post.port.unplug()));
    ledger.event({ ev: 'summary', seed, stations: count, scenario: scenario.name, ...ledger.counts });
    ledger.close();
  };

  return {
    seed,
    startedUtcMs,
    stations: posts.map(({ station, port }) => ({ serial: station.serial, url: port.url })),
    counts: ledger.counts,
    async unplug(number) {
      const post = at(number);
      if (!post.plugged) return;
      post.plugged = false;
      await post.port.unplug();
    },
    async replug(number) {
      const post = at(number);
      if (post.plugged) return;
      await post.port.plug(post.events);
      post.plugged = true;
    },
    quiet: (number) => at(number).station.silence(),
    resume: (number) => at(number).station.resume(),
    reboot: (number) => at(number).station.reboot(),
    nurse: (number, order) => at(number).station.order(order),
    async heard(given) {
      const untilMs = performance.now() + ON_THE_WAY_MS;
      const missing = () =>
        given.some((count, i) => {
          const line = posts[i]?.line;
          return line !== undefined && (count === null ? line.open : !line.open || line.bytes < count);
        });
      while (missing() && performance.now() < untilMs) await pause(0);
      for (const { waiting } of posts) for (const happens of waiting.splice(0)) happens();
    },
    trouble: (trouble) => at(trouble.station).station.trouble(trouble),
    firmware: (number) => at(number).station.firmware,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** What leaves on a port is told as well, so that whoever makes the time knows when it left. */
function heard(port: StationPort, index: number, hear: SimulatorOptions['hear']): StationPort {
  if (hear === undefined) return port;
  const write = port.write.bind(port);
  port.write = (latin1) => {
    if (port.accepting) hear({ ev: 'wrote', port: index + 1, bytes: latin1.length });
    write(latin1);
  };
  return port;
}

function portMaker(ports: Ports, count: number, programPath: string): (index: number) => StationPort {
  if (ports.kind === 'tcp') {
    return (index) => new TcpPort(ports.host, ports.port === 0 ? 0 : ports.port + index);
  }
  const programs = findPtyPrograms(programPath);
  const folder = resolve(ports.folder);
  mkdirSync(folder, { recursive: true });
  const digits = Math.max(2, String(count).length);
  // Many waiting socats that look often would keep the machine busy.
  const lookEveryS = Math.max(0.02, count / 2000);
  return (index) => {
    const link = join(folder, `station-${String(index + 1).padStart(digits, '0')}`);
    // Before the first terminal of this run is made: it may get the number to which a dead link points.
    removeDeadLink(link);
    return new PtyPort(link, programs, lookEveryS);
  };
}

async function inGroups<T>(items: readonly T[], size: number, run: (item: T) => Promise<void>): Promise<void> {
  for (let i = 0; i < items.length; i += size) await Promise.all(items.slice(i, i + size).map(run));
}
