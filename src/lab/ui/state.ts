/** What the lab's server says, kept for the page; events come in, signals go out. */
import { signal } from '@preact/signals';
import type { LabEvents, LogLine, More, Run, Sample, ScenarioItem } from '../api-types.ts';
import { strings } from './strings.ts';

const MOST_LINES = 300;
const MOST_SAMPLES = 1200;
const SILENCE_MS = 4000;

export const run = signal<Run | null>(null);
export const log = signal<readonly LogLine[]>([]);
/** By number of the station. */
export const samples = signal<ReadonlyMap<number, readonly Sample[]>>(new Map());
export const scenarios = signal<readonly ScenarioItem[]>([]);
export const connection = signal<'connecting' | 'live' | 'lost'>('connecting');
/** What could not be done, and why. */
export const problem = signal<string | null>(null);
/** The station that switches are for. */
export const chosen = signal(1);
export const version = signal('');

let heardMs = 0;

export function start(): void {
  void loadScenarios();
  const source = new EventSource('api/v1/lab/events');
  const on = <K extends keyof LabEvents>(name: K, take: (payload: LabEvents[K]) => void) =>
    source.addEventListener(name, (event) => {
      heardMs = performance.now();
      connection.value = 'live';
      take(JSON.parse(event.data));
    });
  on('run', (now) => {
    if (now !== null && now.id !== run.value?.id) chosen.value = 1;
    run.value = now;
  });
  on('more', take);
  on('beat', (beat) => {
    version.value = beat.version;
  });
  setInterval(() => {
    if (performance.now() - heardMs > SILENCE_MS && connection.value === 'live') connection.value = 'lost';
  }, 500);
}

function take(more: More): void {
  const lines = more.all ? more.log : [...log.value, ...more.log];
  log.value = lines.slice(-MOST_LINES);
  const next = new Map(more.all ? [] : samples.value);
  const fresh = groups(more.samples);
  for (const [number, added] of fresh) next.set(number, [...(next.get(number) ?? []), ...added].slice(-MOST_SAMPLES));
  samples.value = next;
}

function groups(list: readonly Sample[]): Map<number, Sample[]> {
  const map = new Map<number, Sample[]>();
  for (const sample of list) {
    const group = map.get(sample[0]);
    if (group === undefined) map.set(sample[0], [sample]);
    else group.push(sample);
  }
  return map;
}

export async function loadScenarios(): Promise<void> {
  try {
    const answer = await fetch('api/v1/lab/scenarios');
    if (answer.ok) scenarios.value = await answer.json();
  } catch {
    problem.value = strings.noConnection;
  }
}

/** Asks the server to do something; what it refuses is shown. */
export async function ask(what: 'run' | 'stop' | 'speed' | 'pause' | 'act', body: object = {}): Promise<void> {
  problem.value = null;
  try {
    const answer = await fetch(`api/v1/lab/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (answer.ok) return;
    const said = (await answer.json()) as { error?: { message?: string } };
    problem.value = said.error?.message ?? strings.refused(answer.status);
  } catch {
    problem.value = strings.noConnection;
  }
}
