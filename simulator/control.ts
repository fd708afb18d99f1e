/** Orders to a running simulator, one JSON object a line: {"do":"unplug","station":1}, {"do":"nurse","order":"abort"}. */
import { type FirmwareFault, parseFirmwareFault } from './firmware/faults.ts';
import { NURSE_ORDERS, type NurseOrder } from './nurse/orders.ts';
import type { Simulator } from './simulator.ts';
import type { SteppedClock } from './stepped-clock.ts';
import { TROUBLE_ORDERS, type Trouble, troubleSchema } from './troubles.ts';

const ORDERS = ['unplug', 'replug', 'quiet', 'resume', 'reboot'] as const;
const LONGEST_ORDER = 20_000;
const USAGE =
  `an order is {"do":"${ORDERS.join('|')}","station":1} ` +
  `or {"do":"nurse","station":1,"order":"${NURSE_ORDERS.join('|')}"} ` +
  'or {"do":"firmware","station":1,"faults":["power-loss:swap-50"]}';

type Order =
  | { readonly do: 'advance'; readonly toMs: number; readonly given: readonly (number | null)[] }
  | { readonly do: 'trouble'; readonly trouble: Trouble }
  | { readonly do: (typeof ORDERS)[number]; readonly station: number }
  | { readonly do: 'nurse'; readonly station: number; readonly order: NurseOrder }
  | { readonly do: 'firmware'; readonly station: number; readonly faults: readonly FirmwareFault[] };

/** Time by order, and what happened meanwhile: for the answer to `advance`. */
export interface Lockstep {
  readonly clock: SteppedClock;
  /** What the ledger was told since it was asked last. */
  take(): readonly object[];
}

/** Answers every order with one object: {"done":"unplug","station":1} or {"error":"..."}. Never throws. */
export async function obey(simulator: Simulator, line: string, lockstep: Lockstep | null = null): Promise<object> {
  try {
    const order = readOrder(line);
    if (order.do === 'advance') {
      if (lockstep === null) throw new RangeError('time goes on by itself: only with --lockstep it is told to');
      await simulator.heard(order.given);
      await lockstep.clock.advanceTo(order.toMs);
      return { done: order.do, atMs: order.toMs, told: lockstep.take() };
    }
    if ('trouble' in order) {
      simulator.trouble(order.trouble);
      return { done: order.do, station: order.trouble.station };
    }
    if (order.do === 'nurse') {
      simulator.nurse(order.station, order.order);
      return { done: order.do, station: order.station, order: order.order };
    }
    if (order.do === 'firmware') {
      const target = simulator.firmware(order.station);
      target.faults.set(order.faults);
      return { done: order.do, station: order.station, phase: target.phase, version: target.version };
    }
    await simulator[order.do](order.station);
    return { done: order.do, station: order.station };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function readOrder(line: string): Order {
  if (line.length > LONGEST_ORDER) throw new RangeError(`${USAGE}; a line of ${line.length} characters is none`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw new RangeError(`${USAGE}; this is no JSON`);
  }
  if (typeof parsed !== 'object' || parsed === null || !('do' in parsed)) throw new RangeError(USAGE);
  if (parsed.do === 'advance') {
    const toMs = 'toMs' in parsed ? parsed.toMs : Number.NaN;
    if (typeof toMs !== 'number' || !(toMs >= 0)) throw new RangeError('{"do":"advance","toMs":1500}');
    const given = 'given' in parsed && Array.isArray(parsed.given) ? parsed.given : [];
    return { do: 'advance', toMs, given: given.map((count) => (typeof count === 'number' ? count : null)) };
  }
  if (typeof parsed.do === 'string' && TROUBLE_ORDERS.includes(parsed.do)) {
    const read = troubleSchema.safeParse(parsed);
    if (read.success) return { do: 'trouble', trouble: read.data };
    const [issue] = read.error.issues;
    throw new RangeError(`${parsed.do}: ${[...(issue?.path ?? []), issue?.message ?? ''].join(' ')}`);
  }
  const station = 'station' in parsed ? parsed.station : 1;
  if (typeof station !== 'number') throw new RangeError(USAGE);
  if (parsed.do === 'nurse') {
    const order = 'order' in parsed ? NURSE_ORDERS.find((o) => o === parsed.order) : undefined;
    if (order === undefined) throw new RangeError(`a nurse is told one of ${NURSE_ORDERS.join(', ')}; ${USAGE}`);
    return { do: 'nurse', station, order };
  }
  if (parsed.do === 'firmware') {
    const faults = 'faults' in parsed ? parsed.faults : [];
    if (!Array.isArray(faults) || !faults.every((f) => typeof f === 'string')) throw new RangeError(USAGE);
    return { do: 'firmware', station, faults: faults.map(parseFirmwareFault) };
  }
  const order = ORDERS.find((o) => o === parsed.do);
  if (order === undefined) throw new RangeError(USAGE);
  return { do: order, station };
}
