/** An update with an accident at one frame after another, and the judgement of what it came to. */
import type { FirmwareOptions } from '../../simulator/firmware/options.ts';
import { type Accident, FirmwareRig, type RigResult } from './firmware-rig.ts';

export interface AccidentCount {
  runs: number;
  bricked: number;
  wrongKept: number;
  withoutOutcome: number;
  /** Stations that neither run the new image for good nor the old one. */
  undecided: number;
  readonly outcomes: Map<string, number>;
  readonly failures: string[];
}

export interface AccidentPlan {
  readonly image: Uint8Array;
  readonly firmware: FirmwareOptions;
  readonly what: readonly Accident['what'][];
  /** Every so many frames; 1 is every frame. */
  readonly stride: number;
  /** A second accident so many frames later, too. */
  readonly again?: number;
  readonly progress?: (done: number, all: number) => void;
}

export async function accidentsAtEveryFrame(plan: AccidentPlan): Promise<AccidentCount & { readonly frames: number }> {
  const { image, firmware, what, stride, again } = plan;
  const clean = await new FirmwareRig({ image, firmware }).run();
  if (clean.outcome.kind !== 'updated') throw new Error(`even without an accident: ${clean.outcome.detail}`);
  const [before, after] = [new FirmwareRig({ image, firmware }).oldHash, clean.runs];
  const count: AccidentCount = {
    runs: 0,
    bricked: 0,
    wrongKept: 0,
    withoutOutcome: 0,
    undecided: 0,
    outcomes: new Map(),
    failures: [],
  };
  for (let frame = 1; frame <= clean.frames; frame += stride) {
    for (const kind of what) {
      const accidents: Accident[] = [{ atFrame: frame, what: kind }];
      if (again !== undefined) accidents.push({ atFrame: frame + again, what: kind });
      const where = `${kind} at frame ${frame}`;
      try {
        judge(count, where, await new FirmwareRig({ image, firmware, accidents }).run(), { before, after });
      } catch (error) {
        count.withoutOutcome++;
        count.failures.push(`${where}: ${String(error)}`);
      }
      count.runs++;
      plan.progress?.(frame, clean.frames);
    }
  }
  return { ...count, frames: clean.frames };
}

function judge(
  count: AccidentCount,
  where: string,
  { outcome, runs, stays }: RigResult,
  images: { readonly before: string | null; readonly after: string | null },
): void {
  const name = `${outcome.kind} (${outcome.code})`;
  count.outcomes.set(name, (count.outcomes.get(name) ?? 0) + 1);
  const complain = (what: string) => count.failures.push(`${where}: ${what} after "${name}": ${outcome.detail}`);
  if (outcome.detail === '') {
    count.withoutOutcome++;
    complain('no stated outcome');
  }
  if (stays === null) {
    count.bricked++;
    complain('no firmware runs');
  } else if (stays !== images.before && stays !== images.after) {
    count.wrongKept++;
    complain(`an image runs that nobody ordered: ${stays}`);
  }
  const kept = outcome.kind === 'updated';
  if (kept ? stays !== images.after : stays !== images.before && outcome.kind !== 'interrupted') {
    count.undecided++;
    complain(`what stays is ${stays === images.after ? 'the new image' : 'the old one'}, at the end ran ${runs}`);
  }
}

export function accidentTable({
  runs,
  frames,
  outcomes,
  ...counts
}: AccidentCount & { readonly frames: number }): string {
  const lines = [
    `${runs} updates with an accident, ${frames} frames each`,
    `bricked ${counts.bricked} · wrong image kept ${counts.wrongKept} · without a stated outcome ${counts.withoutOutcome} · not as stated ${counts.undecided}`,
    ...[...outcomes]
      .sort((a, b) => b[1] - a[1])
      .map(([outcome, times]) => `  ${String(times).padStart(6)}  ${outcome}`),
  ];
  return lines.join('\n');
}
