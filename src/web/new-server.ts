/** An HTTP server with the limits that every server of this product has. */
import { readFileSync } from 'node:fs';
import fastifySwagger from '@fastify/swagger';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { type Address, UnsafeHttpConfiguration } from './access.ts';
import { asProblem, notFound, sendProblem } from './problems.ts';

export function newServer(tls?: Config['http']['tls']): FastifyInstance {
  const options = {
    bodyLimit: 16 * 1024,
    // For a request to arrive in full; answers may take as long as they like (event stream).
    requestTimeout: 10_000,
    keepAliveTimeout: 20_000,
    maxRequestsPerSocket: 0,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 1100 },
    // Addresses that cannot even be decoded, before any hook has run.
    frameworkErrors: badAddress,
    logger: false,
  };
  const limits = { maxHeaderSize: 16 * 1024, headersTimeout: 10_000 };
  const server =
    tls === undefined
      ? Fastify({ ...options, http: limits })
      : (Fastify({ ...options, https: { ...limits, ...readTls(tls) } }) as unknown as FastifyInstance);
  server.server.maxConnections = 1000;
  // Requests are checked by the zod schemas in the routes; the JSON Schemas made from them only document.
  server.setValidatorCompiler(() => () => true);
  server.setSerializerCompiler(() => (data) => JSON.stringify(data));
  return server;
}

function badAddress(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  sendProblem(reply, asProblem(error) ?? notFound('this address'));
}

function readTls(tls: NonNullable<Config['http']['tls']>): { cert: string; key: string; minVersion: 'TLSv1.2' } {
  const read = (name: 'certFile' | 'keyFile') => {
    try {
      return readFileSync(tls[name], 'utf8');
    } catch {
      throw new UnsafeHttpConfiguration(
        `http.tls.${name}: ${tls[name]} cannot be read; name a PEM file the daemon may read`,
      );
    }
  };
  return { cert: read('certFile'), key: read('keyFile'), minVersion: 'TLSv1.2' };
}

/** Before the routes: they are gathered as they are added. */
export async function describeApi(
  app: FastifyInstance,
  info: { readonly title: string; readonly version: string; readonly description: string },
): Promise<void> {
  await app.register(fastifySwagger, { openapi: { openapi: '3.1.0', info } });
}

/** An address a browser on this machine can open. */
export function urlOf({ host, loopback }: Address, port: number, scheme: string): string {
  const anywhere = host === '0.0.0.0' || host === '::';
  const name = !loopback && anywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${name}:${port}`;
}
