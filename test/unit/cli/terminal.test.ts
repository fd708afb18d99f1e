import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { outputTaken } from '../../../src/cli/terminal.ts';

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
const turn = () => new Promise<void>((done) => setImmediate(done));

describe('the end of a command', () => {
  it('waits until all that it said has been taken', async () => {
    const { stream, taken, take } = slowReader();
    stream.write('one');
    stream.write('two');
    let over = false;
    const ended = outputTaken([stream]).then(() => {
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
    const ended = outputTaken([stream, new Writable()]);
    stream.destroy(new Error('EPIPE'));
    await ended;
    await outputTaken([stream]);
  });
});
