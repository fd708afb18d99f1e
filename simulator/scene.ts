/** One bay in motion: patients, nurse, bay, sensors and the firmware's idea of the reservoir, stepped together on a fixed grid. */
import type { EventReport, StateReport } from '../protocols/hrsp/messages.ts';
import type { RefillCase } from './cases/case.ts';
import { befall, MishapWatch } from './cases/mishaps.ts';
import { conditionsOf, expectedMl, patientOf } from './cases/patient.ts';
import { Hands } from './nurse/hands.ts';
import { Nurse } from './nurse/nurse.ts';
import type { NurseOrder } from './nurse/orders.ts';
import { Bay } from './physics/bay.ts';
import { FLUIDS } from './physics/fluids.ts';
import type { BayConditions } from './physics/patient.ts';
import { ReservoirEstimate } from './physics/reservoir-estimate.ts';
import { TRUE_INSTRUMENTS } from './physics/sensor-faults.ts';
import { type Seen, Sensors } from './physics/sensors.ts';
import { SEA_LEVEL_KPA } from './physics/units.ts';
import { type Random, seededRandom } from './random.ts';
import { type Act, type Part, ScriptPlayer } from './script.ts';
import type { Trouble } from './troubles.ts';
import { type TruthAtScene, truthOf } from './truth.ts';

export const ROOM: BayConditions = {
  roomCel: 22,
  infusateCel: 22,
  ambientKpa: SEA_LEVEL_KPA,
  infusate: FLUIDS.saline,
};
/** Longest step the drain and the line can take without losing accuracy. */
const LONGEST_STEP_S = 0.05;
/** Step while the past before the boot is run through: nobody sees it. */
const PAST_STEP_S = 0.25;
/** From one patient to the next. */
const BETWEEN_PATIENTS_S = 60;
const TRUTH_EVERY_S = 1;
/** Random streams of a case's seed. */
const NURSE_STREAM = 1;

export interface SceneEvents {
  happened(source: EventReport['source'], state: string, data: string): void;
  silence(seconds: number): void;
  reboot(): void;
  /** A patient has come; also said at the start for one who is already there. */
  visit?(round: number, refill: RefillCase): void;
  /** Something went wrong at the bay. */
  befell?(what: string): void;
  /** About once a scenario second while a patient is there, and whenever the phase changes. */
  truth?(truth: TruthAtScene): void;
}

export class Scene {
  readonly bay = new Bay(ROOM);
  /** How often the scale was tared or the sensors zeroed. */
  resets = 0;
  readonly estimate = new ReservoirEstimate();
  private readonly part: Part;
  private readonly sensors: Sensors;
  private readonly player: ScriptPlayer;
  private readonly events: SceneEvents;
  private nurse: Nurse | null = null;
  private mishaps: MishapWatch | null = null;
  private residualMl: number | null = null;
  private round = -1;
  private arrivesAtS: number;
  private arrivedAtS = 0;
  private truthAtS = 0;
  private truthPhase = 'away';
  private timeS = 0;
  private muted = true;

  constructor(part: Part, random: Random, events: SceneEvents) {
    this.part = part;
    this.sensors = new Sensors(random);
    this.events = events;
    this.player = new ScriptPlayer(part.script, (act) => this.perform(act));
    this.arrivesAtS = 0;
    while (this.timeS < part.startAtS) this.step(Math.min(PAST_STEP_S, part.startAtS - this.timeS));
    this.muted = false;
  }

  get seen(): Readonly<Seen> {
    return this.sensors.seen;
  }

  get quality(): Sensors['quality'] {
    return this.sensors.quality;
  }

  /** Nobody is here, and nobody comes any more. */
  get over(): boolean {
    return this.nurse === null && this.arrivesAtS === Number.POSITIVE_INFINITY;
  }

  /** The refill under way and its number from 0; `null` without a patient. */
  get visit(): { readonly round: number; readonly refill: RefillCase } | null {
    return this.nurse === null ? null : { round: this.round, refill: this.nurse.task };
  }

  /** Lets that much scenario time pass. */
  advance(seconds: number): void {
    const steps = Math.ceil(seconds / LONGEST_STEP_S - 1e-9);
    for (let i = 0; i < steps; i++) this.step(seconds / steps);
  }

  tare(): void {
    this.sensors.tare();
    this.estimate.tared();
    this.resets++;
    this.look(0);
    this.say('scale', 'tared');
  }

  zero(): void {
    this.sensors.zero();
    this.resets++;
    this.look(0);
    this.say('sensor', 'zeroed');
  }

  /** Returns false when there is no nurse to be told. */
  order(order: NurseOrder): boolean {
    if (this.nurse === null) return false;
    this.nurse.order(order);
    return true;
  }

