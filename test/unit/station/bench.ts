/** Stations on links in memory, under a clock that moves only when told. */
import type { Reading } from '../../../protocols/reading.ts';
import { Bus } from '../../../src/bus.ts';
import { configSchema, type LinkConfig } from '../../../src/config.ts';
import { type Link, LinkFailure, type LinkHandlers } from '../../../src/link/link.ts';
import { openLink } from '../../../src/link/open-link.ts';
import { silentLogger } from '../../../src/logger.ts';
import type { StationEvent, StationHealth, StationInfo, StationStatus } from '../../../src/station/model.ts';
import { Stations } from '../../../src/station/stations.ts';
import { linkConfig } from '../link/link-config.ts';
import { FakeClock, settle } from './fake-clock.ts';
import { type Script, ScriptedStation } from './scripted-station.ts';

export class MemoryLink implements Link {
  readonly name: string;
  readonly station: ScriptedStation;
  handlers: LinkHandlers | null = null;
  opens = 0;
  failure: LinkFailure | null = null;

  constructor(name: string, script: Script) {
    this.name = name;
    this.station = new ScriptedStation(script, (text) => this.deliver(text));
  }
  async open(handlers: LinkHandlers): Promise<void> {
    this.opens++;
    if (this.failure) throw this.failure;
    this.handlers = handlers;
  }
  async write(bytes: Uint8Array): Promise<void> {
    // The answer takes a turn, as it does on any wire.
    await Promise.resolve();
    if (this.handlers) this.station.hear(bytes);
  }
  async close(): Promise<void> {
    this.handlers = null;
  }
  deliver(text: string): void {
    this.handlers?.bytes(Buffer.from(text, 'latin1'));
  }
  unplug(): void {
    const { handlers } = this;
    this.handlers = null;
    this.failure = new LinkFailure('no-such-port', `no port ${this.name}`);
    handlers?.closed(new LinkFailure('lost', `${this.name} went away`));
  }
  plugIn(): void {
    this.failure = null;
  }
}

export interface Bench {
  readonly clock: FakeClock;
  readonly links: MemoryLink[];
  readonly stations: Stations;
  readonly readings: Reading[];
  readonly events: StationEvent[];
  readonly health: StationHealth[];
  readonly infos: StationInfo[];
  /** `state station link: reason`, in order. */
  readonly said: string[];
  readonly foreign: string[];
  readonly bus: Bus;
  first: MemoryLink;
  /** Telemetry on every link for a while, one line per period. */
  run(ms: number, volume?: number): Promise<void>;
}

export async function bench(
  scripts: Script[],
  options: { limits?: object; link?: Partial<LinkConfig> } = {},
): Promise<Bench> {
  const clock = new FakeClock();
  const problems: unknown[] = [];
  const bus = new Bus((error) => problems.push(error));
  const links = scripts.map((script, i) => new MemoryLink(`/dev/port${i}`, script));
  const [first] = links;
  if (!first) throw new Error('no link');
  const config = configSchema.parse({ limits: options.limits ?? {} });
  const b: Bench = {
    clock,
    bus,
    links,
    first,
    readings: [],
    events: [],
    health: [],
    infos: [],
    said: [],
    foreign: [],
    stations: new Stations({
      links: links.map((link) => linkConfig(link.name, options.link)),
      bus,
      clock,
      logger: silentLogger,
      random: () => 0.5,
      limits: config.limits,
      freshness: config.freshness,
      openLink: (c) => links.find((link) => link.name === c.url) ?? openLink(c),
      onForeign: (link, bytes) => b.foreign.push(`${link} ${Buffer.from(bytes).toString('hex')}`),
    }),
    run: async (ms, volume = 20) => {
      for (let at = 0; at < ms; at += 100) {
        for (const link of links) if (link.handlers) link.deliver(link.station.telemetry(volume));
        await clock.advanceSoftly(100, 50);
      }
    },
  };
  bus.on('reading', (reading) => b.readings.push(reading));
  bus.on('event', (event) => b.events.push(event));
  bus.on('health', (health) => b.health.push(health));
  bus.on('identified', (info) => b.infos.push(info));
  bus.on('status', (s: StationStatus) => b.said.push(`${s.state} ${s.station} ${s.link}: ${s.reason}`));
  b.stations.start();
  await settle();
  return b;
}
