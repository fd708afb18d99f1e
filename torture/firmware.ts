/**
 * npm run torture:firmware [-- --stride N]: an update of 132 kB over a line of 115,200 baud to the simulator's firmware, in
 * virtual time, once for every frame of it with power cut there, and for every so many with the cable pulled and with the
 * daemon killed. Exits with 1 when a station was bricked, a wrong image was kept, or a run ended without saying how.
 */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { buildImage } from '../simulator/firmware/image-builder.ts';
import { newSigningKey } from '../simulator/firmware/signing.ts';
import { accidentsAtEveryFrame, accidentTable } from '../test/support/firmware-accidents.ts';
import { FirmwareRig } from '../test/support/firmware-rig.ts';

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return value;
}

async function main(): Promise<number> {
  const { stride, others } = new Command('torture:firmware')
    .option('--stride <n>', 'power is cut at every so many frames', whole, 1)
    .option('--others <n>', 'cable and daemon at every so many frames', whole, 10)
    .exitOverride()
    .parse()
    .opts<{ stride: number; others: number }>();
  const key = newSigningKey('ed25519');
  const version = { major: 1, minor: 1, revision: 0, build: 0 };
  const image = buildImage({ version, hardwareRevisions: ['SIM-A'], key });
  const firmware = { trustedKeys: [key.publicKey], console: 'noisy' } as const;

  const clean = await new FirmwareRig({ image, firmware }).run();
  const single = await new FirmwareRig({ image, firmware: { ...firmware, bufferCount: 1 } }).run();
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  console.log(
    `${image.length} bytes at 115,200 baud: ${seconds(clean.uploadMs)} with pieces under way as the buffers allow, ` +
      `${seconds(single.uploadMs)} one at a time; whole update ${seconds(clean.tookMs)}`,
  );
  let failed = clean.uploadMs > 25_000;
  if (failed) console.log('FAILED: more than 25 s');

  for (const [what, step] of [
    ['power', stride],
    ['cable', others],
    ['daemon', others],
  ] as const) {
    let shown = 0;
    const count = await accidentsAtEveryFrame({
      image,
      firmware,
      what: [what],
      stride: step,
      progress: (done, all) => {
        if (process.stderr.isTTY !== true || done < shown) return;
        shown = done + 20;
        process.stderr.write(`\r${what} ${done}/${all} `);
      },
    });
    if (process.stderr.isTTY === true) process.stderr.write('\r');
    console.log(`\n${what}: ${accidentTable(count)}`);
    for (const failure of count.failures.slice(0, 20)) console.log(`  ${failure}`);
    failed ||= count.failures.length > 0;
  }
  console.log(failed ? '\nFAILED' : '\npassed: nothing bricked, nothing wrong kept, every run said how it ended');
  return failed ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
    console.error(error);
    process.exit(1);
  },
);
