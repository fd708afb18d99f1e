/**
 * Technical alarm conditions: watches the parts of the daemon, and says on the bus when one of them is in trouble and when
 * it is well again. The parts themselves know nothing of alarms; how a condition is signalled is decided in `alarms/`.
 */
import type { AlarmBoard } from '../alarms/board.ts';
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Journal } from '../journal/port.ts';
import type { RefusalCounters } from '../record/refusals.ts';
import { UtcTrust } from '../station/clocks.ts';
import { ConditionBook } from './condition-book.ts';
import { RememberedConditions } from './remembered.ts';
import { StationConditions } from './station-conditions.ts';
import { TickDrift } from './tick-drift.ts';

export interface WatchedParts {
  readonly bus: Bus;
  readonly clock: Clock;
  /** Source of what concerns the bridge itself. */
  readonly bridge: string;
  readonly broker: () => { readonly ok: boolean; readonly reason: string | null };
  /** What is wrong with the store, as far as writing to it has shown; absent where nothing is recorded. */
  readonly storeTrouble?: () => string | null;
  readonly refusals?: () => Readonly<RefusalCounters>;
  /** Where refused rows are kept. */
  readonly quarantine: string;
  /** Absent where no bridge runs; then nothing is said about stations either, their own bridge does that. */
  readonly journal?: Pick<Journal, 'state' | 'counters'>;
  /** What the last run had on its board, and the names of the links that are configured now; absent with `journal`. */
  readonly board?: AlarmBoard;
  readonly links?: () => readonly string[];
}

const LOOK_EVERY_MS = 1000;
/** What happened at one moment (a damage found, a row refused) counts as present for so long. */
const RECENT_MS = 60_000;

/** Whether a counter has gone up lately. */
class Recently {
  #count = 0;
  #atMs = Number.NEGATIVE_INFINITY;

  saw(count: number, nowMs: number): boolean {
    if (count > this.#count) this.#atMs = nowMs;
    this.#count = count;
    return nowMs - this.#atMs < RECENT_MS;
  }
}

/** Looks once a second, for the first time in a second. Returns the function that ends it. */
export function watchConditions(parts: WatchedParts): () => void {
  const { bus, clock, bridge } = parts;
  const book = new ConditionBook(bus);
  const looks = [clockLook(parts, book), ...partLooks(parts, book)];
  const stations = new StationConditions(book, bridge);
  const drift = new TickDrift(book);
  const { board, links } = parts;
  if (board && links) {
    const remembered = new RememberedConditions(book, board.entries, links);
    looks.push(() => remembered.look());
  }
  const ends = parts.journal
    ? [
        bus.on('status', (status) => stations.status(status)),
        bus.on('health', (health) => drift.health(health, clock.monotonicMs())),
      ]
    : [];
  const look = () => {
    cancel = clock.after(LOOK_EVERY_MS, look);
    const nowMs = clock.monotonicMs();
    for (const one of looks) one(nowMs);
  };
  let cancel = clock.after(LOOK_EVERY_MS, look);
  return () => {
    cancel();
    for (const end of ends) end();
  };
}

type Look = (nowMs: number) => void;

function partLooks({ bridge, broker, storeTrouble, refusals, quarantine, journal }: WatchedParts, book: ConditionBook) {
  const looks: Look[] = [
    () => {
      const { ok, reason } = broker();
      book.say(bridge, 'brokerUnreachable', ok ? null : (reason ?? 'the broker is not connected'));
    },
  ];
  if (storeTrouble) looks.push(() => book.say(bridge, 'storeUnreachable', storeTrouble()));
  if (refusals) looks.push(quarantineLook(bridge, refusals, quarantine, book));
  if (journal) looks.push(journalLook(bridge, journal, book));
  return looks;
}

function clockLook({ clock, bridge }: WatchedParts, book: ConditionBook): Look {
  const utc = new UtcTrust();
  return (monotonicMs) => {
    const utcMs = clock.utcMs();
    const trusted = utc.trusted({ utcMs, monotonicMs });
    const now = Number.isFinite(utcMs) && Math.abs(utcMs) < 8.64e15 ? new Date(utcMs).toISOString() : 'no time at all';
    const detail = `the clock of this computer cannot be trusted: it says ${now}, and was set within the last minute or never: turn on time synchronisation (hai-bridge doctor)`;
    book.say(bridge, 'clockUntrusted', trusted ? null : detail);
  };
}

function journalLook(bridge: string, journal: NonNullable<WatchedParts['journal']>, book: ConditionBook): Look {
  const damage = new Recently();
  return (nowMs) => {
    const { writing, fill, reason } = journal.state();
    const why = reason ?? 'see the log';
    book.say(bridge, 'journalFilling', fill === 'filling' ? why : null);
    book.say(bridge, 'journalNearlyFull', fill === 'nearly-full' || fill === 'full' ? why : null);
    book.say(bridge, 'journalNotWriting', writing ? null : why);
    const { damaged, asides } = journal.counters;
    const detail = `the disk has changed the journal: ${damaged} batches and ${asides} files are set aside beside it (names with "damaged"), the rest is used: keep them, and check the disk`;
    book.say(bridge, 'journalDamaged', damage.saw(damaged + asides, nowMs) ? detail : null);
  };
}

function quarantineLook(
  bridge: string,
  refusals: () => Readonly<RefusalCounters>,
  folder: string,
  book: ConditionBook,
): Look {
  const refused = new Recently();
  const held = new Recently();
  return (nowMs) => {
    const { rejected, heldBack } = refusals();
    const kept = refused.saw(rejected, nowMs);
    // Not kept aside, so not acknowledged either: those batches come again and again.
    const notKept = held.saw(heldBack, nowMs);
    const detail = notKept
      ? `the store refuses rows for good, and ${folder} cannot take them (full, or not writable): their batches stay in the journal: look at the reasons in its files, then move them away`
      : `the store has refused ${rejected} rows for good: they are kept in ${folder} with the reason, everything else is recorded`;
    book.say(bridge, 'rowsQuarantined', kept || notKept ? detail : null);
  };
}
