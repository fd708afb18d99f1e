import { Writable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { outputTaken } from '../../../src/cli/output-taken.ts';

/** Takes a piece when it is told to. */
function slowReader() {
  const taken: string[] = [];
  let take = () => {};
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      take = () => {
        taken.push(chunk.toString());
        done();
      };
    },
  });
  return { stream, taken, take: () => take() };
}
const NEVER = new Promise<void>(() => {});
const turn = () => new Promise<void>((done) => setImmediate(done));

afterEach(() => vi.useRealTimers());

describe('the end of a command', () => {
  it('waits until all that it said has been taken', async () => {
    const { stream, taken, take } = slowReader();
    stream.write('one');
    stream.write('two');
    let over = false;
    const ended = outputTaken([stream], NEVER).then(() => {
      over = true;
    });
    take();
    await turn();
    expect([taken, over]).toEqual([['one'], false]);
    take();
    await turn();
    take();
    await ended;
    expect(taken).toEqual(['one', 'two', '']);
  });

  it('does not wait for a reader that has gone, or when nothing was said', async () => {
    const { stream } = slowReader();
    stream.on('error', () => {});
    stream.write('one');
    const ended = outputTaken([stream, new Writable()], NEVER);
    stream.destroy(new Error('EPIPE'));
    await ended;
    await outputTaken([stream], NEVER);
  });

  it('does not keep whoever wants us to stop waiting for a reader that stands still', async () => {
    vi.useFakeTimers();
    const { stream } = slowReader();
    stream.write('one');
    let over = false;
    void outputTaken([stream], Promise.resolve()).then(() => {
      over = true;
    });
    await vi.advanceTimersByTimeAsync(990);
    expect(over).toBe(false);
    await vi.advanceTimersByTimeAsync(20);
    expect(over).toBe(true);
  });
});
