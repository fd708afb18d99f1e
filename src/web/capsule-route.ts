/** `GET /api/v1/capsule`: the incident capsule, as a file. */
import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { ApiProblem } from './problems.ts';
import { parsed } from './requests.ts';
import { errorSchema, openApiSchema, stationName } from './schemas.ts';

const capsuleQuery = z.strictObject({ station: stationName.optional() });

export function capsuleRoute(
  app: FastifyInstance,
  capsule: ((station: string | null) => Readable) | null,
  clock: Pick<Clock, 'utcMs'>,
): void {
  app.get(
    '/api/v1/capsule',
    {
      // HEAD would do all the work for nothing.
      exposeHeadRoute: false,
      schema: {
        summary: 'Incident capsule: the last minutes of raw bytes with counters, clocks and versions (docs/capture.md)',
        querystring: openApiSchema(capsuleQuery, 'input'),
        response: {
          200: {
            description: 'a gzipped capture',
            content: { 'application/gzip': { schema: { type: 'string', format: 'binary' } } },
          },
          400: openApiSchema(errorSchema, 'output'),
          404: openApiSchema(errorSchema, 'output'),
        },
      },
    },
    async (request, reply) => {
      const { station } = parsed(capsuleQuery, request.query, 'query');
      const content = contentOf(capsule, station ?? null);
      const stamp = new Date(clock.utcMs()).toISOString().slice(0, 19).replace(/[-:]/g, '');
      const name = `${station ?? 'all'}-${stamp}Z.capsule.gz`;
      return reply
        .type('application/gzip')
        .header('cache-control', 'no-store')
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(content);
    },
  );
}

function contentOf(capsule: ((station: string | null) => Readable) | null, station: string | null): Readable {
  if (capsule === null) {
    throw new ApiProblem(
      404,
      'nothing-kept',
      'no raw bytes are kept here',
      'ask the bridge that reads the station; capture.minutes in its configuration must not be 0',
    );
  }
  try {
    return capsule(station);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'UnknownStation') throw error;
    throw new ApiProblem(
      404,
      'unknown-station',
      `no station ${station} has answered on any link since the daemon started`,
      'see /api/v1/stations, or leave the station out to get all links',
    );
  }
}
