/** What a boot loader and an application print on the line they share with everybody, colours included. */
const ESC = '\x1b[';
const info = (text: string) => `I: ${text}`;
const error = (text: string) => `${ESC}1;31mE: ${text}${ESC}0m`;

export const BOOT_TEXT = {
  begin: ['*** Booting MCUboot v2.2.0 (simulated) ***', info('Starting bootloader')],
  start: [info('Jumping to the first image slot'), `${ESC}0m*** Booting simulated refill station ***`],
  recovery: info('Enter the serial recovery mode'),
  noImage: error('Unable to find bootable image'),
  invalidSecondary: error('Image in the secondary slot is not valid!'),
  swapping: (kind: 'test' | 'permanent' | 'revert') => info(`Swap type: ${kind}`),
} as const;

/** A line of the application's log, as Zephyr's console backend writes it. */
export function logLine(uptimeMs: number, level: 'inf' | 'wrn' | 'err', text: string): string {
  const s = Math.floor(uptimeMs / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  const micro = String(Math.floor(uptimeMs % 1000)).padStart(3, '0');
  const colour = level === 'inf' ? `${ESC}0m` : level === 'wrn' ? `${ESC}1;33m` : `${ESC}1;31m`;
  return `[${clock}.${micro},000] ${colour}<${level}> firmware: ${text}${ESC}0m`;
}
