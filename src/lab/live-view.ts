/** What the product says of its stations, gathered from the messages as they come; and what is true beside it. */
import type { Message } from '../hil/recording.ts';
import type { RecordedByStand } from '../hil/stand/stand.ts';
import type { Told } from '../hil/stand/stepped-stations.ts';
import type { AlarmNow, LogLine, Sample, StationNow, Switches } from './api-types.ts';

type Values = Readonly<Record<string, number | null>>;
const DRAWN = ['collectorMass', 'lineFlow', 'linePressure'] as const;

type Gathered = { -readonly [K in Exclude<keyof StationNow, 'switches' | 'alarms'>]: StationNow[K] };

const nothing = (name: string): Gathered => ({
  ...{ name, state: null, phase: null, level: null, levelFrom: null, truthMl: null, truthPhase: null },
});

export class LiveView {
  readonly #stations: Gathered[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #alarms = new Map<string, Map<string, AlarmNow>>();
  #messages = 0;
  #told = 0;
  #samples: Sample[] = [];
  #log: LogLine[] = [];

  /** Looks at what has been recorded since the last time. */
  take(soFar: RecordedByStand): void {
    for (const name of soFar.stations.slice(this.#stations.length)) {
      this.#numbers.set(name, this.#stations.push(nothing(name)));
    }
    for (; this.#messages < soFar.messages.length; this.#messages++) {
      const message = soFar.messages[this.#messages] as Message;
      this.#truthUntil(message.atMs, soFar.told);
      this.#hear(message, soFar.bridge);
    }
    this.#truthUntil(soFar.endMs, soFar.told);
  }

  /** The stations are ahead of the daemon: what is true is put beside what was said at the same time. */
  #truthUntil(ms: number, told: readonly Told[]): void {
    for (; (told[this.#told]?.atMs ?? Number.POSITIVE_INFINITY) <= ms; this.#told++) {
      const { s, ev, reservoirMl, phase } = told[this.#told] as Told;
      const station = this.#station(s);
      if (ev !== 'truth' || station === undefined) continue;
      station.truthMl = Number(reservoirMl);
      station.truthPhase = String(phase);
    }
  }

  stations(switches: readonly Switches[]): StationNow[] {
    return this.#stations.map((station, index) => ({
      ...station,
      alarms: this.alarmsOf(station.name),
      switches: switches[index] as Switches,
    }));
  }

  alarmsOf(source: string): AlarmNow[] {
    return [...(this.#alarms.get(source)?.values() ?? [])];
  }

  /** What has come since this was asked last. */
  more(): { samples: readonly Sample[]; log: readonly LogLine[] } {
    const [samples, log] = [this.#samples, this.#log];
    this.#samples = [];
    this.#log = [];
    return { samples, log };
  }

  note(line: LogLine): void {
    this.#log.push(line);
  }

  #station(name: string | undefined): Gathered | undefined {
    return this.#stations[(this.#numbers.get(name ?? '') ?? 0) - 1];
  }

  #hear({ atMs, topic, payload }: Message, bridge: string): void {
    const [, , , source = '', kind, condition] = topic.split('/');
    if (kind === 'alarm' && condition !== undefined) this.#alarm(atMs, source, condition, payload, bridge);
    const station = this.#station(source);
    if (station === undefined || condition !== undefined) return;
    if (kind === 'status') station.state = (payload as { state?: string } | null)?.state ?? null;
    if (kind === 'refill') {
      const said = payload as (Pick<StationNow, 'level' | 'levelFrom' | 'phase'> & { refill: string | null }) | null;
      station.phase = said?.phase ?? null;
      station.level = said?.level ?? null;
      station.levelFrom = said?.levelFrom ?? null;
    }
    if (kind === 'live') {
      const { values } = payload as { values: Values };
      const [mass, flow, pressure] = DRAWN.map((name) => values[name] ?? null) as [
        number | null,
        number | null,
        number | null,
      ];
      const number = this.#numbers.get(source) ?? 0;
      this.#samples.push([
        number,
        Math.round(atMs),
        mass,
        flow,
        pressure,
        station.level?.value ?? null,
        station.truthMl,
      ]);
    }
  }

  #alarm(atMs: number, source: string, condition: string, payload: unknown, bridge: string): void {
    const here = this.#alarms.get(source) ?? new Map<string, AlarmNow>();
    this.#alarms.set(source, here);
    const said = payload as { priority?: string; state?: string; condition?: { presence?: boolean } } | null;
    const where = source === bridge ? '' : ` at ${source}`;
    const before = here.get(condition);
    const priority = said?.priority ?? '';
    if (said?.condition?.presence === true) {
      if (before === undefined || before.latched)
        this.note({ atMs, kind: 'alarm', text: `${condition}${where} begins, ${priority} priority` });
      here.set(condition, { condition, priority, latched: false });
    } else if (said?.state === 'latched') {
      if (before?.latched !== true)
        this.note({ atMs, kind: 'alarm', text: `${condition}${where} is over, and latched` });
      here.set(condition, { condition, priority, latched: true });
    } else if (here.delete(condition)) this.note({ atMs, kind: 'alarm', text: `${condition}${where} ends` });
  }
}
