/** Updates as they go on: bars that are drawn over on a terminal, a line per step elsewhere. */
import { clearScreenDown, moveCursor } from 'node:readline';
import type { JobView } from '../../firmware/views.ts';
import { bold, dim, plain, say } from '../terminal.ts';
import { kilobytes, PHASES } from './words.ts';

const WIDTH = 24;
/** Without a terminal: a line at every tenth. */
const TENTHS = 10;

export interface Progress {
  show(jobs: readonly JobView[], note?: string | null): void;
  /** Leaves what was drawn. */
  end(): void;
}

export function barOf(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * WIDTH);
  return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}]`;
}

export function lineOf(job: JobView): string {
  const { station, phase, sent, image, waitsFor, outcome } = job;
  const share = sent / image.bytes;
  if (outcome !== null) return `${station}  ${barOf(outcome.kind === 'updated' ? 1 : share)}  ${outcome.kind}`;
  const amount =
    phase === 'uploading' ? `  ${Math.floor(share * 100)} %  ${kilobytes(sent)} of ${kilobytes(image.bytes)}` : '';
  const waits = waitsFor === null ? '' : ` (waits for ${plain(waitsFor, 80)})`;
  return `${station}  ${barOf(PASSED[phase] ?? share)}${amount}  ${PHASES[phase]}${waits}`;
}

/** Phases behind the upload, whatever this run of it has sent. */
const PASSED: Partial<Record<JobView['phase'], number>> = {
  checking: 1,
  marking: 1,
  restarting: 1,
  proving: 1,
  keeping: 1,
};

export function progressOn(terminal: boolean): Progress {
  return terminal ? drawn() : printed();
}

function drawn(): Progress {
  let rows = 0;
  return {
    show: (jobs, note = null) => {
      const width = (process.stdout.columns || 100) - 1;
      const lines = [...jobs.map(lineOf), ...(note === null ? [] : [note])].map((line) => line.slice(0, width));
      if (rows > 0) moveCursor(process.stdout, 0, -rows);
      clearScreenDown(process.stdout);
      for (const [i, line] of lines.entries()) say(i < jobs.length ? bold(line) : dim(line));
      rows = lines.length;
    },
    end: () => {
      rows = 0;
    },
  };
}

function printed(): Progress {
  const said = new Map<string, string>();
  return {
    show: (jobs, note = null) => {
      for (const job of jobs) {
        const tenth = job.phase === 'uploading' ? Math.floor((job.sent / job.image.bytes) * TENTHS) : 0;
        const now = `${job.phase} ${tenth} ${job.waitsFor} ${job.outcome?.code}`;
        if (said.get(job.job) === now) continue;
        said.set(job.job, now);
        say(lineOf(job));
      }
      if (note !== null && said.get('') !== note) say(note);
      said.set('', note ?? '');
    },
    end: () => {},
  };
}
