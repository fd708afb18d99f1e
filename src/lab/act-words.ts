/** An act in a few words, for people who look on. */
import { ACTS, type ActName, type Step } from '../hil/scenario/steps.ts';

const NAMES = Object.keys(ACTS) as ActName[];

export function actWords(step: Step): string {
  const name = NAMES.find((one) => step[one] !== undefined);
  if (name === undefined) return 'nothing';
  const what = step[name];
  const text = typeof what === 'string' ? what : JSON.stringify(what).replaceAll('"', '').replaceAll(',', ', ');
  return `station ${step.on}: ${name} ${text.length > 160 ? `${text.slice(0, 157)}...` : text}`;
}
