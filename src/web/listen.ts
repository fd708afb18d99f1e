/** Opens the port, or the next free one. */
import type { FastifyInstance } from 'fastify';
import type { Logger } from '../logger.ts';
import type { Address } from './access.ts';

const OTHER_PORTS = 20;

/** The configured port and the 20 above it are all taken. */
export class NoFreePort extends Error {
  override readonly name = 'NoFreePort';
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** The port that is open now. Throws `NoFreePort`, or an error that names `http.listen`. */
export async function listen(app: FastifyInstance, { host, port }: Address, logger: Logger): Promise<number> {
  const last = port === 0 ? 0 : Math.min(port + OTHER_PORTS, 65_535);
  for (let candidate = port; candidate <= last; candidate++) {
    try {
      await app.listen({ host, port: candidate, listenTextResolver: () => '' });
    } catch (error) {
      if (codeOf(error) === 'EADDRINUSE') continue;
      throw new Error(
        `http.listen: ${host}:${candidate} cannot be opened (${codeOf(error) ?? error}). ${remedy(error)}`,
      );
    }
    const address = app.server.address();
    const open = address !== null && typeof address === 'object' ? address.port : candidate;
    if (open !== port && port !== 0) logger.warn({ wanted: port, port: open }, `port ${port} is taken; using ${open}`);
    return open;
  }
  throw new NoFreePort(`http.listen: ports ${port} to ${last} are all taken on ${host}; name a free one`);
}

function remedy(error: unknown): string {
  if (codeOf(error) === 'EACCES') return 'Ports below 1024 need a privilege: name one above';
  if (codeOf(error) === 'EADDRNOTAVAIL') return 'This machine has no such address: name one of its own';
  return 'Name another HOST:PORT';
}
