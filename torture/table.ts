/** What a run found, as people read it. */
import { PARTS } from './rig.ts';
import { seconds, type TortureResult } from './torture.ts';

const whole = (value: number) => value.toLocaleString('en');

export function tableOf(result: TortureResult): string {
  const windows = result.windows.map((w) => w.ticks).sort((a, b) => a - b);
  const share = (part: number) => windows[Math.min(windows.length - 1, Math.floor(windows.length * part))] ?? 0;
  const rows: [string, string][] = [
    ['kills', PARTS.map((part) => `${part} ${whole(result.kills[part])}`).join(', ')],
    ['restarts', PARTS.map((part) => `${part} ${whole(result.restarts[part])}`).join(', ')],
    ['lines sent', `${whole(result.sent)}, of these ${whole(result.due)} to a bridge that knew the station`],
    ['rows in the database', whole(result.held)],
    ['lost inside the window', whole(result.lostInside)],
    ['  window per kill and link', `median ${share(0.5)} ms, 99 % ${share(0.99)} ms, longest ${share(1)} ms`],
    ['  the machine stood still', `${result.longestStallMs} ms at the longest; such times do not count as window`],
    ['lost outside the window', whole(result.lostOutside)],
    ['duplicates', whole(result.duplicates)],
    ['false values', whole(result.falseValues)],
    ['longest recovery', seconds(result.longestRecoveryMs)],
    ['complete after', `${seconds(result.settledMs)} since the last restart`],
    ['took', seconds(result.tookMs)],
  ];
  const table = rows.map(([name, value]) => `${name.padEnd(27)} ${value}`).join('\n');
  return [table, ...result.crashes, ...result.details].join('\n');
}
