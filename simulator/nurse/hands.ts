/** The nurse's hands at the bay: what she does touches the scale, too. */
import type { Bay } from '../physics/bay.ts';
import type { Act } from '../script.ts';
import type { NurseWorld } from './nurse.ts';

export class Hands implements NurseWorld {
  private readonly bay: Bay;
  private readonly touchG: number;
  private readonly act: (act: Act) => void;
  private readonly touch: (grams: number) => void;
  private side = 1;

  constructor(bay: Bay, touchG: number, act: (act: Act) => void, touch: (grams: number) => void) {
    this.bay = bay;
    this.touchG = touchG;
    this.act = act;
    this.touch = touch;
  }

  perform(act: Act): void {
    if (this.touchG > 0 && (act.do === 'clamp' || act.do === 'hand')) {
      // The clamp takes a firmer hand than the plunger.
      if (act.do === 'clamp') this.side = -this.side;
      this.touch(this.side * this.touchG * (act.do === 'clamp' ? 1 : 0.4));
    }
    this.act(act);
  }

  waver(factor: number): void {
    this.bay.waver = factor;
  }

  holdHand(still: boolean): void {
    this.bay.held = still;
  }

  force(newton: number): void {
    this.bay.forceN = newton;
  }

  get handIsFree(): boolean {
    return this.bay.hand.does === 'rest';
  }

  get handMovedMl(): number {
    return this.bay.handMovedMl;
  }

  get lineMlPerMin(): number {
    return this.bay.line.sourceFlow;
  }

  get lineKpa(): number {
    return this.bay.line.kpa;
  }

  get clamp(): 'open' | 'closed' {
    return this.bay.clamp;
  }

  get needle(): 'in' | 'out' {
    return this.bay.needle;
  }
}
