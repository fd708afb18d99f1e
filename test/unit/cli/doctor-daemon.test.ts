/** What the doctor makes of what a running daemon says of itself. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { checkDaemon } from '../../../src/cli/doctor/daemon.ts';
import { type Config, configSchema } from '../../../src/config.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});

async function daemon(answer: unknown): Promise<Config> {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/api/v1/hello' ? 200 : 404;
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  undo.push(() => new Promise((done) => server.close(done)));
  const listen = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return configSchema.parse({ site: 'ward-3', bridge: 'bay-a', http: { listen } });
}
const up = { description: 'b', ok: true, state: 'up', reason: null, roundTripMs: 1.24 };
const hello = { version: '1.2.3', site: 'ward-3', bridge: 'bay-a', store: up, broker: up };

describe('the running daemon', () => {
  it('is well: its beat comes back, its store answers, with the times', async () => {
    expect(await checkDaemon(await daemon(hello))).toEqual([
      { level: 'ok', what: 'daemon', found: 'runs, version 1.2.3', remedy: null },
      { level: 'ok', what: 'daemon to broker', found: 'up, a beat comes back in 1.2 ms', remedy: null },
      { level: 'ok', what: 'daemon to store', found: 'up, it answers in 1.2 ms', remedy: null },
    ]);
  });

  it('names the state of what is wrong and passes the remedy on', async () => {
    const broker = { ...up, ok: false, state: 'silent', reason: 'nothing has come back for 5 s', roundTripMs: null };
    const store = { ...up, state: 'slow', reason: 'it answers only after 2.3 s: look at its load', roundTripMs: 2300 };
    expect((await checkDaemon(await daemon({ ...hello, broker, store }))).slice(1)).toEqual([
      { level: 'fail', what: 'daemon to broker', found: 'silent', remedy: 'nothing has come back for 5 s' },
      {
        level: 'warn',
        what: 'daemon to store',
        found: 'slow, it answers in 2300.0 ms',
        remedy: 'it answers only after 2.3 s: look at its load',
      },
    ]);
  });

  it('of another configuration is said to be another', async () => {
    const [found] = await checkDaemon(await daemon({ ...hello, bridge: 'bay-b\u0007' }));
    expect(found).toMatchObject({
      level: 'warn',
      found: expect.stringMatching(/another: site and bridge ward-3\/bay-b$/),
    });
  });

  it.each([
    ['nothing of ours', '<html>'],
    ['an older one', { version: '0.1' }],
    ['nobody', null],
  ])('is not there when %s answers', async (_, answer) => {
    const config = await daemon(answer ?? '');
    if (answer === null) await undo.splice(0)[0]?.();
    expect(await checkDaemon(config)).toEqual([
      { level: 'ok', what: 'daemon', found: `none answers on ${config.http.listen}`, remedy: null },
    ]);
  });
});
