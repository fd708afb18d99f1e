import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { emptyFolder, run, start, until } from '../support/cli.ts';
import { freePort } from '../support/free-port.ts';

describe('tail', () => {
  it('shows a running daemon, survives its restart, and ends by Ctrl-C', async () => {
    const cwd = emptyFolder();
    const sim = start(['simulate', '--tcp', '127.0.0.1:0', '--json']);
    await until(() => expect(sim.out()).toContain('"ready":true'));
    const url = /tcp:\/\/[\d.]+:\d+/.exec(sim.out())?.[0];
    const listen = `127.0.0.1:${await freePort()}`;
    writeFileSync(
      join(cwd, 'hai-bridge.yaml'),
      `links: [{url: "${url}"}]\nmqtt: {embeddedPort: 0}\nhttp: {listen: "${listen}"}\nlog: {level: error}\n`,
    );
    const tail = start(['tail', '--url', `http://${listen}`, '--json']);
    await until(() => expect(tail.err()).toMatch(/nothing listens on .*trying again/));
    const daemon = start(['up'], { cwd });
    const levels = () =>
      tail
        .out()
        .split('\n')
        .filter((line) => line.startsWith('{') && line.endsWith('}'))
        .map((line) => JSON.parse(line));
    await until(() =>
      expect(
        levels().some((l) => l.state === 'live' && l.simulated && typeof l.values.ambientPressure === 'number'),
      ).toBe(true),
    );
    expect(tail.err()).toContain('connected again');
    daemon.child.kill('SIGTERM');
    expect(await daemon.exit).toBe(0);
    await until(() => expect(tail.err().match(/trying again/g)?.length).toBeGreaterThanOrEqual(2));
    const before = levels().length;
    start(['up'], { cwd });
    await until(() => expect(levels().length).toBeGreaterThan(before + 5));
    tail.child.kill('SIGINT');
    expect(await tail.exit).toBe(0);
  });

  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.closeAllConnections();
  });
  async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
    const server = createServer(answer);
    servers.push(server);
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    server.unref();
    return `http://127.0.0.1:${port}`;
  }

  it('a daemon that wants a login, and gets it from the password file', async () => {
    const seen: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(401).end();
    });
    expect(await run(['tail', '--url', url])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/wants a login — give --user/),
    });
    const file = join(emptyFolder(), 'pw');
    writeFileSync(file, 'geheim ü\n');
    expect((await run(['tail', '--url', url, '--user', 'anna', '--password-file', file])).err).not.toContain('geheim');
    expect(seen).toEqual([undefined, `Basic ${Buffer.from('anna:geheim ü').toString('base64')}`]);
  });

  it('something that is no hai-bridge', async () => {
    const page = await serve((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    );
    expect(await run(['tail', '--url', page])).toMatchObject({
      code: 1,
      err: expect.stringContaining('is --url a hai-bridge?'),
    });
    const endless = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const pump = () => {
        while (response.writable && response.write('x'.repeat(1024 * 1024)));
      };
      response.on('drain', pump);
      pump();
    });
    expect(await run(['tail', '--url', endless])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/an event is over/),
    });
  });

  it('ends when nobody reads its lines any more', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const row = { key: 'A', station: 'A', link: 'l', reason: null, simulated: true, latest: null };
      const hello = { version: '1', site: 's', runId: 'r', expiryMs: 1000, channels: [] };
      response.write(`event: hello\ndata: ${JSON.stringify(hello)}\n\n`);
      let n = 0;
      const timer = setInterval(
        () => response.write(`event: station\ndata: ${JSON.stringify({ ...row, state: `s${n++}` })}\n\n`),
        20,
      );
      response.on('close', () => clearInterval(timer));
    });
    const tail = start(['tail', '--url', url]);
    await until(() => expect(tail.out()).toMatch(/ A .* s\d/));
    tail.child.stdout?.destroy();
    expect(await tail.exit).toBe(0);
  });
});