  /** What happens at the bay whoever is there, by order. Throws RangeError for what cannot be now. */
  trouble(trouble: Trouble): void {
    const { bay } = this;
    switch (trouble.do) {
      case 'sensor':
        this.sensors.fail({ ...trouble, fromS: this.timeS - this.arrivedAtS });
        break;
      case 'heal':
        this.sensors.heal(trouble.channel);
        break;
      case 'befall':
        if (bay.patient === null) throw new RangeError('no patient is here: nothing can befall a refill');
        befall(trouble.mishap, bay);
        this.events.befell?.(trouble.mishap.what);
        break;
      case 'surroundings':
        bay.surround({
          ambientKpa: trouble.ambientKpa ?? bay.conditions.ambientKpa,
          roomCel: trouble.roomCel ?? bay.conditions.roomCel,
          infusateCel: trouble.infusateCel ?? bay.conditions.infusateCel,
        });
        break;
      case 'power':
      case 'door':
      case 'clamp':
        this.perform(trouble);
        break;
    }
  }

  report(): Omit<StateReport, 'type' | 'state'> & { state: 'idle' | 'ready' | 'measuring' } {
    const { needle, clamp, door, power, patient } = this.bay;
    const state = patient === null ? 'idle' : needle === 'in' ? 'measuring' : 'ready';
    return { state, needle, clamp, door, power };
  }

  private step(seconds: number): void {
    const { bay, sensors, estimate } = this;
    if (this.nurse === null && this.timeS + 1e-9 >= this.arrivesAtS) this.arrive();
    this.timeS += seconds;
    this.player.to(this.timeS + 1e-9);
    this.nurse?.step(seconds);
    if (this.nurse !== null) this.mishaps?.look(this.nurse, bay);
    if (bay.place === 'reservoir') this.residualMl ??= bay.pump?.volumeMl ?? null;
    bay.step(seconds);
    this.look(seconds);
    estimate.step(sensors.seen.mass, sensors.seen.pressure, seconds);
    this.sayTruth();
    if (this.nurse?.done) this.leave();
  }

  private look(seconds: number): void {
    const { bay } = this;
    this.sensors.look(bay.truth, seconds, this.timeS, {
      airPasses: bay.air.passing,
      onBattery: bay.power === 'battery',
      needleIn: bay.place !== 'out',
      sinceS: this.timeS - this.arrivedAtS,
    });
  }

  private arrive(): void {
    const refill = this.part.visit(++this.round);
    if (refill === null) {
      this.arrivesAtS = Number.POSITIVE_INFINITY;
      return;
    }
    const { bay } = this;
    this.arrivedAtS = this.timeS;
    this.residualMl = null;
    bay.arrive(patientOf(refill), conditionsOf(refill));
    this.sensors.equip(refill.instruments, refill.sensorFaults);
    this.estimate.expect(expectedMl(refill));
    const hands = new Hands(
      bay,
      refill.nurse.touchG,
      (act) => this.perform(act),
      (grams) => this.sensors.touch(grams),
    );
    this.nurse = new Nurse(refill, hands, seededRandom(refill.seed, NURSE_STREAM));
    this.mishaps = new MishapWatch(refill.mishaps, (what) => this.events.befell?.(what));
    this.truthAtS = this.timeS;
    if (!this.muted) this.events.visit?.(this.round, refill);
  }

  private leave(): void {
    this.bay.leave();
    this.sensors.equip(TRUE_INSTRUMENTS, []);
    this.estimate.expect(null);
    this.nurse = null;
    this.mishaps = null;
    this.arrivesAtS = this.timeS + BETWEEN_PATIENTS_S;
  }

  private sayTruth(): void {
    const { nurse, events } = this;
    if (nurse === null || this.muted || events.truth === undefined) return;
    if (this.timeS + 1e-9 < this.truthAtS && nurse.phase === this.truthPhase && !nurse.done) return;
    this.truthPhase = nurse.phase;
    while (this.truthAtS <= this.timeS + 1e-9) this.truthAtS += TRUTH_EVERY_S;
    events.truth(truthOf(this.bay, nurse, this.residualMl, this.timeS - this.arrivedAtS));
  }

  private perform(act: Act): void {
    const { bay } = this;
    switch (act.do) {
      case 'scan':
        this.say('scan', act.symbology, act.data);
        break;
      case 'tare':
        this.tare();
        break;
      case 'zero':
        this.zero();
        break;
      case 'needle': {
        const before = bay.needle;
        bay.needle = act.place === 'out' ? 'out' : 'in';
        bay.place = act.place;
        if (act.gauge) bay.line.gauge = act.gauge;
        if (bay.needle === before) break;
        this.estimate.needle(bay.needle, this.sensors.seen.mass);
        this.say('needle', bay.needle);
        break;
      }
      case 'clamp':
        bay.clamp = act.state;
        this.say('clamp', act.state);
        break;
      case 'door':
        bay.door = act.state;
        this.say('door', act.state);
        break;
      case 'power':
        bay.power = act.state;
        this.say('power', act.state);
        break;
      case 'hand':
        bay.move(act.hand);
        break;
      case 'syringe':
        bay.fit(FLUIDS[act.fluid]);
        break;
      case 'silence':
        if (!this.muted) this.events.silence(act.seconds);
        break;
      case 'reboot':
        if (!this.muted) this.events.reboot();
        break;
    }
  }

  private say(source: EventReport['source'], state: string, data = ''): void {
    if (!this.muted) this.events.happened(source, state, data);
  }
}
