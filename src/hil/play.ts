/** Plays a scenario on a stand: steps in their order, each at its time or when its condition holds. */
import type { HttpAnswer, Recording } from './recording.ts';
import type { LoadedScenario } from './scenario/load.ts';
import type { Step } from './scenario/steps.ts';
import { ActFailed, type Stand, type StationNow } from './stand/stand.ts';

const LONGEST_VISIT_MS = 45 * 60_000;
/** A condition that never comes true ends the wait; the step is then a trouble of the run. */
const LONGEST_WAIT_MS = 60 * 60_000;

export async function play(
  { scenario }: LoadedScenario,
  stand: Stand,
  progress: (nowMs: number, doing: string) => void = () => {},
): Promise<Recording> {
  const steps = new Map<string, number>();
  const troubles: string[] = [];
  const { setup } = scenario;
  const visits = setup.stations.reduce((most, { visits: n }) => Math.max(most, n), 0);
  const lastMs = setup.lasts === undefined ? Math.max(1, visits) * LONGEST_VISIT_MS : setup.lasts * 1000;
  const goOn = async (untilMs: number, doing: string) => {
    await stand.pass(Math.min(untilMs, lastMs));
    progress(stand.nowMs(), doing);
  };
  let before = 0;
  for (const [index, step] of scenario.steps.entries()) {
    const name = step.id ?? `step ${index + 1}`;
    const fromMs = await due(step, before, stand, lastMs, (untilMs) => goOn(untilMs, name));
    if (fromMs === null) {
      troubles.push(`${name}: its condition did not come true before ${(stand.nowMs() / 1000).toFixed(1)} s`);
      break;
    }
    while (stand.nowMs() < Math.min(fromMs, lastMs)) await goOn(fromMs, name);
    await stand.ready();
    before = stand.nowMs();
    try {
      await stand.act(step);
    } catch (error) {
      if (!(error instanceof ActFailed)) throw error;
      troubles.push(`${name}: ${error.message}`);
    }
    if (step.id !== undefined) steps.set(step.id, before);
  }
  while (stand.nowMs() < lastMs && (setup.lasts !== undefined || !stand.over())) await goOn(lastMs, 'to the end');
  const answers = await ask(scenario.expect, stand, troubles);
  return { ...(await stand.finish()), steps, troubles, answers };
}

/** When the step is to be done; `null`: what it waits for does not come. */
async function due(
  step: Step,
  beforeMs: number,
  stand: Stand,
  lastMs: number,
  goOn: (untilMs: number) => Promise<void>,
): Promise<number | null> {
  const afterMs = (step.after ?? 0) * 1000;
  if (step.when === undefined) return step.at === undefined ? beforeMs + afterMs : step.at * 1000 + afterMs;
  const giveUpMs = Math.min(lastMs, stand.nowMs() + LONGEST_WAIT_MS);
  while (!holds(step, stand.stations[step.on - 1])) {
    if (stand.nowMs() >= giveUpMs) return null;
    await goOn(giveUpMs);
  }
  return stand.nowMs() + afterMs;
}

function holds({ when }: Step, now: StationNow | undefined): boolean {
  if (when === undefined) return true;
  if (now === undefined) return false;
  if (when.truth !== undefined && now.truthPhase !== when.truth) return false;
  if (when.refill !== undefined && now.refillPhase !== when.refill) return false;
  if (when.status !== undefined && now.status !== when.status) return false;
  return when.alarm === undefined || now.alarms.has(when.alarm);
}

/** The API is asked before the daemon ends. */
async function ask(
  expect: LoadedScenario['scenario']['expect'],
  stand: Stand,
  troubles: string[],
): Promise<Map<string, HttpAnswer>> {
  const answers = new Map<string, HttpAnswer>();
  for (const [index, one] of expect.entries()) {
    if (!('http' in one)) continue;
    try {
      answers.set(String(index), await stand.get(one.http.get));
    } catch (error) {
      if (!(error instanceof ActFailed)) throw error;
      troubles.push(`GET ${one.http.get}: ${error.message}`);
    }
  }
  return answers;
}
