/** What a scenario is played against, and what of it cannot be played there. */
import type { LoadedScenario } from './scenario/load.ts';
import type { Step } from './scenario/steps.ts';
import { benchWords } from './stand/bench-words.ts';

export type Target =
  | { readonly kind: 'sim' }
  /** A capture, in a time of its own; with so many links, once it has been read. */
  | { readonly kind: 'replay'; readonly file: string; readonly stations?: number }
  /** A station on a bench, in real time, with somebody beside it. */
  | { readonly kind: 'link'; readonly url: string };

/** Throws RangeError with what may be written. */
export function parseTarget(text: string): Target {
  if (text === 'sim') return { kind: 'sim' };
  const [, kind, rest = ''] = /^(replay|link):(.+)$/s.exec(text) ?? [];
  if (kind === 'replay') return { kind, file: rest };
  if (kind === 'link') return { kind, url: rest };
  throw new RangeError(
    `${JSON.stringify(text)}: use sim, replay:FILE for a capture, or link:PORT for a station (link:/dev/ttyUSB0, link:tcp://host:port)`,
  );
}

/** One line per step or part of the set-up that cannot be there, `file:line: why`; none for simulated stations. */
export function unplayable({ file, scenario, lines }: LoadedScenario, target: Target): string[] {
  if (target.kind === 'sim') return [];
  const { setup, steps } = scenario;
  const where = target.kind === 'replay' ? 'a capture' : 'a bench';
  const problems: string[] = [];
  if (setup.sameSerial) problems.push(`${file}: sameSerial: ${where} has the stations that it has`);
  if (target.kind === 'link' && setup.stations.length > 1) {
    problems.push(`${file}: ${setup.stations.length} stations: a bench is one link`);
  }
  if (target.kind === 'replay' && setup.stations.length > (target.stations ?? Number.POSITIVE_INFINITY)) {
    problems.push(`${file}: ${setup.stations.length} stations: the capture has ${target.stations}`);
  }
  for (const [index, step] of steps.entries()) {
    const papers = step.screen?.do === 'begin' && setup.bench === undefined;
    const why = papers ? 'begins a refill: setup.bench has to say what stands in the papers' : obstacle(step, target);
    if (why !== null) problems.push(`${file}:${lines.steps[index] ?? 0}: ${why}`);
  }
  return problems;
}

function obstacle(step: Step, target: Target): string | null {
  if (step.when?.truth !== undefined) {
    return 'waits for the truth of a simulated patient: wait for what the product says (when: { refill: ... })';
  }
  if (target.kind === 'replay') return null;
  if (step.host !== undefined) return 'the clock of this computer is not set by a scenario';
  const trouble = (['fault', 'befall', 'sensor', 'heal', 'stationClock'] as const).find(
    (name) => step[name] !== undefined,
  );
  if (trouble !== undefined) return `${trouble}: only simulated stations can be told; ask for it with operator`;
  const silence = step.station === 'quiet' || step.station === 'resume';
  return silence && benchWords(step) === null ? `station ${step.station}: only simulated stations can be told` : null;
}
