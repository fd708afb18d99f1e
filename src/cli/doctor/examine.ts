import { messageOf } from '../exit.ts';
import { within } from '../stop-signal.ts';
import { type Check, type Finding, fail } from './finding.ts';

/** Runs a check within its time. A check that throws or hangs is itself a finding. */
export async function examine(check: Check): Promise<readonly Finding[]> {
  const { what, timeoutMs } = check;
  try {
    const findings = await within(timeoutMs, check.run());
    if (findings !== 'too late') return findings;
    return [fail(what, `no answer within ${timeoutMs / 1000} s`, 'find out what holds it up, then try again')];
  } catch (error) {
    return [fail(what, messageOf(error), 'see the message')];
  }
}
