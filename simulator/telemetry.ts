/**
 * Telemetry lines from physics frames: values between two frames are interpolated and get the noise of one measurement.
 * One message is reused for all lines, because a bench asks for thousands a second.
 */
import type { Telemetry } from '../protocols/hrsp/messages.ts';
import { CHANNELS } from '../protocols/reading.ts';
import { INFUSATE_DENSITY } from './physics/reservoir-estimate.ts';
import type { SensorChannel } from './physics/sensor-faults.ts';
import { type LineQualities, NOISE } from './physics/sensors.ts';
import type { Random } from './random.ts';
import type { Scene } from './scene.ts';

const SCALES = CHANNELS.map((c) => 10 ** c.decimals);
const VOLUME = 0;
const FLOW = 1;
const PRESSURE = 2;
const TEMPERATURE = 3;
const MASS = 4;
const AMBIENT = 5;
const PLACES: readonly (readonly [SensorChannel, number])[] = [
  ['flow', FLOW],
  ['pressure', PRESSURE],
  ['temperature', TEMPERATURE],
  ['mass', MASS],
  ['ambient', AMBIENT],
];

export class TelemetrySource {
  private readonly random: Random;
  private before = new Float64Array(CHANNELS.length);
  private after = new Float64Array(CHANNELS.length);
  /** Times the usual noise. */
  private readonly noise = new Float64Array(CHANNELS.length).fill(1);
  private readonly missing = CHANNELS.map(() => false);
  private quality: LineQualities | null = null;
  private hasVolume = false;
  private volumeMoves = false;
  private readonly values: (number | null)[] = CHANNELS.map(() => null);
  private readonly message: { type: 'TEL'; values: (number | null)[]; flags: number } = {
    type: 'TEL',
    values: this.values,
    flags: 0,
  };

  constructor(random: Random) {
    this.random = random;
  }

  /** The scale was tared or the sensors zeroed: a step, not a slope; lines show what is now from the next one on. */
  jump(scene: Scene): void {
    this.frame(scene);
    this.before.set(this.after);
  }

  /** Takes the scene as it now is; lines lead from the frame before to this one. */
  frame(scene: Scene): void {
    const last = this.before;
    this.before = this.after;
    this.after = last;
    const { seen, estimate, quality } = scene;
    // Volume is reckoned from the scale.
    this.hasVolume = estimate.volumeMl !== null && !(estimate.live && quality.mass.missing);
    last[VOLUME] = estimate.volumeMl ?? 0;
    // A patient who arrives is a step, not a slope.
    if (!this.volumeMoves || !estimate.live) this.before[VOLUME] = last[VOLUME];
    this.volumeMoves = estimate.live;
    last[FLOW] = seen.flow;
    last[PRESSURE] = seen.pressure;
    last[TEMPERATURE] = seen.temperature;
    last[MASS] = seen.mass;
    last[AMBIENT] = seen.ambient;
    if (quality !== this.quality) this.judge(quality);
    this.message.flags = seen.flags;
  }

  private judge(quality: LineQualities): void {
    this.quality = quality;
    for (const [channel, place] of PLACES) {
      this.noise[place] = quality[channel].noise;
      this.missing[place] = quality[channel].missing;
    }
  }

  /** The line at `share` (0..1) of the way to the newest frame. Valid until the next call. */
  line(share: number): Telemetry {
    const { random, values } = this;
    const massNoise = random.gauss() * NOISE.massG * (this.noise[MASS] ?? 1);
    const flow = this.between(FLOW, share);
    const flowNoise = random.gauss() * (NOISE.flowFloorMlPerMin + NOISE.flowShare * Math.abs(flow));
    const volume = this.between(VOLUME, share) - (this.volumeMoves ? massNoise / INFUSATE_DENSITY : 0);
    values[VOLUME] = this.hasVolume ? onWire(VOLUME, volume) : null;
    values[FLOW] = this.measured(FLOW, flow, flowNoise);
    values[PRESSURE] = this.measured(PRESSURE, this.between(PRESSURE, share), random.gauss() * NOISE.pressureKpa);
    const warmth = random.gauss() * NOISE.temperatureCel;
    values[TEMPERATURE] = this.measured(TEMPERATURE, this.between(TEMPERATURE, share), warmth);
    values[MASS] = this.missing[MASS] ? null : onWire(MASS, this.between(MASS, share) + massNoise);
    values[AMBIENT] = this.measured(AMBIENT, this.between(AMBIENT, share), random.gauss() * NOISE.ambientKpa);
    return this.message;
  }

  private measured(channel: number, value: number, noise: number): number | null {
    if (this.missing[channel]) return null;
    return onWire(channel, value + noise * (this.noise[channel] ?? 1));
  }

  private between(channel: number, share: number): number {
    const from = this.before[channel] ?? 0;
    return from + ((this.after[channel] ?? 0) - from) * share;
  }
}

/** Within the channel's range and with the decimals the wire carries, so that the ledger holds what a reader decodes. */
function onWire(channel: number, value: number): number {
  const definition = CHANNELS[channel];
  const scale = SCALES[channel] ?? 1;
  if (definition === undefined) return value;
  const bounded = Math.max(definition.min, Math.min(definition.max, value));
  // Adding 0 turns -0 into 0.
  return Math.round(bounded * scale) / scale + 0;
}
