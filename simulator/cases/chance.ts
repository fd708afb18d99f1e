import type { Random } from '../random.ts';

/** Uniform in [low, high). */
export function within(random: Random, low: number, high: number): number {
  return low + (high - low) * random.next();
}

export function oneOf<T>(random: Random, list: readonly T[]): T {
  return list[random.between(0, list.length - 1)] as T;
}

/** A normal deviate that is not further out than `most` deviations. */
export function bounded(random: Random, most: number): number {
  return Math.max(-most, Math.min(most, random.gauss()));
}
