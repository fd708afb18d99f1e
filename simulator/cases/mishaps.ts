/** Lets what goes wrong go wrong when it is due. */
import type { Nurse } from '../nurse/nurse.ts';
import type { Bay } from '../physics/bay.ts';
import type { Phase } from '../truth.ts';
import type { Befalling, Mishap } from './case.ts';

/** Air that gets into the syringe's end of the line has so much fluid before it, mL. */
const AIR_AHEAD_ML = 0.3;

export class MishapWatch {
  private waiting: Mishap[];
  private phase: Phase | null = null;
  private phaseAtS = 0;
  private pushedBefore = 0;

  private readonly told: (what: Mishap['what']) => void;

  constructor(mishaps: readonly Mishap[], told: (what: Mishap['what']) => void = () => {}) {
    this.waiting = [...mishaps];
    this.told = told;
  }

  look(nurse: Nurse, bay: Bay): void {
    if (this.waiting.length === 0) return;
    if (nurse.phase !== this.phase) {
      this.phase = nurse.phase;
      this.phaseAtS = nurse.clockS;
      this.pushedBefore = bay.pushedMl;
    }
    const due = (m: Mishap) =>
      m.when.phase === this.phase &&
      nurse.clockS - this.phaseAtS >= (m.when.afterS ?? 0) &&
      bay.pushedMl - this.pushedBefore >= (m.when.afterMl ?? 0);
    const now = this.waiting.filter(due);
    if (now.length === 0) return;
    this.waiting = this.waiting.filter((m) => !now.includes(m));
    for (const mishap of now) {
      befall(mishap, bay);
      this.told(mishap.what);
    }
  }
}

/** Lets it happen now. */
export function befall(mishap: Befalling, bay: Bay): void {
  switch (mishap.what) {
    case 'needle-moves':
      bay.place = mishap.to;
      break;
    case 'occlusion':
      bay.occlude(mishap.how);
      break;
    case 'leak':
      bay.leak = mishap;
      break;
    case 'air':
      bay.air.put(mishap.ml, AIR_AHEAD_ML);
  }
}
