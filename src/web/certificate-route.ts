/** `GET /api/v1/stations/:id/certificate`: what was journaled, held against what the store gives back. */
import type { FastifyInstance } from 'fastify';
import { certificateSchema } from '../certificate/certificate.ts';
import { type CertificateMaker, CertificatesBusy } from '../certificate/certificates.ts';
import type { CertificateRequest } from '../certificate/certify.ts';
import type { Clock } from '../clock.ts';
import { ApiProblem } from './problems.ts';
import { parsed } from './requests.ts';
import { described } from './routes.ts';
import { certificateQuery, stationName } from './schemas.ts';

const DAY_MS = 86_400_000;
export const MOST_DAYS = 31;
const MADE_WITHIN_MS = 120_000;

/** Throws `ApiProblem` 400. */
function requestOf(id: string, query: unknown, nowMs: number): CertificateRequest {
  const station = parsed(stationName, id, 'station');
  const { from, to } = parsed(certificateQuery, query, 'query');
  const toMs = to ?? null;
  const end = toMs ?? Math.max(nowMs, (from ?? 0) + 1);
  if (from === undefined) return { station, fromMs: null, toMs, atMostMs: DAY_MS };
  const fromMs = from;
  if (fromMs >= end) throw new ApiProblem(400, 'bad-range', 'from is not before to', 'swap from and to');
  if (end - fromMs > MOST_DAYS * DAY_MS) {
    const days = ((end - fromMs) / DAY_MS).toFixed(1);
    throw new ApiProblem(
      400,
      'range-too-long',
      `a certificate over ${days} days would read too much at once`,
      `ask for at most ${MOST_DAYS} days at a time, or run hai-bridge verify on the machine of the bridge`,
    );
  }
  return { station, fromMs, toMs };
}

export function certificateRoute(app: FastifyInstance, certify: CertificateMaker, clock: Clock): void {
  app.get<{ Params: { id: string } }>(
    '/api/v1/stations/:id/certificate',
    {
      // HEAD would do all the work for nothing.
      exposeHeadRoute: false,
      schema: described({
        summary: `Completeness certificate of a station, at most ${MOST_DAYS} days`,
        answer: certificateSchema,
        query: certificateQuery,
        id: stationName,
        problems: [400, 503],
      }),
    },
    async (request, reply) => {
      const asked = requestOf(request.params.id, request.query, clock.utcMs());
      const stop = new AbortController();
      const tooLong = new ApiProblem(
        503,
        'took-too-long',
        `the store was not read back within ${MADE_WITHIN_MS / 1000} s`,
        'ask for a shorter time',
      );
      const cancel = clock.after(MADE_WITHIN_MS, () => stop.abort(tooLong));
      // Whoever asked has gone: nobody will read the answer.
      const left = () => stop.abort(tooLong);
      reply.raw.once('close', left);
      try {
        reply.header('cache-control', 'no-store');
        return await certify(asked, stop.signal);
      } catch (error) {
        if (!(error instanceof CertificatesBusy)) throw error;
        throw new ApiProblem(503, 'certificates-busy', error.message, 'ask again when one of them is done');
      } finally {
        cancel();
        reply.raw.off('close', left);
      }
    },
  );
}
