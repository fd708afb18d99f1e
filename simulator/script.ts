/** What happens in a bay, as data: acts at their times, and patients. `scenarios/` writes them, `scene.ts` plays them. */
import type { RefillCase } from './cases/case.ts';
import type { FaultSpec } from './faults/fault.ts';
import type { FluidName } from './physics/fluids.ts';
import type { NeedleGauge } from './physics/needle.ts';
import type { Place } from './physics/places.ts';
import type { Hand } from './physics/syringe.ts';
import type { Random } from './random.ts';

/** What somebody does at the bay, or what befalls it. */
export type Act =
  | { readonly do: 'scan'; readonly symbology: string; readonly data: string }
  | { readonly do: 'tare' | 'zero' }
  | { readonly do: 'needle'; readonly place: Place; readonly gauge?: NeedleGauge }
  | { readonly do: 'clamp' | 'door'; readonly state: 'open' | 'closed' }
  | { readonly do: 'power'; readonly state: 'mains' | 'battery' }
  | { readonly do: 'hand'; readonly hand: Hand }
  /** Another one is put on the line, at room temperature. */
  | { readonly do: 'syringe'; readonly fluid: FluidName }
  /** The station stops talking for that long, link open. */
  | { readonly do: 'silence'; readonly seconds: number }
  | { readonly do: 'reboot' };

export type TimedAct = Act & { readonly atS: number };

/** Acts that no nurse does, again and again. */
export interface Script {
  /** In the order of their times, scenario seconds. */
  readonly acts: readonly TimedAct[];
  /** After this the script starts again. */
  readonly periodS: number;
}

export const NOTHING_HAPPENS: Script = { acts: [], periodS: Number.POSITIVE_INFINITY };

/** What one station plays. */
export interface Part {
  readonly script: Script;
  /** The patients, from round 0 on; `null`: nobody comes any more. */
  visit(round: number): RefillCase | null;
  /** Scenario time at which the station boots: what came before has already happened. */
  readonly startAtS: number;
  readonly faults: readonly FaultSpec[];
}

export interface Scenario {
  readonly name: string;
  /** For `--list-scenarios`. */
  readonly group: ScenarioGroup;
  /** One line for `--list-scenarios`. */
  readonly summary: string;
  /** What station `index` (from 0) plays. */
  cast(index: number, random: Random): Part;
}

export const SCENARIO_GROUPS = ['refills', 'complications', 'sensors', 'stations'] as const;
export type ScenarioGroup = (typeof SCENARIO_GROUPS)[number];

/** Plays the acts of a script as time passes. */
export class ScriptPlayer {
  private next = 0;
  private roundS = 0;
  private readonly script: Script;
  private readonly perform: (act: Act) => void;

  constructor(script: Script, perform: (act: Act) => void) {
    this.script = script;
    this.perform = perform;
  }

  /** Performs everything due at or before `timeS`. */
  to(timeS: number): void {
    const { acts, periodS } = this.script;
    for (;;) {
      const act = acts[this.next];
      if (act === undefined) {
        if (acts.length === 0 || timeS < this.roundS + periodS) return;
        this.roundS += periodS;
        this.next = 0;
        continue;
      }
      if (this.roundS + act.atS > timeS) return;
      this.next++;
      this.perform(act);
    }
  }
}
