/** How firmware is put on the command line. */
import type { ImageView, JobView, ProblemView } from '../../firmware/views.ts';
import { green, plain, red, say, yellow } from '../terminal.ts';

export const shortHash = (hash: string | null): string => (hash === null ? '' : hash.slice(0, 10));
export const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;

export const PHASES: Readonly<Record<JobView['phase'], string>> = {
  waiting: 'waiting',
  looking: 'asking the station what it holds',
  uploading: 'sending the image',
  checking: 'checking what the station has stored',
  marking: 'marking the image for a trial',
  restarting: 'the station restarts',
  proving: 'the new firmware has to prove itself',
  keeping: 'keeping the new firmware',
  unmarking: 'taking the image back',
  ended: 'ended',
};

export function problemLines(problems: readonly ProblemView[], indent = ''): string[] {
  return problems.map(({ code, message }) => `${indent}${red('✗')} ${code}: ${plain(message, 400)}`);
}

/** What the image is, and what stands against it. */
export function sayImage(image: ImageView, name: string): void {
  const { version, hash, bytes, hardwareRevisions, signedBy, problems } = image;
  say(`${name}: ${version === null ? 'no image' : `version ${version}`}, ${bytes} bytes`);
  if (hash !== null) say(`  hash      ${hash}`);
  if (version !== null)
    say(`  hardware  ${hardwareRevisions.join(', ') || 'not said by the image: by its hash in the policy'}`);
  if (signedBy !== null) say(`  signed    by ${signedBy.key} (${signedBy.algorithm})`);
  for (const line of problemLines(problems, '  ')) say(line);
  if (problems.length === 0) say(`  ${green('✓')} it is what its signer made`);
}

export function sayStations(stations: ImageView['stations']): void {
  for (const { station, problems } of stations) {
    if (problems.length === 0) say(`  ${green('✓')} ${station}: may get it`);
    else say(`  ${yellow('–')} ${station}: ${problems.map((p) => `${p.code}: ${plain(p.message, 400)}`).join('; ')}`);
  }
}
