/** `simulator make-image`: firmware images for stations that are not there, right ones and ones with a flaw. */
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type McubootVersion, parseImage, parseVersion, versionText } from '../../protocols/smp/mcuboot/index.ts';
import { buildFlawedImage, buildImage, IMAGE_FLAWS, type ImageFlaw, type ImageSpec } from './image-builder.ts';
import { newSigningKey, readKey, SIGNATURE_ALGORITHMS, type SigningKey } from './signing.ts';

interface Parsed {
  out: string;
  key?: string;
  algorithm: SigningKey['algorithm'];
  imageVersion: McubootVersion;
  hardware: string[];
  size: number;
  securityCounter?: number;
  flaw?: ImageFlaw;
  json: boolean;
}

const EXAMPLES = `
Examples:
  make-image --out fw --image-version 1.1.0                a new key fw/signing-key.pem, and fw/station-1.1.0.bin
  make-image --out fw --image-version 1.2.0                another one, by the same key
  make-image --out fw --image-version 1.2.0 --flaw tampered
  simulator --pty ports --firmware-key fw/signing-key.pub.pem      stations that start them

Flaws:
${Object.entries(IMAGE_FLAWS)
  .map(([name, what]) => `  ${name.padEnd(16)}${what}`)
  .join('\n')}

The private key stays in the folder, readable by you alone. It is for simulated stations: never use it for real ones.`;

/** Writes the image and says where; throws CommanderError (what went wrong is then already said). */
export function makeImage(argv: readonly string[], say: (text: string) => void): void {
  const program = new Command('simulator make-image')
    .description('Makes a signed MCUboot image. Its body is no program: only simulated stations run it.')
    .requiredOption('--out <dir>', 'folder for the image, and for the key when there is none yet')
    .addOption(
      new Option('--image-version <version>', '1.2.3 or 1.2.3+4').argParser(version).default(version('1.1.0'), '1.1.0'),
    )
    .addOption(
      new Option('--hardware <revision>', 'hardware revision it is for; may be repeated')
        .argParser(more)
        .default([], 'SIM-A'),
    )
    .option('--size <bytes>', 'of the body', wholeNumber(1, 16 * 1024 * 1024), 131_924)
    .option('--security-counter <n>', 'among the protected entries', wholeNumber(0, 0xffff_ffff))
    .option('--key <file>', 'private key (PEM) to sign with (default: DIR/signing-key.pem, made if it is not there)')
    .addOption(new Option('--algorithm <name>', 'of a new key').choices(SIGNATURE_ALGORITHMS).default('ecdsa'))
    .addOption(new Option('--flaw <name>', 'what is wrong with it').choices(Object.keys(IMAGE_FLAWS)))
    .option('--json', 'say what was made as JSON', false)
    .addHelpText('after', EXAMPLES)
    .allowExcessArguments(false)
    .exitOverride()
    .parse([...argv], { from: 'user' });
  const options = program.opts<Parsed>();
  try {
    report(write(options), options, say);
  } catch (error) {
    program.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  }
}

interface Made {
  readonly file: string;
  readonly image: Buffer;
  readonly publicKeyFile: string | null;
}

function write(options: Parsed): Made {
  mkdirSync(options.out, { recursive: true });
  const { key, publicKeyFile } = signingKey(options);
  const spec: ImageSpec = {
    version: options.imageVersion,
    hardwareRevisions: options.hardware.length > 0 ? options.hardware : ['SIM-A'],
    bodyBytes: options.size,
    key,
    ...(options.securityCounter === undefined ? {} : { securityCounter: options.securityCounter }),
  };
  const { flaw } = options;
  const image = flaw === undefined ? buildImage(spec) : buildFlawedImage(spec, flaw, newSigningKey(key.algorithm));
  const name = `station-${versionText(options.imageVersion)}${flaw === undefined ? '' : `-${flaw}`}.bin`;
  const file = join(options.out, name);
  writeFileSync(file, image);
  return { file, image, publicKeyFile };
}

function signingKey({ key: file, out, algorithm }: Parsed): { key: SigningKey; publicKeyFile: string | null } {
  const own = join(out, 'signing-key.pem');
  const publicKeyFile = join(out, 'signing-key.pub.pem');
  if (file !== undefined) return { key: privateKeyOf(file), publicKeyFile: null };
  if (existsSync(own)) return { key: privateKeyOf(own), publicKeyFile };
  const key = newSigningKey(algorithm);
  writeFileSync(own, key.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  writeFileSync(publicKeyFile, key.publicKey.export({ type: 'spki', format: 'pem' }));
  return { key, publicKeyFile };
}

function privateKeyOf(file: string): SigningKey {
  const read = readKey(file, createPrivateKey);
  if (typeof read === 'string') throw new Error(read);
  return { algorithm: read.algorithm, privateKey: read.key, publicKey: createPublicKey(read.key) };
}

function report({ file, image, publicKeyFile }: Made, options: Parsed, say: (text: string) => void): void {
  const parsed = parseImage(image);
  const hash = parsed.kind === 'image' && parsed.hash ? Buffer.from(parsed.hash.value).toString('hex') : null;
  const fileSha256 = createHash('sha256').update(image).digest('hex');
  const version = versionText(options.imageVersion);
  if (options.json) {
    say(
      JSON.stringify({
        file,
        bytes: image.length,
        version,
        flaw: options.flaw ?? null,
        hash,
        fileSha256,
        publicKeyFile,
      }),
    );
    return;
  }
  say(`${file}  version ${version}, ${image.length} bytes${options.flaw === undefined ? '' : `, ${options.flaw}`}`);
  say(`image hash  ${hash ?? 'none: this is no image'}`);
  if (publicKeyFile !== null) say(`public key  ${publicKeyFile}  (simulator --firmware-key)`);
}

function version(text: string): McubootVersion {
  const parsed = parseVersion(text);
  if (parsed === null) throw new InvalidArgumentError('It must be 1.2.3 or 1.2.3+4.');
  return parsed;
}

function more(text: string, before: string[]): string[] {
  if (!/^[\x20-\x7e]{1,32}$/.test(text)) throw new InvalidArgumentError('It must be 1..32 printable characters.');
  return [...before, text];
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number ${min}..${max}.`);
  };
}
