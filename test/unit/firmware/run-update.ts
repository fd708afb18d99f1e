/** Runs the update machine against the model station in virtual time, with whatever goes wrong in between. */
import { UpdateMachine } from '../../../src/firmware/update/machine.ts';
import type {
  Answer,
  Outcome,
  UpdateAct,
  UpdateEffect,
  UpdateEvent,
  UpdateOrder,
} from '../../../src/firmware/update/words.ts';
import type { ModelStation } from './model-station.ts';

export const OLD = { hash: 'aa'.repeat(32), version: '1.0.0', good: true } as const;
export const NEW = { hash: 'bb'.repeat(32), version: '1.1.0', good: true } as const;
export const BYTES = 4000;

export const ORDER: UpdateOrder = {
  job: 'job-1',
  station: 'HRS-1',
  image: { file: 'cc'.repeat(32), hash: NEW.hash, version: NEW.version, bytes: BYTES },
  route: 'swap',
  hardwareRevision: 'B',
  before: { version: OLD.version, hash: OLD.hash },
  crcErrorRateBefore: 0,
  proofMs: 5000,
  baudRate: 115_200,
};

export interface Interference {
  readonly atMs: number;
  readonly what:
    | 'power-loss'
    | 'cable-out'
    | 'cable-in'
    | 'daemon-restart'
    | 'refill-begins'
    | 'refill-ends'
    | 'abort'
    | 'lose-answers'
    | 'twice-answers'
    | 'foreign-answer'
    | 'all-well';
}

export interface Run {
  readonly outcome: Outcome;
  readonly acts: readonly UpdateAct[];
  readonly tookMs: number;
  readonly asks: readonly string[];
}

const STEP_MS = 50;
const ANSWER_MS = 20;

export function runUpdate(
  station: ModelStation,
  { order = ORDER, interference = [], longestMs = 3 * 3600_000, refill = null as string | null } = {} as {
    order?: UpdateOrder;
    interference?: readonly Interference[];
    longestMs?: number;
    refill?: string | null;
  },
): Run {
  let nowMs = 1000;
  let machine = new UpdateMachine(order);
  let linkOpen = true;
  let saidBoot = 0;
  let lines = 0;
  let answersAre: 'well' | 'lost' | 'twice' = 'well';
  const acts: UpdateAct[] = [];
  const asks: string[] = [];
  let answers: { atMs: number; id: number; answer: Answer }[] = [];

  const carryOut = (effects: readonly UpdateEffect[]): void => {
    for (const effect of effects) {
      if (effect.do === 'note') acts.push(effect.act);
      if (effect.do !== 'ask') continue;
      asks.push(effect.ask.op);
      const touches = ['upload', 'test', 'reset'].includes(effect.ask.op) && !station.recovery;
      if (refill !== null && touches) throw new Error(`${effect.ask.op} in a refill`);
      const answer = linkOpen ? station.ask(effect.ask, nowMs) : null;
      if (answer === null || answersAre === 'lost') continue;
      const due = { atMs: nowMs + ANSWER_MS, id: effect.id, answer };
      answers.push(due);
      if (answersAre === 'twice') answers.push(due);
    }
  };
  const tell = (event: UpdateEvent): void => carryOut(machine.on(event, nowMs));
  const begin = (): void => {
    carryOut(machine.begin({ linkOpen, refill }, nowMs));
    saidBoot = 0;
  };
  const identify = (): void => {
    if (!linkOpen || !station.speaks(nowMs) || station.boots === saidBoot) return;
    saidBoot = station.boots;
    const firmwareVersion = `${station.primary?.version}-sim`;
    tell({
      kind: 'identified',
      station: order.station,
      bootId: station.bootId,
      hardwareRevision: 'B',
      firmwareVersion,
    });
  };
  const interfere = (what: Interference['what']): void => {
    switch (what) {
      case 'power-loss':
        answers = [];
        station.boot(nowMs);
        break;
      case 'cable-out':
      case 'cable-in':
        linkOpen = what === 'cable-in';
        answers = [];
        saidBoot = linkOpen ? 0 : saidBoot;
        tell({ kind: 'link', open: linkOpen });
        break;
      case 'daemon-restart':
        answers = [];
        machine = new UpdateMachine(order, machine.memory);
        begin();
        break;
      case 'refill-begins':
        refill = 'a refill is open';
        tell({ kind: 'refill', busy: refill });
        break;
      case 'refill-ends':
        refill = null;
        tell({ kind: 'refill', busy: null });
        break;
      case 'abort':
        tell({ kind: 'abort', by: 'somebody' });
        break;
      case 'foreign-answer':
        tell({ kind: 'answer', id: 99_999, answer: { op: 'upload', off: BYTES, match: true } });
        break;
      default:
        answersAre = what === 'lose-answers' ? 'lost' : what === 'twice-answers' ? 'twice' : 'well';
    }
  };

  begin();
  const waiting = [...interference].sort((a, b) => a.atMs - b.atMs);
  const startMs = nowMs;
  while (machine.view.outcome === null) {
    if (nowMs - startMs > longestMs) throw new Error(`no end: ${JSON.stringify(machine.view)}`);
    nowMs += STEP_MS;
    while (waiting[0] !== undefined && nowMs - startMs >= waiting[0].atMs)
      interfere((waiting.shift() as Interference).what);
    if (station.advance(nowMs)) answers = [];
    identify();
    const due = answers.filter((a) => a.atMs <= nowMs);
    answers = answers.filter((a) => a.atMs > nowMs);
    for (const { id, answer } of due) tell({ kind: 'answer', id, answer });
    if (linkOpen && station.speaks(nowMs)) {
      lines++;
      tell({ kind: 'reading' });
      tell({ kind: 'health', lines, badChecksums: 0 });
    } else tell({ kind: 'time' });
  }
  return { outcome: machine.view.outcome, acts, tookMs: nowMs - startMs, asks };
}
