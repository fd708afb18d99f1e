/**
 * An update of 132 kB over a serial line of 115,200 baud: the daemon's own task on one end, the simulator's firmware on the
 * other, in virtual time, so that the figures are those of the line and the protocol and not of the machine.
 *
 *   npx tsx bench/firmware.ts
 */
import { pathToFileURL } from 'node:url';
import { uploadRoom } from '../protocols/smp/index.ts';
import { buildImage } from '../simulator/firmware/image-builder.ts';
import type { FirmwareOptions } from '../simulator/firmware/options.ts';
import { newSigningKey } from '../simulator/firmware/signing.ts';
import { FirmwareRig } from '../test/support/firmware-rig.ts';

export const IMAGE_BYTES = 132_476;
export const BAUD = 115_200;
/** Zephyr 4.4 with MCUboot under QEMU at 115,200 baud, one piece at a time: seconds for 132,476 bytes. */
export const MEASURED_S = { 256: 52, 768: 26.6 } as const;

/**
 * Per request, so that one piece of 256 bytes at a time takes as long as it really did: that station ran in an emulator. The
 * 768 bytes, which are not fitted, come out 7 % above what was measured.
 */
const AS_SLOW_AS_MEASURED_MS = 61;

export interface UploadCost {
  readonly name: string;
  readonly uploadS: number;
  /** From the order to "updated": upload, swap, restart, proof, confirmation. */
  readonly wholeS: number;
  /** Of the line's bytes a second that are bytes of the image. */
  readonly lineShare: number;
  /** How often faster than 256 bytes at a time, on the same station. */
  readonly timesFaster: number;
  /** CPU of both ends together, ms. */
  readonly cpuMs: number;
}

/** Smallest receiver that takes a piece of `bytes`. */
function receiverFor(bytes: number): number {
  const piece = { offset: IMAGE_BYTES, data: new Uint8Array(0) };
  let buffer = bytes;
  while (uploadRoom(buffer, piece) < bytes) buffer++;
  return buffer;
}

export async function benchFirmware(): Promise<UploadCost[]> {
  const key = newSigningKey('ed25519');
  const spec = { version: { major: 1, minor: 1, revision: 0, build: 0 }, hardwareRevisions: ['SIM-A'], key };
  // The header, hash and signature around the body take the same room in every image.
  const around = buildImage({ ...spec, bodyBytes: 1000 }).length - 1000;
  const image = buildImage({ ...spec, bodyBytes: IMAGE_BYTES - around });
  const trustedKeys = [key.publicKey];
  const oneAtATime = (bytes: number): FirmwareOptions => ({ bufferBytes: receiverFor(bytes), bufferCount: 1 });
  const ways: readonly (readonly [string, FirmwareOptions])[] = [
    ['256 bytes at a time', oneAtATime(256)],
    ['768 bytes at a time', oneAtATime(768)],
    ['as its 4 buffers of 384 bytes allow', {}],
  ];
  const stations = [
    ['a prompt station', {}],
    ['one as slow as was measured', { timing: { serviceMs: AS_SLOW_AS_MEASURED_MS } }],
  ] as const;
  const costs: UploadCost[] = [];
  for (const [who, slow] of stations) {
    let baselineS = Number.NaN;
    for (const [how, firmware] of ways) {
      const before = process.cpuUsage();
      const rig = new FirmwareRig({ image, firmware: { trustedKeys, ...firmware, ...slow } });
      const { outcome, uploadMs, tookMs } = await rig.run();
      const { user, system } = process.cpuUsage(before);
      if (outcome.kind !== 'updated') throw new Error(`${who}, ${how}: ${outcome.detail}`);
      const uploadS = uploadMs / 1000;
      if (Number.isNaN(baselineS)) baselineS = uploadS;
      costs.push({
        name: `${who}, ${how}`,
        uploadS,
        wholeS: tookMs / 1000,
        lineShare: image.length / uploadS / (BAUD / 10),
        timesFaster: baselineS / uploadS,
        cpuMs: (user + system) / 1000,
      });
    }
  }
  return costs;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.table(await benchFirmware());
