/**
 * Inputs of a refill written by hand: what a station at the bedside would say while so much flows at such a pressure. No physics
 * and no noise, so that every expected number can be reckoned on paper. Ten readings a second unless said otherwise.
 */
import { CHANNELS } from '../../../protocols/reading.ts';
import type {
  FillOrder,
  IntervalContext,
  NurseAction,
  Pump,
  PumpModel,
  RefillInput,
} from '../../../src/refill/model.ts';
import { type BeginInput, Refill, replay } from '../../../src/refill/refill.ts';

export const T0 = Date.UTC(2026, 4, 18, 8, 0, 0);
export const DAY_MS = 86_400_000;

export const MODEL: PumpModel = {
  model: 'test-30',
  manufacturer: 'Test',
  capacityMl: 30,
  deadVolumeMl: 1.5,
  labelFlowsMlPerDay: [1.3],
  tolerancePercent: 15,
  septa: 2,
  needle: '22 G',
  udiDi: null,
  source: 'made up for a test',
};

export const PUMP: Pump = {
  pump: 'pump-1',
  model: MODEL,
  serial: 'P0042',
  udi: null,
  labelFlowMlPerDay: 1.3,
  patientRef: null,
  fills: [{ atMs: T0 - 14 * DAY_MS, filledMl: 30, filledU95Ml: 0.2, residualMl: null, actualFlow: null }],
};

export const ORDER: FillOrder = {
  fillMl: 30,
  drug: 'saline',
  concentrationMgPerMl: null,
  lot: null,
  densityGPerMl: 1,
  needleGauge: '22G',
  expectedPumpUdi: null,
  expectedDrugCode: null,
};

export const CONTEXT: IntervalContext = { feverDays: 0, feverCel: null, homeAltitudeM: 0, flightHours: 0 };

export const begin = (over: Partial<BeginInput> = {}): BeginInput => ({
  kind: 'begin',
  atMs: T0,
  refill: 'r-1',
  station: 'HRS-1',
  by: 'nurse A',
  pump: PUMP,
  order: ORDER,
  context: CONTEXT,
  simulated: false,
  ...over,
});

/** What the line shows while something goes on; absent = as before. */
export interface Shown {
  /** mL/min through the line, (+) into the pump. */
  readonly flow?: number;
  readonly kpa?: number;
  readonly cel?: number;
  readonly flags?: number;
  /** What the flow sensor shows of it. */
  readonly flowShown?: (flow: number) => number | null;
  /** What the scale shows of it, g. */
  readonly massShown?: (massG: number) => number | null;
}

export class Bedside {
  readonly inputs: RefillInput[];
  private atMs = T0;
  private tick = 1000;
  private bootId = 'A0000001';
  private massG = 0;
  private shown: Required<Shown> = { flow: 0, kpa: 0, cel: 22, flags: 0, flowShown: (q) => q, massShown: (g) => g };
  private readonly periodMs: number;

  constructor(over: Partial<BeginInput> = {}, hz = 10) {
    this.inputs = [begin(over)];
    this.periodMs = 1000 / hz;
  }

  get now(): number {
    return this.atMs;
  }

  /** So many seconds of readings. */
  show(seconds: number, what: Shown = {}): this {
    this.shown = { ...this.shown, ...what };
    for (let left = Math.round((seconds * 1000) / this.periodMs); left > 0; left--) {
      this.pass(this.periodMs);
      this.reading();
    }
    return this;
  }

  /** A flow for so long that `ml` go through, then none, at the pressure `restKpa`. */
  move(ml: number, mlPerMin: number, kpa: number, restKpa = kpa): this {
    const flow = Math.sign(ml) * mlPerMin;
    return this.show((60 * Math.abs(ml)) / mlPerMin, { flow, kpa }).show(0, { flow: 0, kpa: restKpa });
  }

