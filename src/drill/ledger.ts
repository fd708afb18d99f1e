/** The simulator's ledger: what really left, connection by connection (docs/simulator.md). */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** One reading or event that left. */
export interface LedgerLine {
  readonly line: number;
  /** ms since the station's boot. */
  readonly tick: number;
  readonly kind: 'telemetry' | 'event';
  /** Values as JSON, or source, state and data as JSON. */
  readonly content: string;
  /** As the wire carried them; 0 for an event. */
  readonly flags: number;
  /**
   * - `due`               left whole, to somebody who knew by then who speaks: had to be used
   * - `before-identified` left whole
   * - `damaged`           bytes of it, or glued to it, were changed: may be used only for what was meant
   */
  readonly due: 'due' | 'before-identified' | 'damaged';
}

/** From the opening of a port to its end, with everything that left in between. */
export interface LedgerConnection {
  readonly station: string;
  readonly lines: LedgerLine[];
  /** Tick at which the port was closed; `null` when it was open to the end of the ledger. */
  endTick: number | null;
}

interface Open {
  connection: LedgerConnection | null;
  identified: boolean;
  tick: number;
  /** Of the answer to IDENTIFY (ID, then ACK) that is being given, something was damaged on its way. */
  answerDamaged: boolean;
}

const whole = (entry: { d?: unknown; x?: unknown }) => !entry.d && !entry.x;

/**
 * The connections of every station in the order of their ends; a ledger of any length is read in one pass. Throws when a
 * station has booted twice: line numbers then do not name lines.
 */
export async function* ledgerConnections(path: string): AsyncGenerator<LedgerConnection> {
  const stations = new Map<string, Open & { boots: number }>();
  for await (const text of createInterface({ input: createReadStream(path, 'latin1') })) {
    const entry = JSON.parse(text);
    if (entry.s === undefined) continue;
    const open = stations.get(entry.s) ?? {
      ...{ connection: null, identified: false, tick: 0, boots: 0, answerDamaged: false },
    };
    stations.set(entry.s, open);
    if (entry.t !== undefined) open.tick = entry.t;
    if (entry.ev === 'boot' && ++open.boots > 1) throw new Error(`${entry.s} has booted again`);
    else if (entry.ev === 'attached') {
      open.connection = { station: entry.s, lines: [], endTick: null };
      open.identified = false;
    } else if (entry.ty === 'ID') open.answerDamaged = !whole(entry);
    else if (entry.ty === 'ACK') open.answerDamaged ||= !whole(entry);
    else if (entry.ev === 'identified') {
      // Whoever asked then still does not know.
      open.identified ||= !open.answerDamaged;
      open.answerDamaged = false;
    } else if (entry.ev === 'detached' && open.connection) {
      open.connection.endTick = open.tick;
      yield open.connection;
      open.connection = null;
    } else if (open.connection && !entry.x && (entry.ty === 'TEL' || entry.ty === 'EVT')) {
      const telemetry = entry.ty === 'TEL';
      open.connection.lines.push({
        line: entry.q,
        tick: entry.t,
        kind: telemetry ? 'telemetry' : 'event',
        content: JSON.stringify(telemetry ? entry.v : entry.e),
        flags: telemetry ? entry.f : 0,
        due: entry.d ? 'damaged' : open.identified ? 'due' : 'before-identified',
      });
    }
  }
  for (const { connection } of stations.values()) if (connection) yield connection;
}
