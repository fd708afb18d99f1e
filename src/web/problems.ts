/** Errors of the API: every one an `ApiError` with its remedy; what was not foreseen is logged and not told. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../logger.ts';
import type { ApiError } from './api-types.ts';
import { firmwareProblem } from './firmware-problems.ts';

/** Thrown by a route: becomes an `ApiError` with this status. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: string;
  readonly remedy: string;

  constructor(status: number, code: string, message: string, remedy: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.remedy = remedy;
  }

  get body(): ApiError {
    return { error: { code: this.code, message: this.message, remedy: this.remedy } };
  }
}

/** Errors that the HTTP framework itself finds in a request. */
const REMEDIES: Readonly<Record<number, string>> = {
  404: 'look up the addresses at /api/docs',
  405: 'look up the methods of this address at /api/docs',
  413: 'send less at once; bodies are described at /api/docs',
  414: 'shorten the address',
  415: 'send JSON, with content-type: application/json',
};

export function asProblem(error: FastifyError | Error): ApiProblem | null {
  if (error instanceof ApiProblem) return error;
  if (error.name === 'RecordsUnavailable') {
    return new ApiProblem(503, 'records-unavailable', error.message.slice(0, 300), 'mend it, then try again');
  }
  const firmware = firmwareProblem(error);
  if (firmware !== null) {
    const { code, message, remedy } = firmware.error;
    return new ApiProblem(firmware.status, code, message, remedy);
  }
  const status = 'statusCode' in error ? error.statusCode : undefined;
  if (status === undefined || status < 400 || status > 499) return null;
  const remedy =
    REMEDIES[status] ?? 'correct the request as the message says; addresses and parameters are at /api/docs';
  return new ApiProblem(status, 'bad-request', error.message.slice(0, 300), remedy);
}

/** Answers with the problem as JSON. */
export function sendProblem(reply: FastifyReply, problem: ApiProblem): FastifyReply {
  return reply.code(problem.status).header('cache-control', 'no-store').type('application/json').send(problem.body);
}

export function problemHandler(logger: Logger) {
  return (error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const known = asProblem(error);
    if (known !== null) return sendProblem(reply, known);
    logger.error({ error, route: request.routeOptions.url ?? null }, 'a request failed');
    return sendProblem(
      reply,
      new ApiProblem(500, 'internal', 'the request failed inside the daemon', 'look at the daemon log, then report it'),
    );
  };
}

export function notFound(path: string): ApiProblem {
  return new ApiProblem(404, 'not-found', `nothing is at ${path.slice(0, 200)}`, 'look up the addresses at /api/docs');
}
