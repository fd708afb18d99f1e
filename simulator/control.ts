/** Orders to a running simulator, one JSON object a line: {"do":"unplug","station":1}. */
import type { Simulator } from './simulator.ts';

const ORDERS = ['unplug', 'replug', 'quiet', 'resume', 'reboot'] as const;
type Order = (typeof ORDERS)[number];
const LONGEST_ORDER = 1000;

/** Answers every order with one object: {"done":"unplug","station":1} or {"error":"..."}. Never throws. */
export async function obey(simulator: Simulator, line: string): Promise<object> {
  try {
    const { order, station } = readOrder(line);
    await simulator[order](station);
    return { done: order, station };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function readOrder(line: string): { order: Order; station: number } {
  const usage = `an order is {"do":"${ORDERS.join('|')}","station":1}`;
  if (line.length > LONGEST_ORDER) throw new RangeError(`${usage}; a line of ${line.length} characters is none`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw new RangeError(`${usage}; this is no JSON`);
  }
  if (typeof parsed !== 'object' || parsed === null || !('do' in parsed)) throw new RangeError(usage);
  const order = ORDERS.find((o) => o === parsed.do);
  const station = 'station' in parsed ? parsed.station : 1;
  if (order === undefined || typeof station !== 'number') throw new RangeError(usage);
  return { order, station };
}
