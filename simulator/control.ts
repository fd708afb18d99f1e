/** Orders to a running simulator, one JSON object a line: {"do":"unplug","station":1}, {"do":"nurse","order":"abort"}. */
import { type FirmwareFault, parseFirmwareFault } from './firmware/faults.ts';
import { NURSE_ORDERS, type NurseOrder } from './nurse/orders.ts';
import type { Simulator } from './simulator.ts';

const ORDERS = ['unplug', 'replug', 'quiet', 'resume', 'reboot'] as const;
const LONGEST_ORDER = 1000;
const USAGE =
  `an order is {"do":"${ORDERS.join('|')}","station":1} ` +
  `or {"do":"nurse","station":1,"order":"${NURSE_ORDERS.join('|')}"} ` +
  'or {"do":"firmware","station":1,"faults":["power-loss:swap-50"]}';

type Order =
  | { readonly do: (typeof ORDERS)[number]; readonly station: number }
  | { readonly do: 'nurse'; readonly station: number; readonly order: NurseOrder }
  | { readonly do: 'firmware'; readonly station: number; readonly faults: readonly FirmwareFault[] };

/** Answers every order with one object: {"done":"unplug","station":1} or {"error":"..."}. Never throws. */
export async function obey(simulator: Simulator, line: string): Promise<object> {
  try {
    const order = readOrder(line);
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
