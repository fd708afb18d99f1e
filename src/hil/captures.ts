/** The raw bytes of a run, taken over from where its daemon left them. */
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Copies captures to `SCENARIO.capture.jsonl` in the folder `to`; a daemon that was started anew in the run, or had much to
 * write, left several: the second is `SCENARIO-2.capture.jsonl`. Returns the paths.
 */
export function takeCaptures(from: string, to: string, scenario: string): string[] {
  return readdirSync(from)
    .sort()
    .map((name, i) => {
      const path = join(to, `${scenario}${i === 0 ? '' : `-${i + 1}`}.capture.jsonl`);
      copyFileSync(join(from, name), path);
      return path;
    });
}
