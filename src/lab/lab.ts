/** The lab: one run at a time, and everybody who looks on. */
import type { LoadedScenario } from '../hil/scenario/load.ts';
import type { LabEvents, Run } from './api-types.ts';
import { Session } from './session.ts';

export type Tell = <K extends keyof LabEvents>(event: K, payload: LabEvents[K]) => void;

export class Lab {
  readonly version: string;
  readonly #lookers = new Set<Tell>();
  #session: Session | null = null;
  #runs = 0;
  #changing: Promise<void> = Promise.resolve();

  constructor(version: string) {
    this.version = version;
  }

  get session(): Session | null {
    return this.#session;
  }

  /** Ends what is played and begins this. */
  async start(loaded: LoadedScenario, speed: number): Promise<Run> {
    let begun: Run | null = null;
    await this.#oneAfterTheOther(async () => {
      await this.#session?.stop();
      const run = newRun(++this.#runs, loaded, speed);
      begun = run;
      const mine = () => this.#session?.run.id === run.id;
      const session = new Session(run, this.version, {
        run: (now) => mine() && this.#tell('run', now),
        more: (more) => mine() && this.#tell('more', more),
      });
      this.#session = session;
      this.#tell('run', run);
      this.#tell('more', session.all);
    });
    return begun as unknown as Run;
  }

  /** What was played stays to be looked at. */
  async stop(): Promise<void> {
    await this.#oneAfterTheOther(async () => this.#session?.stop());
  }

  /** Tells how things are, and then whatever happens, until the returned function is called. */
  join(tell: Tell): () => void {
    this.#lookers.add(tell);
    tell('beat', { version: this.version });
    tell('run', this.#session?.run ?? null);
    if (this.#session !== null) tell('more', this.#session.all);
    return () => this.#lookers.delete(tell);
  }

  get lookers(): number {
    return this.#lookers.size;
  }

  beat(): void {
    this.#tell('beat', { version: this.version });
  }

  #tell<K extends keyof LabEvents>(event: K, payload: LabEvents[K]): void {
    for (const tell of this.#lookers) tell(event, payload);
  }

  #oneAfterTheOther(work: () => Promise<void> | undefined): Promise<void> {
    this.#changing = this.#changing.then(work, work);
    return this.#changing;
  }
}

function newRun(id: number, { file, scenario }: LoadedScenario, speed: number): Run {
  return {
    ...{ id, file, scenario: scenario.scenario, about: scenario.about, seed: scenario.setup.seed },
    ...{ state: 'starting', nowMs: 0, speed, reached: null, byHand: false, page: null, result: null },
    lastsMs: scenario.setup.lasts === undefined ? null : scenario.setup.lasts * 1000,
    brokerApart: scenario.setup.broker === 'apart',
    doing: 'starting the daemon and the stations',
    ...{ bridgeAlarms: [], stations: [], expectations: [] },
  };
}
