/** One scenario played for somebody who looks on: its run, how the expectations stand, and what he does to it. */
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { runScenario, type ScenarioResult } from '../hil/run-scenario.ts';
import { type LoadedScenario, loadScenario } from '../hil/scenario/load.ts';
import type { Step } from '../hil/scenario/steps.ts';
import { openSimulatedStand } from '../hil/stand/simulated-stand.ts';
import { ActFailed } from '../hil/stand/stand.ts';
import { actWords } from './act-words.ts';
import type { ExpectationNow, Result, Run } from './api-types.ts';
import { LiveView } from './live-view.ts';
import { Meddling } from './meddling.ts';
import { Pace } from './pace.ts';
import { PacedStand } from './paced-stand.ts';
import { type Standing, standings } from './standing.ts';
import { after, atStart } from './switches.ts';
import type { Begin, Word } from './words.ts';

/** How often it is said how things are, and judged. */
const SAY_EVERY_MS = 250;
/**
 * A window is two seconds at most. When that is as long in real time the product's own page would find every value old, so the
 * daemon is held up within it, too. Then a message may be heard a moment sooner than in `hil run`.
 */
const SMOOTH_BELOW = 3;
/** Judging may take this share of the time at most. */
const JUDGE_SHARE = 0.1;

export class PlayedRun {
  readonly #begin: Begin;
  readonly #clock: Pick<Clock, 'monotonicMs' | 'after'>;
  readonly #say: (word: Word) => void;
  readonly #loaded: LoadedScenario;
  readonly #pace: Pace;
  readonly #view = new LiveView();
  readonly #meddling = new Meddling();
  #switches: ReturnType<typeof atStart>;
  #stand: PacedStand | null = null;
  #doing = 'starting the daemon and the stations';
  #expectations: readonly ExpectationNow[] = [];
  #judgeNextMs = 0;
  #result: Result | null = null;
  #stopped = false;
  /** When the run ended: what comes after that is its being cleared away. */
  #endedMs: number | null = null;
  #before: { readonly run: number; readonly real: number } | null = null;
  #reached: number | null = null;

  /** Throws `ScenarioProblems`. */
  constructor(begin: Begin, clock: Pick<Clock, 'monotonicMs' | 'after'>, say: (word: Word) => void) {
    this.#begin = begin;
    this.#clock = clock;
    this.#say = say;
    this.#loaded = loadScenario(begin.file);
    this.#pace = new Pace(clock, begin.speed);
    this.#switches = atStart(this.#loaded.scenario.setup);
  }

  /** Resolves with what `hil run` would say when it has ended, whichever way. */
  async play(): Promise<ScenarioResult> {
    const { file, version, folder } = this.#begin;
    let over = false;
    const tell = () => {
      if (over) return;
      this.#tell();
      this.#clock.after(SAY_EVERY_MS, tell);
    };
    tell();
    this.#meddling.start();
    const result = await runScenario(file, {
      ...{ target: 'sim', version, ledger: join(folder, 'ledger.jsonl') },
      openStand: ({ scenario }, ledger) => this.#open(scenario, ledger),
      progress: (_, doing) => {
        this.#doing = doing;
      },
    });
    over = true;
    this.#meddling.stop();
    this.#ended(result);
    return result;
  }

  /** Throws `ActFailed`. */
  async act(step: Step): Promise<void> {
    if (this.#stand === null || this.#result !== null) throw new ActFailed('the run has not begun, or is over');
    await this.#stand.order(step);
    this.#tell();
  }

  speed(speed: number): void {
    this.#pace.set(speed);
    this.#before = null;
    this.#tell();
  }

  pause(on: boolean): void {
    this.#stand?.pause(on);
    this.#before = null;
    this.#tell();
  }

  stop(): void {
    this.#stopped = true;
    this.#stand?.stop();
  }

  async #open(scenario: LoadedScenario['scenario'], ledger: string): Promise<PacedStand> {
    const { version, folder } = this.#begin;
    const pace = async (runMs: number) => {
      if (this.#pace.speed < SMOOTH_BELOW) await this.#pace.until(runMs);
    };
    const inner = await openSimulatedStand({ scenario, version, ledger, pace, folder: join(folder, 'run') });
    this.#stand = new PacedStand(inner, this.#pace, {
      acted: (step, byHand, trouble) => this.#acted(step, byHand, trouble),
      ending: () => {
        this.#tell();
        this.#endedMs = inner.nowMs();
      },
    });
    if (this.#stopped) this.#stand.stop();
    return this.#stand;
  }

