import { createServer } from 'node:net';
import { splitListen } from '../../config-rules.ts';
import { codeOf, messageOf } from '../exit.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

function tryToListen(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()));
  });
}

/** Whether the answer on that address is a hai-bridge. */
async function isOurs(origin: string): Promise<boolean> {
  try {
    const answer = await fetch(`${origin}/healthz`, { signal: AbortSignal.timeout(2000), redirect: 'error' });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}

/** The address of the page: free, or already served by a running daemon. */
export async function checkListen(listen: string, secure: boolean): Promise<Finding[]> {
  const what = `page ${listen}`;
  const { host, port } = splitListen(listen);
  try {
    await tryToListen(host, port);
    return [ok(what, 'free')];
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EADDRINUSE' && (await isOurs(`${secure ? 'https' : 'http'}://${listen}`))) {
      return [ok(what, 'in use by a running hai-bridge')];
    }
    if (code === 'EADDRINUSE') {
      return [
        warn(what, 'taken by another program', 'the next free port will be used; name a free one in http.listen'),
      ];
    }
    if (code === 'EACCES') return [fail(what, 'this user may not open it', 'choose a port above 1023')];
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      return [fail(what, `this machine has no address ${host}`, 'use 127.0.0.1, or an address of this machine')];
    }
    return [warn(what, messageOf(error), 'see the message')];
  }
}
