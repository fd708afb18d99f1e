/** The ledger's lines about refills of one station: who came, and what was true. `docs/simulator.md` has the format. */
import type { RefillCase } from './cases/case.ts';
import { describeCase } from './cases/describe.ts';
import type { Ledger } from './ledger.ts';
import type { TruthAtScene, TruthSample } from './truth.ts';

export class RefillBooks {
  private readonly station: string;
  private readonly ledger: Pick<Ledger, 'event'>;
  private readonly hear: ((truth: TruthSample) => void) | undefined;
  private latest: TruthAtScene | null = null;

  constructor(station: string, ledger: Pick<Ledger, 'event'>, hear: ((truth: TruthSample) => void) | undefined) {
    this.station = station;
    this.ledger = ledger;
    this.hear = hear;
  }

  visit(round: number, refill: RefillCase, bootId: string, tickMs: number): void {
    this.write(bootId, tickMs);
    this.ledger.event({ s: this.station, ev: 'case', b: bootId, t: tickMs, round, ...describeCase(refill) });
  }

  /** At high speed many scenario seconds lie in one frame: the last of each phase will do. */
  truth(truth: TruthAtScene, bootId: string, tickMs: number): void {
    if (this.latest?.phase !== truth.phase) this.write(bootId, tickMs);
    this.latest = truth;
  }

  /** The frame is over: what was kept back is written. */
  write(bootId: string, tickMs: number): void {
    const { latest } = this;
    if (latest === null) return;
    this.latest = null;
    this.ledger.event({ s: this.station, ev: 'truth', b: bootId, t: tickMs, ...latest });
    this.hear?.({ tickMs, ...latest });
  }
}
