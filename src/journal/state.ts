/** How the journal is doing, in numbers and in words that say what to do. */
import { BacklogGrowth } from './growth.ts';
import { type Fill, fillOf, type JournalRoom } from './limits.ts';

export interface JournalState {
  /** `false`: what arrives now is not made durable. */
  readonly writing: boolean;
  readonly fill: Fill;
  readonly room: JournalRoom;
  /** Until nothing more can wait, at the rate of the last minute, s; `null`: what waits does not grow. */
  readonly secondsLeft: number | null;
  /** What is wrong and what to do; `null` when all is well. */
  readonly reason: string | null;
}

const STALLED_COMMIT_MS = 5000;
/** A failure of a moment (a backup that holds the file) is none to speak of. */
const FAILING_MS = 1000;

/** What the journal knows of itself, as it works. Times are monotonic ms. */
export class JournalWatch {
  readonly #path: string;
  readonly #growth = new BacklogGrowth();
  #room: JournalRoom;
  #fill: Fill = 'ok';
  #failing: { readonly sinceMs: number; readonly problem: string } | null = null;
  #commitSinceMs: number | null = null;

  constructor(path: string, room: JournalRoom) {
    this.#path = path;
    this.#room = room;
  }

  /** Nothing more may be taken in. */
  get full(): boolean {
    return this.#fill === 'full';
  }

  saw(room: JournalRoom, nowMs: number): void {
    this.#room = room;
    this.#fill = fillOf(room, this.#fill);
    this.#growth.sample(room.waitingBytes, nowMs);
  }

  commitBegan(nowMs: number): void {
    this.#commitSinceMs = nowMs;
  }

  /** A commit that only let go of what is acknowledged says nothing about one that has to add something. */
  freed(): void {
    this.#commitSinceMs = null;
  }

  commitEnded(problem: string | null, nowMs: number): void {
    this.#commitSinceMs = null;
    this.#failing = problem === null ? null : { sinceMs: this.#failing?.sinceMs ?? nowMs, problem };
  }

  state(nowMs: number, { inMemory, lost }: { readonly inMemory: number; readonly lost: number }): JournalState {
    const { rate } = this.#growth;
    const room = this.#room;
    const underWayMs = this.#commitSinceMs === null ? 0 : nowMs - this.#commitSinceMs;
    const failing = this.#failing;
    return stateOf({
      path: this.#path,
      room,
      fill: this.#fill,
      problem: failing !== null && nowMs - failing.sinceMs >= FAILING_MS ? failing.problem : null,
      stalledMs: underWayMs > STALLED_COMMIT_MS ? underWayMs : null,
      inMemory,
      lost,
      secondsLeft: rate > 0 ? Math.max(0, room.limitBytes - room.waitingBytes) / rate : null,
    });
  }
}

interface JournalFacts {
  readonly path: string;
  readonly room: JournalRoom;
  readonly fill: Fill;
  /** Of the last commit, while it is tried again. */
  readonly problem: string | null;
  /** A commit has been under way for so long that the disk stands still, ms. */
  readonly stalledMs: number | null;
  readonly inMemory: number;
  readonly lost: number;
  readonly secondsLeft: number | null;
}

function stateOf(facts: JournalFacts): JournalState {
  const { room, fill, secondsLeft, problem, stalledMs } = facts;
  const writing = problem === null && stalledMs === null && fill !== 'full';
  return { writing, fill, room, secondsLeft, reason: reasonOf(facts) };
}

function reasonOf({ path, room, fill, problem, stalledMs, inMemory, lost, secondsLeft }: JournalFacts): string | null {
  const { waitingBytes, limitBytes, diskFreeBytes, diskShort } = room;
  const left = diskFreeBytes === null ? '' : ` (the disk has ${sizeText(diskFreeBytes)} free)`;
  if (problem !== null || stalledMs !== null) {
    const what = problem ?? `no answer for ${Math.round((stalledMs ?? 0) / 1000)} s`;
    return `${path} cannot be written: ${what}: check free space${left}, permissions and health of the disk; readings go out live, ${inMemory} wait in memory, ${lost} are given up`;
  }
  const waits = `${sizeText(waitingBytes)} of at most ${sizeText(limitBytes)} wait for the store`;
  const cure = diskShort
    ? `make room on the disk${left}, and get recorder and store to work`
    : 'get recorder and store to work, or raise journal.maxBytes';
  switch (fill) {
    case 'full':
      return `the journal is full, ${waits}: new readings go out live only, ${lost} are given up: ${cure}`;
    case 'nearly-full':
    case 'filling': {
      if (diskShort && waitingBytes * 2 < limitBytes)
        return `the disk has only ${sizeText(diskFreeBytes ?? 0)} free: make room, or move the data folder (data in the configuration)`;
      const soon = secondsLeft === null ? '' : `, full in about ${timeText(secondsLeft)}`;
      return `${waits}${soon}: ${cure}`;
    }
    case 'ok':
      return null;
  }
}

export function sizeText(bytes: number): string {
  for (const [unit, size] of [['GB', 1e9] as const, ['MB', 1e6] as const]) {
    if (bytes >= size) return `${(bytes / size).toFixed(1)} ${unit}`;
  }
  return `${Math.round(bytes / 1000)} kB`;
}

export function timeText(seconds: number): string {
  if (seconds >= 2 * 86_400) return `${Math.floor(seconds / 86_400)} days`;
  if (seconds >= 2 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return seconds >= 120 ? `${Math.floor(seconds / 60)} min` : `${Math.max(0, Math.round(seconds))} s`;
}
