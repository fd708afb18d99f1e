/** Where a scenario is played: a daemon, what it reads from, and somebody who listens to all it lets out. */
import type { HttpAnswer, Message, Recording } from '../recording.ts';
import type { Step } from '../scenario/steps.ts';
import type { Told } from './stepped-stations.ts';

/** An act that could not be done; the message says why. */
export class ActFailed extends Error {
  override readonly name = 'ActFailed';
}

/** What is known of one station now, for steps that wait. */
export interface StationNow {
  truthPhase: string | null;
  /** ms of the run of the last word of truth; patients that have come. */
  truthMs: number;
  visits: number;
  refillPhase: string | null;
  status: string | null;
  readonly alarms: Set<string>;
}

export const newStationNow = (): StationNow => ({
  ...{ truthPhase: null, truthMs: Number.NEGATIVE_INFINITY, visits: 0, refillPhase: null, status: null },
  alarms: new Set(),
});

/** But for what only the player knows. */
export type RecordedByStand = Omit<Recording, 'steps' | 'troubles' | 'answers'>;

export interface Stand {
  readonly stations: readonly StationNow[];
  nowMs(): number;
  /** Lets some time pass, never beyond `untilMs`. */
  pass(untilMs: number): Promise<void>;
  /** Nothing more will happen at the stations by itself: what a run without a length of its own waits for. */
  over(): boolean;
  /** Everybody comes to one moment: now something can be done, and it is done now. */
  ready(): Promise<void>;
  /** Throws `ActFailed`. */
  act(step: Step): Promise<void>;
  /** What has been recorded until now, and nothing that is only known at the end; shares its lists with the recording. */
  soFar(): RecordedByStand;
  /** Where the daemon's own page is now; `null` while it is stopped. */
  readonly page: string | null;
  /** GET while time stands still. */
  get(path: string): Promise<HttpAnswer>;
  /** Ends everything and gives what was let out. */
  finish(): Promise<RecordedByStand>;
  /** Ends everything in a hurry. */
  abandon(): Promise<void>;
}

/** The stand once it is open; what cannot be opened leaves nothing behind. Throws what `open` throws. */
export async function opened(stand: Stand & { open(): Promise<void> }): Promise<Stand> {
  try {
    await stand.open();
    return stand;
  } catch (error) {
    await stand.abandon();
    throw error;
  }
}

/** Keeps `StationNow` by what is told and published. */
export function noteTold(told: Told, stations: ReadonlyMap<string, StationNow>): void {
  const now = stations.get(told.s ?? '');
  if (now === undefined) return;
  if (told.ev === 'case') now.visits++;
  if (told.ev === 'truth') {
    now.truthPhase = String(told.phase);
    now.truthMs = told.atMs;
  }
}

export function noteMessage(
  { topic, payload }: Message,
  stations: ReadonlyMap<string, StationNow>,
  bridge: string,
): void {
  const [, , , source = '', kind, condition] = topic.split('/');
  const said = payload as { phase?: string | null; state?: string; condition?: { presence?: boolean } } | null;
  const heard = source === bridge ? [...stations.values()] : [stations.get(source)].filter((one) => one !== undefined);
  for (const now of heard) {
    if (kind === 'refill' && condition === undefined) now.refillPhase = said?.phase ?? null;
    if (kind === 'status') now.status = said?.state ?? null;
    if (kind === 'alarm' && condition !== undefined) {
      if (said?.condition?.presence === true) now.alarms.add(condition);
      else now.alarms.delete(condition);
    }
  }
}
