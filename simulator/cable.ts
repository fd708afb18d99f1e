/** What is wrong with a station's cable: the faults it began with, and those that come and go by order. */
import type { ByteFault, FaultSpec } from './faults/fault.ts';
import { faultKind, makeFaults } from './faults/index.ts';
import type { Random } from './random.ts';

/** A fault that comes by order draws from a stream of its own, whichever others there are. */
const STREAMS_OF_ORDERS = 32;

export class Cable {
  /** The same list all the time; empty as long as nothing is wrong. */
  readonly faults: ByteFault[];
  private readonly ordered = new Map<string, ByteFault>();
  private readonly randomFor: (index: number) => Random;

  constructor(from: readonly FaultSpec[], randomFor: (index: number) => Random) {
    this.faults = makeFaults(from, randomFor);
    this.randomFor = randomFor;
  }

  /** From now on with this chance per line; 0 ends it. Throws RangeError for an unknown name. */
  set(name: string, rate: number): void {
    const { kind, index } = faultKind(name);
    const before = this.ordered.get(name);
    if (before !== undefined) this.faults.splice(this.faults.indexOf(before), 1);
    this.ordered.delete(name);
    if (rate === 0) return;
    const fault = kind.make(rate, this.randomFor(STREAMS_OF_ORDERS + index));
    this.ordered.set(name, fault);
    this.faults.push(fault);
  }
}
