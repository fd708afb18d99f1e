/** How instruments differ from each other, and how they fail. */

export const SENSOR_CHANNELS = ['mass', 'flow', 'pressure', 'temperature', 'ambient'] as const;
export type SensorChannel = (typeof SENSOR_CHANNELS)[number];
export const SENSOR_FAULTS = ['stuck', 'drift', 'bias', 'saturated', 'missing', 'noisy'] as const;
export type SensorFaultName = (typeof SENSOR_FAULTS)[number];

/** Systematic errors of one station's instruments, from their calibration: they stay when tared or zeroed. */
export interface InstrumentErrors {
  /** 1 = true. */
  readonly massGain: number;
  readonly flowGain: number;
  readonly pressureGain: number;
  /** The pump lies so much higher than where pressure was zeroed, cm: 0.098 kPa each while the needle is in. */
  readonly pumpHigherCm: number;
  readonly temperatureCel: number;
  readonly ambientKpa: number;
}

export const TRUE_INSTRUMENTS: InstrumentErrors = {
  massGain: 1,
  flowGain: 1,
  pressureGain: 1,
  pumpHigherCm: 0,
  temperatureCel: 0,
  ambientKpa: 0,
};

export interface SensorFault {
  readonly channel: SensorChannel;
  readonly fault: SensorFaultName;
  /** From so many seconds after the patient's arrival, until they leave. */
  readonly fromS: number;
  /** `drift`: unit of the channel per minute; `bias`: unit of the channel; `noisy`: times the usual noise; else unused. */
  readonly size: number;
}

/** What one channel shows instead of what it should. */
export class FailingChannel {
  private stuckAt: number | null = null;
  readonly fault: SensorFault;

  constructor(fault: SensorFault) {
    this.fault = fault;
  }

  /** `sinceS`: time since the patient's arrival. */
  begun(sinceS: number): boolean {
    return sinceS >= this.fault.fromS;
  }

  get channel(): SensorChannel {
    return this.fault.channel;
  }

  /** Whatever it was tared or zeroed at. */
  atItsEnd(sinceS: number): boolean {
    return this.fault.fault === 'saturated' && this.begun(sinceS);
  }

  /** Before tare and zero: they take a bias away, and a stuck value with it. */
  shows(value: number, sinceS: number): number {
    const { fault, size, fromS } = this.fault;
    switch (fault) {
      case 'stuck':
        this.stuckAt ??= value;
        return this.stuckAt;
      case 'drift':
        return value + (size * (sinceS - fromS)) / 60;
      case 'bias':
        return value + size;
      case 'saturated':
      case 'missing':
      case 'noisy':
        return value;
    }
  }

  /** How much of the usual noise a line has. */
  get noise(): number {
    const { fault, size } = this.fault;
    return fault === 'stuck' || fault === 'saturated' ? 0 : fault === 'noisy' ? size : 1;
  }
}
