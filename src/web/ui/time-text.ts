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
