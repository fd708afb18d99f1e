import { describe, expect, it } from 'vitest';
import { type Step, stepSchema } from '../../../src/hil/scenario/steps.ts';
import { ActFailed, type RecordedByStand, type Stand } from '../../../src/hil/stand/stand.ts';
import { Pace } from '../../../src/lab/pace.ts';
import { PacedStand, Stopped } from '../../../src/lab/paced-stand.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const step = (act: object): Step => stepSchema.parse(act);
const QUIET = step({ station: 'quiet' });

/** Windows of two seconds; `nurse` cannot be told anything. */
class StandInName implements Stand {
  readonly stations = [];
  readonly page = null;
  readonly passes: number[] = [];
  readonly done: Step[] = [];
  ms = 0;
  nowMs = () => this.ms;
  over = () => false;
  ready = async () => {};
  soFar = () => ({}) as RecordedByStand;
  async pass(untilMs: number): Promise<void> {
    this.ms = Math.min(untilMs, this.ms + 2000);
    this.passes.push(this.ms);
  }
  async act(one: Step): Promise<void> {
    if (one.nurse !== undefined) throw new ActFailed('no nurse is here');
    if (one.host?.sleep !== undefined) this.ms += one.host.sleep * 1000;
    this.done.push(one);
  }
  get = () => Promise.reject(new Error('not asked'));
  finish = async () => this.soFar();
  abandon = async () => {};
}

/** Nobody waits for it. */
class HastyClock extends VirtualClock {
  override after(ms: number, run: () => void): () => void {
    this.nowMs += ms;
    queueMicrotask(run);
    return () => {};
  }
}

function start(clock = new HastyClock()) {
  const inner = new StandInName();
  const said: string[] = [];
  const stand = new PacedStand(inner, new Pace(clock, 1), {
    acted: (one, byHand, trouble) => said.push(`${byHand ? 'by hand' : 'scenario'} ${one.on} ${trouble ?? 'done'}`),
    ending: () => said.push('ending'),
  });
  return { inner, stand, said };
}

describe('a stand at a pace', () => {
  it('cuts time as the stand alone does while nobody meddles', async () => {
    const { inner, stand, said } = start();
    await stand.act({ ...QUIET, id: 'hush' });
    await stand.pass(60_000);
    await stand.pass(60_000);
    expect(inner.passes).toEqual([2000, 4000]);
    expect([stand.touched, said, [...stand.steps]]).toEqual([false, ['scenario 1 done'], [['hush', 0]]]);
  });

  it('waits between two windows until it is time, and not when something is ordered', async () => {
    const clock = new VirtualClock();
    const { inner, stand } = start(clock);
    await stand.pass(60_000);
    const passing = stand.pass(60_000);
    await new Promise((done) => setImmediate(done));
    expect([inner.passes, clock.nextMs]).toEqual([[2000], 2000]);
    clock.runNext();
    await passing;
    const hurried = stand.pass(60_000);
    await stand.order(QUIET);
    await hurried;
    expect([inner.passes, clock.nowMs]).toEqual([[2000, 4000, 4200], 2000]);
  });

  it('does between two windows what is ordered, and from then on looks more often', async () => {
    const { inner, stand, said } = start();
    await stand.pass(60_000);
    const ordered = stand.order(QUIET);
    await stand.pass(60_000);
    await ordered;
    expect(inner.done).toEqual([QUIET]);
    expect(inner.passes).toEqual([2000, 2200]);
    expect([stand.touched, said]).toEqual([true, ['by hand 1 done']]);
  });

  it('refuses with the reason, and goes on', async () => {
    const { stand, said } = start();
    const ordered = stand.order(step({ nurse: 'pause' }));
    const refused = expect(ordered).rejects.toThrow('no nurse is here');
    await stand.pass(60_000);
    await refused;
    expect(said).toEqual(['by hand 1 no nurse is here']);
  });

  it('does what is ordered while time stands still, and then goes on', async () => {
    const { inner, stand } = start();
    stand.pause(true);
    const passing = stand.pass(60_000);
    await stand.order(QUIET);
    expect([inner.passes, inner.done.length]).toEqual([[], 1]);
    stand.pause(false);
    await passing;
    expect(inner.passes).toHaveLength(1);
  });

  it('does not turn time back after an order that lets it leap', async () => {
    const { inner, stand } = start();
    void stand.order(step({ host: { sleep: '90 s' } }));
    await stand.pass(60_000);
    expect([inner.ms, inner.passes]).toEqual([90_000, []]);
  });

  it('ends at once when it is stopped, also while it is paused, and says so to whoever waits', async () => {
    const { stand, said } = start();
    stand.pause(true);
    const passing = expect(stand.pass(60_000)).rejects.toThrow(Stopped);
    stand.stop();
    await passing;
    await expect(stand.order(QUIET)).rejects.toThrow('the run has ended');
    await stand.abandon();
    expect(said).toEqual(['ending']);
  });

  it('lets only so many orders wait', async () => {
    const { stand } = start();
    const waiting = Array.from({ length: 20 }, () => stand.order(QUIET));
    await expect(stand.order(QUIET)).rejects.toThrow('20 orders wait already');
    await stand.pass(60_000);
    await Promise.all(waiting);
  });
});
