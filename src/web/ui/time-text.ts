/** Times of day and dates, in the reader's own time zone and language. UTC ms since the Unix epoch in, text out. */
import { computed } from '@preact/signals';
import { locale } from './strings.ts';

const formats = computed(() => {
  const of = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale(), { hourCycle: 'h23', ...options });
  return {
    clock: of({ timeStyle: 'short' }),
    seconds: of({ timeStyle: 'medium' }),
    both: of({ dateStyle: 'medium', timeStyle: 'short' }),
    date: of({ dateStyle: 'medium' }),
  };
});

export const clockText = (utcMs: number): string => formats.value.clock.format(utcMs);
export const clockTextWithSeconds = (utcMs: number): string => formats.value.seconds.format(utcMs);
export const dateAndClockText = (utcMs: number): string => formats.value.both.format(utcMs);
export const dateText = (utcMs: number): string => formats.value.date.format(utcMs);

/** How long something takes, as a stopwatch has it: `0:07`, `12:40`, `1:02:03`. Never below 0. */
export function stopwatchText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n % 60).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}:${two(seconds)}` : `${Math.floor(minutes / 60)}:${two(minutes)}:${two(seconds)}`;
}
