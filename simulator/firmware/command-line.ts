/** The simulator's options about firmware: their texts, and what they mean. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type McubootVersion, parseVersion } from '../../protocols/smp/mcuboot/index.ts';
import { FIRMWARE_FAULTS, type FirmwareFault, parseFirmwareFault } from './faults.ts';
import type { FirmwareOptions } from './options.ts';
import { readKey } from './signing.ts';

export interface ParsedFirmware {
  firmwareVersion: McubootVersion[];
  hardwareRevision: string[];
  firmwareKey: KeyObject[];
  firmwareFault: FirmwareFault[];
  smpBuffer: { bytes: number; count: number };
  consoleNoise: boolean;
  telemetryInUpdate: 'pauses' | 'continues';
}

const BUFFER = { bytes: { min: 64, max: 8192 }, count: { min: 1, max: 64 } } as const;
/** As in HRSP's ID. */
const REVISION = /^[\x20-\x23\x25-\x29\x2b\x2d-\x7e]{1,32}$/;

/** `parse` sees each value with those before it. */
function listOf<T>(flags: string, what: string, parse: (text: string, before: T[]) => T[]): Option {
  return new Option(flags, what).argParser(parse).default([], 'none');
}

export function addFirmwareOptions(program: Command): Command {
  return program
    .addOption(
      new Option('--firmware-version <list>', 'versions they are made with, in turn: 1.0.0,0.9.2')
        .argParser(versions)
        .default(versions('1.0.0'), '1.0.0'),
    )
    .addOption(
      new Option('--hardware-revision <list>', 'hardware revisions, in turn: SIM-A,SIM-B')
        .argParser(revisions)
        .default(['SIM-A'], 'SIM-A'),
    )
    .addOption(listOf('--firmware-key <file>', 'public key (PEM) whose images they start; may be repeated', key))
    .addOption(listOf('--firmware-fault <name[:value]>', 'what goes wrong with firmware; may be repeated', fault))
    .addOption(
      new Option('--smp-buffer <bytes[xcount]>', 'receiver of firmware updates')
        .argParser(buffer)
        .default({ bytes: 384, count: 4 }, '384x4'),
    )
    .option('--console-noise', 'boot loader and firmware print on the same line', false)
    .addOption(
      new Option('--telemetry-in-update <how>', 'while an image is received')
        .choices(['pauses', 'continues'])
        .default('pauses'),
    );
}

/** One set of options for each station, used in turn. */
export function firmwareOf(parsed: ParsedFirmware): FirmwareOptions[] {
  const { firmwareVersion, hardwareRevision } = parsed;
  return Array.from({ length: firmwareVersion.length * hardwareRevision.length }, (_, i) => ({
    factoryVersion: firmwareVersion[i % firmwareVersion.length] as McubootVersion,
    hardwareRevision: hardwareRevision[i % hardwareRevision.length] as string,
    trustedKeys: parsed.firmwareKey,
    faults: parsed.firmwareFault,
    bufferBytes: parsed.smpBuffer.bytes,
    bufferCount: parsed.smpBuffer.count,
    console: parsed.consoleNoise ? 'noisy' : 'silent',
    telemetry: parsed.telemetryInUpdate,
  }));
}

export function firmwareFaultList(): { name: string; summary: string }[] {
  return Object.entries(FIRMWARE_FAULTS).map(([name, summary]) => ({ name, summary }));
}

function versions(text: string): McubootVersion[] {
  return text.split(',').map((part) => {
    const version = parseVersion(part.trim());
    if (version === null) throw new InvalidArgumentError(`"${part}" is no version; write 1.2.3 or 1.2.3+4.`);
    return version;
  });
}

function revisions(text: string): string[] {
  const list = text.split(',').map((part) => part.trim());
  if (list.every((part) => REVISION.test(part))) return list;
  throw new InvalidArgumentError('Each must be 1..32 printable characters without "$", "*" and ",".');
}

function key(file: string, before: KeyObject[]): KeyObject[] {
  const read = readKey(file, createPublicKey);
  if (typeof read === 'string') throw new InvalidArgumentError(`${read}.`);
  return [...before, read.key];
}

function fault(text: string, before: FirmwareFault[]): FirmwareFault[] {
  try {
    return [...before, parseFirmwareFault(text)];
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function buffer(text: string): ParsedFirmware['smpBuffer'] {
  const match = /^(\d{1,5})(?:x(\d{1,3}))?$/.exec(text);
  const bytes = Number(match?.[1] ?? Number.NaN);
  const count = Number(match?.[2] ?? 4);
  const fits = (value: number, { min, max }: { min: number; max: number }) => value >= min && value <= max;
  if (fits(bytes, BUFFER.bytes) && fits(count, BUFFER.count)) return { bytes, count };
  throw new InvalidArgumentError('It must be BYTES or BYTESxCOUNT, 64..8192 bytes and 1..64 of them: 384x4.');
}
