/** Numbers of one station, ready to be shown: text or nothing. Components get at values only through here. */
import type { Channel } from '../../../protocols/reading.ts';
import type { ChannelMeta, StationView } from '../api-types.ts';
import type { Freshness } from './model/freshness.ts';
import { duration, fixed, shownUncertainty } from './model/number-text.ts';
import { store } from './page.ts';
import { strings } from './strings.ts';

export interface Shown {
  readonly freshness: Freshness;
  /** `null` when not fresh or missing. */
  value(channel: Channel): number | null;
  text(channel: Channel): string | null;
  unit(channel: Channel): string;
  readonly flags: readonly string[];
  readonly simulated: boolean;
  /** Device tick of the reading shown, ms; on the page so that its latency can be measured from outside. */
  readonly tickMs: number | null;
}

export function metaOf(channel: Channel): ChannelMeta | undefined {
  return store.hello.value?.channels.find((c) => c.name === channel);
}

/** Read inside a component: it is then redrawn on every tick. */
export function shown(station: StationView): Shown {
  const freshness = store.freshness(station);
  const reading = store.freshReading(station);
  const channels = store.hello.value?.channels ?? [];
  const value = (channel: Channel) => {
    const index = channels.findIndex((c) => c.name === channel);
    return index < 0 ? null : (reading?.values[index] ?? null);
  };
  return {
    freshness,
    value,
    text: (channel) => fixed(value(channel), metaOf(channel)?.decimals ?? 0, strings.decimalMark),
    unit: (channel) => strings.unit(metaOf(channel)?.unit ?? ''),
    flags: (reading?.flags ?? []).filter((flag) => flag !== 'simulated'),
    tickMs: reading?.tickMs ?? null,
    simulated: station.simulated || (reading?.flags.includes('simulated') ?? false),
  };
}

/** A number in the language spoken; a dash for none. */
export function numberText(value: number | null | undefined, decimals: number): string {
  return fixed(value, decimals, strings.decimalMark) ?? strings.blank;
}

export function uncertaintyText(u95: number, decimals: number): string {
  return numberText(shownUncertainty(u95, decimals), decimals);
}

/** With a plus where it is more than nothing. */
export function signedText(value: number, decimals: number): string {
  const text = numberText(value, decimals);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

export function flagText(flag: string): string {
  const known: Record<string, string> = strings.flags;
  return known[flag] ?? strings.flagNotKnown(flag);
}

/** "0.2 s ago", or the words that stand instead of a value. */
export function ageText(freshness: Freshness): string {
  if (freshness.kind === 'never') return strings.noValueYet;
  const age = duration(freshness.ageMs, strings.durations);
  return freshness.kind === 'fresh' ? strings.age(age) : strings.noFreshValueSince(age);
}
