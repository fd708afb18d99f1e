/** What every request that changes something has to pass: our own page or a tool, never another site's page. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiProblem } from './problems.ts';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Who does it; a name that colleagues know. */
export const personName = z
  .string()
  .trim()
  .min(1, 'must name the person who does this')
  .max(100)
  .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters')
  .describe('name of the person who does this');

/**
 * Another site's page can make a visitor's browser send requests here, with the visitor's password. Browsers say where a
 * request comes from: `Sec-Fetch-Site` where they say it at all, `Origin` with every write else. Tools say neither.
 */
function comesFromElsewhere({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin, host } = headers;
  if (origin === undefined) return false;
  try {
    return new URL(origin).host !== host?.toLowerCase();
  } catch {
    return true;
  }
}

/** JSON alone is parsed: a form or plain text, which a page elsewhere may send without asking first, is refused with 415. */
export function guardWrites(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', async (request) => {
    if (READS.has(request.method) || !comesFromElsewhere(request)) return;
    throw new ApiProblem(
      403,
      'wrong-origin',
      'this request was made by a page of another site',
      'use the page of this daemon, or a tool that sends no Origin header',
    );
  });
}
