/** Server-sent events as text, each made at most once however many clients get it. */
import { FILLS_IN_STREAM, type RefillState, type StreamEvents } from './api-types.ts';

/** The state the stream tells of; looked up at the moment of sending. */
export interface StreamSource {
  hello(): StreamEvents['hello'];
  fleet(): StreamEvents['fleet'];
  station(key: string): StreamEvents['station'] | null;
  latest(station: string): StreamEvents['readings'][string] | null;
  stationsWithRefill(): readonly string[];
  refill(station: string): RefillState | null;
  alarms(): StreamEvents['alarms'];
  /** `null` at the bedside itself. */
  elsewhere(): StreamEvents['elsewhere'] | null;
  /** `null` where no stations are read. */
  firmware(): StreamEvents['firmware'] | null;
}

/** Everything that may be said in one tick, each turned into JSON once, when the first client needs it. */
export class StreamText {
  readonly #source: StreamSource;
  readonly #made = new Map<string, string>();

  constructor(source: StreamSource) {
    this.#source = source;
  }

  hello(): string {
    return this.#once('hello', () => frame('hello', JSON.stringify(this.#source.hello())));
  }

  fleet(only: string | null): string {
    return this.#once(`fleet ${only ?? ''}`, () => {
      const views = this.#source.fleet();
      const shown = only === null ? views : views.filter((view) => view.station === only);
      return frame('fleet', JSON.stringify(shown));
    });
  }

  station(key: string, only: string | null): string {
    if (only !== null && only !== key) return '';
    return this.#once(`station ${key}`, () => {
      const view = this.#source.station(key);
      return view === null ? '' : frame('station', JSON.stringify(view));
    });
  }

  readings(stations: ReadonlySet<string>, only: string | null): string {
    if (only !== null) {
      if (!stations.has(only)) return '';
      const one = this.#reading(only);
      return one === '' ? '' : frame('readings', `{${one}}`);
    }
    if (stations.size === 0) return '';
    const all = () => {
      const entries = [...stations].map((station) => this.#reading(station)).filter((entry) => entry !== '');
      return entries.length === 0 ? '' : frame('readings', `{${entries.join(',')}}`);
    };
    return this.#once('readings', all);
  }

  refill(station: string, only: string | null): string {
    if (only !== null && only !== station) return '';
    return this.#once(`refill ${station}`, () => {
      const state = this.#source.refill(station);
      return frame('refill', JSON.stringify(state === null ? { station, refill: null } : shortened(state)));
    });
  }

  alarms(): string {
    return this.#once('alarms', () => frame('alarms', JSON.stringify(this.#source.alarms())));
  }

  elsewhere(): string {
    return this.#once('elsewhere', () => {
      const refills = this.#source.elsewhere();
      return refills === null ? '' : frame('elsewhere', JSON.stringify(refills));
    });
  }

  firmware(): string {
    return this.#once('firmware', () => {
      const news = this.#source.firmware();
      return news === null ? '' : frame('firmware', JSON.stringify(news));
    });
  }

  #reading(station: string): string {
    return this.#once(`reading ${station}`, () => {
      const latest = this.#source.latest(station);
      return latest === null ? '' : `${JSON.stringify(station)}:${JSON.stringify(latest)}`;
    });
  }

  #once(name: string, make: () => string): string {
    let text = this.#made.get(name);
    if (text === undefined) {
      text = make();
      this.#made.set(name, text);
    }
    return text;
  }
}

/** Ten times a second to every screen: the years of a pump would be most of it. */
export function shortened(state: RefillState): RefillState {
  const { fills } = state.pump;
  if (fills.length <= FILLS_IN_STREAM) return state;
  return { ...state, pump: { ...state.pump, fills: fills.slice(-FILLS_IN_STREAM) } };
}

/** JSON holds no line break, so one `data:` line is enough. */
export function frame(event: keyof StreamEvents, json: string): string {
  return `event: ${event}\ndata: ${json}\n\n`;
}