  /** Time in which the station says nothing; what flows, flows. */
  silence(seconds: number): this {
    this.pass(seconds * 1000);
    return this;
  }

  reading(): this {
    const { flow, kpa, cel, flags, flowShown, massShown } = this.shown;
    const seen: Record<string, number | null> = {
      lineFlow: flowShown(flow),
      linePressure: kpa,
      fluidTemperature: cel,
      collectorMass: massShown(this.massG),
      ambientPressure: 101.325,
    };
    const values = CHANNELS.map((c) => seen[c.name] ?? null);
    const reading = { values, flags, deviceTickMs: this.tick >>> 0, bootId: this.bootId };
    this.inputs.push({ kind: 'reading', atMs: this.atMs, reading });
    return this;
  }

  event(source: string, state: string, data = ''): this {
    this.inputs.push({ kind: 'station', atMs: this.atMs, source, state, data });
    return this;
  }

  tare(announced = true): this {
    this.massG = 0;
    return announced ? this.event('scale', 'tared') : this;
  }

  /** Puts so many grams on the scale. */
  load(grams: number): this {
    this.massG += grams;
    return this;
  }

  nurse(action: NurseAction): this {
    this.inputs.push({ kind: 'nurse', atMs: this.atMs, by: 'nurse A', action });
    return this;
  }

  reboot(downS: number): this {
    this.pass(downS * 1000);
    this.bootId = 'B0000002';
    this.tick = 0;
    return this;
  }

  /** Patient identified, line primed, scale tared, sensors zeroed, needle in, clamp closed. */
  prepared(staticKpa = 57): this {
    this.event('needle', 'out').event('clamp', 'closed').show(3);
    this.event('clamp', 'open').move(1, 10, 0).event('clamp', 'closed').show(2);
    this.tare().event('sensor', 'zeroed').show(3);
    return this.event('needle', 'in').show(4, { kpa: staticKpa });
  }

  /** The end of a drain: flow and pressure die away together, as they do when the bellows comes to its stop. */
  diesAway(ml: number, mlPerMin: number, kpa: number): this {
    const tauS = (60 * ml) / mlPerMin;
    const stepS = this.periodMs / 1000;
    for (let t = 0; t < 5 * tauS; t += stepS) {
      // What flows in a step, exactly, so that the whole comes to `ml`.
      const share = (Math.exp(-t / tauS) - Math.exp(-(t + stepS) / tauS)) * (tauS / stepS);
      this.show(stepS, { flow: -mlPerMin * share, kpa: kpa * share });
    }
    return this.show(0, { flow: 0, kpa: 0 });
  }

  /** Lets `ml` out at 24 mL/min, and waits until the reservoir is seen empty. */
  emptied(ml: number): this {
    this.event('clamp', 'open');
    this.move(-(ml - 1), 24, 8)
      .diesAway(1, 24, 8)
      .show(8);
    return this.event('clamp', 'closed').show(2);
  }

  /** 5 mL in and back. */
  tested(): this {
    this.tare().event('clamp', 'open').move(5, 10, 53, 44).show(3);
    return this.move(-4, 20, 10).diesAway(1, 20, 10).show(8);
  }

  private pass(ms: number): void {
    this.atMs += ms;
    this.tick += ms;
    this.massG -= (this.shown.flow * ms) / 60_000;
  }

  play(): Refill {
    return replay(this.inputs);
  }

  /** After every input: when something of the state first was so. */
  firstMs(is: (refill: Refill) => boolean): number | null {
    let refill: Refill | null = null;
    for (const input of this.inputs) {
      if (refill === null) refill = Refill.begin(input as BeginInput);
      else refill.apply(input);
      if (is(refill)) return input.atMs;
    }
    return null;
  }
}

export const advisory = (refill: Refill, kind: string) => refill.state.advisories.findLast((a) => a.advisory === kind);
export const hold = (refill: Refill, name: string) => refill.state.holds.find((h) => h.hold === name)?.state;
