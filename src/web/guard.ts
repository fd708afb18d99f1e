/** What every request passes first: our host name, the password, and headers that keep browsers strict. */
import type { FastifyInstance } from 'fastify';
import {
  type Address,
  basicAuthentication,
  type Credentials,
  hostCheck,
  refuseHost,
  refuseStranger,
} from './access.ts';

/**
 * Only our own files run or load. Inline styles are allowed because the chart sets style attributes; scripts are not.
 * `base-uri 'self'`: see `atRoot` in page.ts.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SECURITY_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Asked for by supervisors that hold no password; tells nothing but that the process lives. */
const OPEN_PATH = '/healthz';

export function guard(
  app: FastifyInstance,
  { address, credentials }: { readonly address: Address; readonly credentials: Credentials | null },
): { readonly logins: number } {
  const isOurs = hostCheck(address);
  const knows = credentials === null ? () => true : basicAuthentication(credentials);
  const refused = { logins: 0 };
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (!isOurs(request.headers.host)) throw refuseHost(request);
    if (request.routeOptions.url === OPEN_PATH || knows(request.headers.authorization)) return;
    refused.logins += 1;
    reply.header('www-authenticate', 'Basic realm="hai-bridge", charset="UTF-8"');
    throw refuseStranger();
  });
  return refused;
}
