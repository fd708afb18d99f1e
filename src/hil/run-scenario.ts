/** One scenario from file to result, in this process. */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { takeCaptures } from './captures.ts';
import { judge } from './judge/judge.ts';
import type { Verdict } from './judge/verdict.ts';
import { play } from './play.ts';
import type { Recording } from './recording.ts';
import { type Curves, curvesOf } from './report/curves.ts';
import { type ExcerptLine, excerpt } from './report/excerpt.ts';
import { type LoadedScenario, loadScenario } from './scenario/load.ts';
import { type Operator, openBenchStand } from './stand/bench-stand.ts';
import { openCaptureStand } from './stand/capture-stand.ts';
import { workFolder } from './stand/product.ts';
import { openSimulatedStand } from './stand/simulated-stand.ts';
import { ActFailed, type Stand } from './stand/stand.ts';
import { parseTarget, unplayable } from './target.ts';

export interface ScenarioResult {
  readonly file: string;
  readonly scenario: string;
  readonly about: string;
  readonly seed: number;
  readonly target: string;
  readonly outcome: 'passed' | 'failed';
  readonly verdicts: readonly Verdict[];
  /** Steps that could not be done, or what broke the run itself. */
  readonly troubles: readonly string[];
  readonly curves: readonly Curves[];
  /** By number of the expectation that failed. */
  readonly excerpts: readonly { readonly number: number; readonly lines: readonly ExcerptLine[] }[];
  readonly messages: number;
  /** Of the simulator's ledger. */
  readonly ledgerSha256: string | null;
  /** Seconds of the run, and real ones, of which some until the daemon was up: only the real ones differ from run to run. */
  readonly lastedS: number;
  readonly tookS: number;
  readonly startS: number;
}

export interface RunOptions {
  readonly target: string;
  readonly version: string;
  readonly progress?: (nowMs: number, doing: string) => void;
  /** The simulator's ledger is copied here. */
  readonly ledger?: string;
  /** Raw bytes between stations and daemon are left in this folder, as captures: `SCENARIO.capture.jsonl`. */
  readonly captures?: string;
  /** Another stand than the target's own, for whoever wants to look on. */
  readonly openStand?: (loaded: LoadedScenario, ledger: string) => Promise<Stand>;
  /** Beside the bench of a target `link:`. */
  readonly operator?: Operator;
}

const MOST_DRAWN = 8;

/** But for the real times. */
type Judged = Omit<ScenarioResult, 'tookS' | 'startS'>;

const secondsSince = (beganMs: number): number => (performance.now() - beganMs) / 1000;

/** Throws `ScenarioProblems` for a file that cannot be read; everything else is part of the result. */
export async function runScenario(file: string, options: RunOptions): Promise<ScenarioResult> {
  const loaded = loadScenario(file);
  const began = performance.now();
  const ledger = options.ledger ?? join(tmpdir(), `hai-hil-${process.pid}-${loaded.scenario.scenario}.jsonl`);
  const captured = options.captures === undefined ? undefined : workFolder('hai-hil-captures-');
  try {
    const open = options.openStand ?? ((scenario, file) => openStand(scenario, options, file, captured));
    const stand = await open(loaded, ledger);
    const startS = secondsSince(began);
    let recording: Recording;
    try {
      recording = await play(loaded, stand, options.progress);
    } catch (error) {
      await stand.abandon();
      throw error;
    }
    if (captured !== undefined && options.captures !== undefined) {
      takeCaptures(captured, options.captures, loaded.scenario.scenario);
    }
    const sha = recording.truth ? createHash('sha256').update(readFileSync(ledger)).digest('hex') : null;
    return { ...resultOf(loaded, recording, options, sha), tookS: secondsSince(began), startS };
  } catch (error) {
    return { ...broken(loaded, options, error), tookS: secondsSince(began), startS: 0 };
  } finally {
    if (options.ledger === undefined) rmSync(ledger, { force: true });
    if (captured !== undefined) rmSync(captured, { recursive: true, force: true });
  }
}

const NOBODY: Operator = {
  asks: async (what) => {
    throw new ActFailed(`nobody is there to be asked: ${what}`);
  },
};

async function openStand(
  loaded: LoadedScenario,
  options: RunOptions,
  ledger: string,
  captures: string | undefined,
): Promise<Stand> {
  const { version, operator = NOBODY } = options;
  const { scenario } = loaded;
  const target = parseTarget(options.target);
  const problems = unplayable(loaded, target);
  if (problems.length > 0) throw new Error(problems.join('; '));
  if (target.kind === 'replay') return openCaptureStand({ scenario, version, file: target.file });
  if (target.kind === 'link') return openBenchStand({ scenario, version, url: target.url, operator, captures });
  return openSimulatedStand({ scenario, version, ledger, captures });
}

const about = ({ file, scenario }: LoadedScenario, { target }: RunOptions) => ({
  ...{ file, scenario: scenario.scenario, about: scenario.about, seed: scenario.setup.seed, target },
});

function resultOf(
  loaded: LoadedScenario,
  recording: Recording,
  options: RunOptions,
  ledgerSha256: string | null,
): Judged {
  const verdicts = judge(loaded, recording);
  const failed = verdicts.filter(({ passed }) => !passed);
  const nothing = verdicts.every(({ judged }) => !judged) ? ['nothing of it can be judged here'] : [];
  const troubles = [...recording.troubles, ...nothing];
  return {
    ...about(loaded, options),
    outcome: failed.length === 0 && troubles.length === 0 ? 'passed' : 'failed',
    verdicts,
    troubles,
    curves: recording.stations.slice(0, MOST_DRAWN).map((station) => curvesOf(recording, station)),
    excerpts: failed.flatMap(({ number, station, atMs }) => {
      const bytes = recording.bytes[station - 1];
      return atMs === undefined || bytes === undefined ? [] : [{ number, lines: excerpt(bytes, atMs) }];
    }),
    messages: recording.messages.length,
    ledgerSha256,
    lastedS: Math.round(recording.endMs) / 1000,
  };
}

function broken(loaded: LoadedScenario, options: RunOptions, error: unknown): Judged {
  const message =
    error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 4).join(' ') : String(error);
  return {
    ...about(loaded, options),
    ...{ outcome: 'failed', verdicts: [], troubles: [message], curves: [], excerpts: [], messages: 0 },
    ...{ ledgerSha256: null, lastedS: 0 },
  };
}
