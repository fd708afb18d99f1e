/** The tapes of all links within one bound of memory, and the captures that are made of them. */
import type { Clock } from '../clock.ts';
import type { Link } from '../link/link.ts';
import { tapped } from '../link/tap.ts';
import type { StationInfo } from '../station/model.ts';
import { CAPTURE_VERSION, type CaptureRecord, type RecordOf } from './format.ts';
import { LinkTape } from './link-tape.ts';

export interface TapeSettings {
  /** How much of every link is kept, ms. */
  readonly keepMs: number;
  /** Most bytes of memory for all links together; what is oldest of the largest gives way. */
  readonly maxBytes: number;
}

/** A station that starts anew again and again needs no more of its past than this. */
const BOOTS_KNOWN = 8;

interface Identified {
  readonly info: StationInfo;
  readonly monotonicMs: number;
}

export interface CaptureOrigin {
  readonly program: string;
  readonly site: string;
  readonly bridge: string;
  readonly about?: string;
}

export class Tapes {
  readonly #clock: Clock;
  readonly #settings: TapeSettings;
  /** By the link's name. */
  readonly #tapes = new Map<string, LinkTape>();
  /** By the link's name: who was identified there, the last one last. */
  readonly #identified = new Map<string, Identified[]>();
  #bytes = 0;

  constructor(clock: Clock, settings: TapeSettings) {
    this.#clock = clock;
    this.#settings = settings;
  }

  /** Bytes of memory that all tapes hold. */
  get bytes(): number {
    return this.#bytes;
  }

  get links(): readonly string[] {
    return [...this.#tapes.keys()];
  }

  /** The same link, heard from now on. A link opened anew under the same name goes on on the same tape. */
  tap(link: Link): Link {
    return tapped(link, this.of(link.name));
  }

  of(name: string): LinkTape {
    const known = this.#tapes.get(name);
    if (known !== undefined) return known;
    const { keepMs } = this.#settings;
    const tape = new LinkTape(name, this.#clock, {
      keepMs,
      room: (bytes) => this.#room(bytes),
      changed: (bytes) => {
        this.#bytes += bytes;
      },
    });
    this.#tapes.set(name, tape);
    return tape;
  }

  /** Who answers on a link: kept beside the bytes, because those of the handshake may be long gone. */
  identified(info: StationInfo): void {
    const known = (this.#identified.get(info.link) ?? []).filter(({ info: { bootId } }) => bootId !== info.bootId);
    const all = [...known, { info, monotonicMs: this.#clock.monotonicMs() }];
    this.#identified.set(info.link, all.slice(-BOOTS_KNOWN));
  }

  /** The link on which this station answered last; `null` when none did. */
  linkOf(station: string): string | null {
    let found: Identified | null = null;
    for (const all of this.#identified.values()) {
      for (const one of all) {
        if (one.info.station === station && one.monotonicMs >= (found?.monotonicMs ?? 0)) found = one;
      }
    }
    return found?.info.link ?? null;
  }

  /**
   * A capture of what is kept of these links (default: of all), without its end record: one link after the other. Those who
   * answered stand before the bytes, whenever it was that they were asked.
   */
  *capture(origin: CaptureOrigin, names: readonly string[] = this.links): Generator<CaptureRecord> {
    yield {
      k: 'capture',
      version: CAPTURE_VERSION,
      ...origin,
      made: new Date(this.#clock.utcMs()).toISOString(),
    };
    const sinceMs = this.#clock.monotonicMs() - this.#settings.keepMs;
    for (const [l, name] of names.entries()) {
      yield { k: 'link', l, name };
      for (const one of this.#identified.get(name) ?? []) yield recordOf(one, l);
      yield* this.#tapes.get(name)?.records(l, 0, sinceMs) ?? [];
    }
  }

  /** Who answers on this link now. */
  who(name: string, l: number): RecordOf<'identified'> | null {
    const known = this.#identified.get(name)?.at(-1);
    return known === undefined ? null : recordOf(known, l);
  }

  #room(bytes: number): void {
    while (this.#bytes + bytes > this.#settings.maxBytes) {
      let largest: LinkTape | null = null;
      for (const tape of this.#tapes.values()) {
        if (tape.evictable && tape.bytes > (largest?.bytes ?? 0)) largest = tape;
      }
      if (largest === null) return;
      largest.evict();
    }
  }
}

function recordOf({ info, monotonicMs: m }: Identified, l: number): RecordOf<'identified'> {
  const { type, serial, hardwareRevision, firmwareVersion, protocol, mode, rateHz, instruments } = info.identification;
  const id = { type, serial, hardwareRevision, firmwareVersion, protocol: { ...protocol }, mode, rateHz };
  const attached = instruments.map(({ kind, model, serial: of, channels }) => ({
    ...{ kind, model, serial: of, channels: [...channels] },
  }));
  return { k: 'identified', l, m, u: info.identifiedUtcMs, boot: info.bootId, id: { ...id, instruments: attached } };
}