  #acted(step: Step, byHand: boolean, trouble: string | null): void {
    const atMs = this.#nowMs();
    const words = `${step.id === undefined ? '' : `${step.id}: `}${actWords(step)}`;
    if (trouble !== null) {
      this.#view.note({ atMs, kind: 'trouble', text: `${words}: ${trouble}` });
      return;
    }
    this.#view.note({ atMs, kind: byHand ? 'hand' : 'step', text: words });
    this.#switches = this.#switches.map((one, index) => (index === step.on - 1 ? after(one, step) : one));
  }

  #tell(): void {
    const stand = this.#stand;
    if (stand !== null && this.#endedMs === null) {
      this.#view.take(stand.soFar());
      this.#judge(stand);
      this.#measure(stand.nowMs());
    }
    this.#say({ kind: 'run', run: this.#run() });
    const more = this.#view.more();
    if (more.samples.length + more.log.length > 0) this.#say({ kind: 'more', ...more });
  }

  #judge(stand: PacedStand): void {
    const beganMs = this.#clock.monotonicMs();
    if (this.#result !== null || beganMs < this.#judgeNextMs) return;
    const known = { steps: stand.steps, troubles: [], answers: new Map() };
    this.#turn(standings(this.#loaded, { ...stand.soFar(), ...known }), stand.nowMs());
    const tookMs = this.#clock.monotonicMs() - beganMs;
    this.#judgeNextMs = beganMs + tookMs / JUDGE_SHARE;
  }

  /** What has turned for good is worth a line. */
  #turn(now: readonly Standing[], atMs: number): void {
    for (const [index, { stands, number, wanted, seen }] of now.entries()) {
      if (stands === this.#expectations[index]?.stands || (stands !== 'met' && stands !== 'broken')) continue;
      this.#view.note({ atMs, kind: stands, text: `${number}. ${wanted}: ${seen}` });
    }
    this.#expectations = now.map(({ number, line, wanted, requirement, hazard, station, stands, seen }) => ({
      ...{ number, line, wanted, requirement, hazard, station, stands, seen },
    }));
  }

  #measure(run: number): void {
    const real = this.#clock.monotonicMs();
    const before = this.#before;
    if (before !== null && real - before.real < 1000) return;
    if (before !== null) this.#reached = (run - before.run) / (real - before.real);
    this.#before = { run, real };
  }

  #ended(result: ScenarioResult): void {
    const met = result.verdicts.filter(({ passed }) => passed).length;
    const byHand = this.#byHand();
    const outcome = this.#stopped
      ? 'stopped'
      : result.verdicts.length === 0
        ? 'broke'
        : byHand
          ? 'by-hand'
          : result.outcome;
    const troubles = this.#stopped ? [] : result.troubles;
    const atMs = this.#nowMs();
    if (result.verdicts.length > 0) {
      this.#turn(
        result.verdicts.map((verdict) => ({ ...verdict, stands: verdict.passed ? 'met' : 'broken' })),
        atMs,
      );
    }
    for (const text of troubles) this.#view.note({ atMs, kind: 'trouble', text });
    this.#result = { outcome, met, troubles };
    this.#view.note({ atMs, kind: 'end', text: outcome });
    this.#tell();
  }

  #nowMs(): number {
    return this.#endedMs ?? this.#stand?.nowMs() ?? 0;
  }

  #byHand(): boolean {
    return this.#stand?.touched === true || this.#meddling.seen;
  }

  #run(): Run {
    const { scenario } = this.#loaded;
    const stand = this.#stand;
    const ended = this.#result !== null;
    return {
      ...{ id: this.#begin.id, scenario: scenario.scenario, about: scenario.about, seed: scenario.setup.seed },
      file: this.#begin.file,
      state: ended ? 'ended' : stand === null ? 'starting' : stand.paused ? 'paused' : 'running',
      nowMs: this.#nowMs(),
      lastsMs: scenario.setup.lasts === undefined ? null : scenario.setup.lasts * 1000,
      ...{ speed: this.#pace.speed, reached: this.#reached, doing: this.#doing, byHand: this.#byHand() },
      brokerApart: scenario.setup.broker === 'apart',
      page: ended ? null : (stand?.page ?? null),
      bridgeAlarms: this.#view.alarmsOf(stand?.soFar().bridge ?? ''),
      stations: this.#view.stations(this.#switches),
      ...{ expectations: this.#expectations, result: this.#result },
    };
  }
}
