/** What a station says about itself and how it answers commands; pure. */
import type { CommandRequest, HrspCommand, HrspMessage, Identification } from '../protocols/hrsp/messages.ts';
import { HRSP_VERSION } from '../protocols/hrsp/messages.ts';

/** What a station grants by RATE, Hz. */
const SLOWEST_HZ = 1;
const FASTEST_HZ = 50;
const VERSION_TEXT = `${HRSP_VERSION.major}.${HRSP_VERSION.minor}`;

/** The parts of a station that commands act on. */
export interface CommandTarget {
  identification(): Identification;
  /** The host has said the highest version it speaks, of our major. */
  hostSpeaks(highest: { readonly major: number; readonly minor: number }): void;
  setRate(hz: number): void;
  tare(): void;
  zero(): void;
  setClock(utcMs: number): void;
}

/** What the running firmware says about itself and the board. */
export interface FirmwareNames {
  readonly hardwareRevision: string;
  readonly version: string;
}

export function identify(serial: string, rateHz: number, firmware: FirmwareNames): Identification {
  return {
    type: 'ID',
    serial,
    hardwareRevision: firmware.hardwareRevision,
    firmwareVersion: firmware.version,
    protocol: HRSP_VERSION,
    mode: 'simulated',
    rateHz,
    instruments: [
      { kind: 'scale', model: 'simulated 300 g', serial: `${serial}-M`, channels: ['VOL', 'MAS'] },
      { kind: 'flow', model: 'simulated 40 mL/min', serial: `${serial}-F`, channels: ['FLO', 'TMP'] },
      { kind: 'pressure', model: 'simulated 200 kPa', serial: `${serial}-P`, channels: ['PRS'] },
      { kind: 'barometer', model: 'simulated 110 kPa', serial: `${serial}-B`, channels: ['AMB'] },
    ],
  };
}

/** Carries the command out; the one ACK or NAK it gets, and before that an ID when it asked for identity. */
export function answer({ correlation, command }: CommandRequest, target: CommandTarget): HrspMessage[] {
  const done = (result: string): HrspMessage => ({ type: 'ACK', correlation, result });
  switch (command.name) {
    case 'identify':
      if (command.highest.major !== HRSP_VERSION.major) {
        return [{ type: 'NAK', correlation, reason: 'version', text: VERSION_TEXT }];
      }
      target.hostSpeaks(command.highest);
      return [target.identification(), done(VERSION_TEXT)];
    case 'rate':
      if (command.hz < SLOWEST_HZ || command.hz > FASTEST_HZ) {
        return [{ type: 'NAK', correlation, reason: 'range', text: `${SLOWEST_HZ} to ${FASTEST_HZ} Hz` }];
      }
      target.setRate(command.hz);
      return [done(String(command.hz))];
    case 'tare':
      target.tare();
      return [done('')];
    case 'zero':
      target.zero();
      return [done('')];
    case 'clock':
      target.setClock(command.utcMs);
      return [done('')];
    default:
      return [{ type: 'NAK', correlation, reason: 'unknown', text: unknownText(command) }];
  }
}

function unknownText(command: Extract<HrspCommand, { name: 'other' }>): string {
  return `this station does not know ${command.word}`;
}
