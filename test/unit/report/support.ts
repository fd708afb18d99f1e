/** Whole simulated refills as the records keep them. */
import { createHash } from 'node:crypto';
import { type CaseKind, sampleCase } from '../../../simulator/batch.ts';
import { summaryOf } from '../../../src/desk/summary.ts';
import type { RefillRecord } from '../../../src/records/model.ts';
import type { NurseAction, RefillInput, RefillState } from '../../../src/refill/model.ts';
import { Refill } from '../../../src/refill/refill.ts';
import { beginOf, hearRefill } from '../../evaluation/refill-of-case.ts';

export interface Recorded {
  readonly record: RefillRecord;
  readonly inputs: readonly string[];
}

/** Played to its end; a nurse overrides what holds and finishes. */
export function recorded(kind: CaseKind, seed: number, over: Partial<ReturnType<typeof beginOf>> = {}): Recorded {
  const task = sampleCase(kind, seed);
  const begin = { ...beginOf(task), ...over };
  const refill = Refill.begin(begin);
  const inputs: RefillInput[] = [begin];
  const take = (input: RefillInput) => {
    inputs.push(input);
    refill.apply(input);
  };
  hearRefill(task, { input: (input) => input.kind !== 'begin' && take(input) });
  const lastMs = inputs.at(-1)?.atMs ?? begin.atMs;
  const nurse = (action: NurseAction) => take({ kind: 'nurse', atMs: lastMs, by: 'N. Tester', action });
  for (const { hold, state } of refill.state.holds)
    if (state === 'held') nurse({ do: 'override', hold, reason: 'seen on ultrasound, “second” <check> & more' });
  nurse({ do: 'finish' });
  const { state } = refill;
  const texts = inputs.map((input) => JSON.stringify(input));
  return { record: recordOf(state, texts), inputs: texts };
}

function recordOf(state: RefillState, inputs: readonly string[]): RefillRecord {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(`${input}\n`);
  return {
    summary: summaryOf(state, { firmware: '1.4.0', hardware: 'B2' }, state.atMs),
    state,
    site: 'ward-3',
    bridge: 'bay-a',
    software: '0.1.0',
    alarms: state.advisories.map(({ advisory, sinceMs }, i) => ({
      id: i + 1,
      atUtcMs: sinceMs,
      event: 'began',
      source: state.station,
      condition: advisory,
      priority: 'high',
      by: null,
      detail: 'as the alarm said it',
    })),
    inputs: inputs.length,
    inputsSha256: hash.digest('hex'),
  };
}
