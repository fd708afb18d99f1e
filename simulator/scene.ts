/** One bay in motion: script, bay, sensors and the firmware's idea of the reservoir, stepped together on a fixed grid. */
import type { EventReport, StateReport } from '../protocols/hrsp/messages.ts';
import { Bay, type BayConditions } from './physics/bay.ts';
import { ReservoirEstimate } from './physics/reservoir-estimate.ts';
import { type Seen, Sensors } from './physics/sensors.ts';
import type { Random } from './random.ts';
import { type Act, type Script, ScriptPlayer } from './script.ts';

export const ROOM: BayConditions = { roomCel: 22, infusateCel: 22, ambientKpa: 101.325 };
/** Longest step the drain and the line can take without losing accuracy. */
const LONGEST_STEP_S = 0.05;
/** Step while the past before the boot is run through: nobody sees it. */
const PAST_STEP_S = 0.25;

export interface SceneEvents {
  happened(source: EventReport['source'], state: string, data: string): void;
  silence(seconds: number): void;
  reboot(): void;
}

export class Scene {
  readonly bay = new Bay(ROOM);
  readonly estimate = new ReservoirEstimate();
  private readonly sensors: Sensors;
  private readonly player: ScriptPlayer;
  private readonly events: SceneEvents;
  private timeS = 0;
  private muted = true;

  constructor(script: Script, random: Random, events: SceneEvents) {
    this.sensors = new Sensors(random);
    this.events = events;
    this.player = new ScriptPlayer(script, (act) => this.perform(act));
    while (this.timeS < script.startAtS) this.step(Math.min(PAST_STEP_S, script.startAtS - this.timeS));
    this.muted = false;
  }

  get seen(): Readonly<Seen> {
    return this.sensors.seen;
  }

  /** Lets that much scenario time pass. */
  advance(seconds: number): void {
    const steps = Math.ceil(seconds / LONGEST_STEP_S - 1e-9);
    for (let i = 0; i < steps; i++) this.step(seconds / steps);
  }

  tare(): void {
    this.sensors.tare(this.bay.truth);
    this.estimate.tared();
    this.say('scale', 'tared');
  }

  zero(): void {
    this.sensors.zero(this.bay.truth);
    this.say('sensor', 'zeroed');
  }

  report(): Omit<StateReport, 'type' | 'state'> & { state: 'idle' | 'ready' | 'measuring' } {
    const { needle, clamp, door, power, patient } = this.bay;
    const state = patient === null ? 'idle' : needle === 'in' ? 'measuring' : 'ready';
    return { state, needle, clamp, door, power };
  }

  private step(seconds: number): void {
    this.timeS += seconds;
    this.player.to(this.timeS + 1e-9);
    const { bay, sensors } = this;
    bay.step(seconds);
    sensors.look(bay.truth, seconds, this.timeS, {
      airInLine: bay.airInLine,
      onBattery: bay.power === 'battery',
    });
    this.estimate.step(sensors.seen.mass, sensors.seen.pressure, seconds);
  }

  private say(source: EventReport['source'], state: string, data = ''): void {
    if (!this.muted) this.events.happened(source, state, data);
  }

  private perform(act: Act): void {
    const { bay } = this;
    switch (act.do) {
      case 'arrive':
        bay.arrive(act.patient);
        this.estimate.expect(act.patient.expectedMl);
        break;
      case 'leave':
        bay.leave();
        this.estimate.expect(null);
        break;
      case 'scan':
        this.say('scan', act.symbology, act.data);
        break;
      case 'tare':
        this.tare();
        break;
      case 'zero':
        this.zero();
        break;
      case 'needle':
        bay.needle = act.state;
        if (act.gauge) bay.needleGauge = act.gauge;
        this.estimate.needle(act.state, this.sensors.seen.mass);
        this.say('needle', act.state);
        break;
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
      case 'silence':
        if (!this.muted) this.events.silence(act.seconds);
        break;
      case 'reboot':
        if (!this.muted) this.events.reboot();
        break;
    }
  }
}
