/** What is read under `/api/v1`: stations, their history, the event stream. */
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Hello } from './api-types.ts';
import { sendEvents } from './events-route.ts';
import type { Fleet } from './fleet.ts';
import type { History } from './history.ts';
import { ApiProblem } from './problems.ts';
import { historyRange, parsed } from './requests.ts';
import {
  errorSchema,
  eventsQuery,
  helloSchema,
  historyQuery,
  historySchema,
  openApiSchema,
  rowKey,
  stationName,
  stationSchema,
  stationsSchema,
} from './schemas.ts';
import type { EventStream } from './stream.ts';

export interface ApiParts {
  readonly fleet: Fleet;
  readonly history: History;
  readonly stream: EventStream;
  readonly hello: () => Hello;
  readonly clock: Clock;
}

interface Described {
  readonly summary: string;
  readonly answer: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly id?: z.ZodType;
  readonly problems?: readonly number[];
}

/** What the OpenAPI document says of a route. */
export function described({ summary, answer, query, body, id, problems = [] }: Described): object {
  const errors = problems.map((status) => [status, openApiSchema(errorSchema, 'output')]);
  return {
    summary,
    ...(query && { querystring: openApiSchema(query, 'input') }),
    ...(body && { body: openApiSchema(body, 'input') }),
    ...(id && { params: { type: 'object', required: ['id'], properties: { id: openApiSchema(id, 'input') } } }),
    response: { 200: openApiSchema(answer, 'output'), ...Object.fromEntries(errors) },
  };
}

export function apiRoutes(app: FastifyInstance, { fleet, history, stream, hello, clock }: ApiParts): void {
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  app.get(
    '/api/v1/hello',
    { schema: described({ summary: 'What this daemon is, and its channels', answer: helloSchema }) },
    async () => hello(),
  );

  app.get(
    '/api/v1/stations',
    { schema: described({ summary: 'All stations with their latest reading', answer: stationsSchema }) },
    async () => fleet.views(),
  );

  app.get<{ Params: { id: string } }>(
    '/api/v1/stations/:id',
    {
      schema: described({
        summary: 'One station with its latest reading',
        answer: stationSchema,
        id: rowKey,
        problems: [400, 404],
      }),
    },
    async (request) => {
      const key = parsed(rowKey, request.params.id, 'station');
      const view = fleet.view(key);
      if (view !== null) return view;
      throw new ApiProblem(
        404,
        'unknown-station',
        `no station ${key.slice(0, 64)} has answered since the daemon started`,
        'see /api/v1/stations for those that have; check cable and power of a station that is missing there',
      );
    },
  );

  app.get<{ Params: { id: string } }>(
    '/api/v1/stations/:id/history',
    {
      schema: described({
        summary: 'History of a station: min, max and mean per bucket',
        answer: historySchema,
        query: historyQuery,
        id: stationName,
        problems: [400, 503],
      }),
    },
    async (request) => history.read(historyRange(request.params.id, request.query, clock.utcMs())),
  );

  app.get(
    '/api/v1/events',
    {
      // HEAD would get a stream without an end too.
      exposeHeadRoute: false,
      schema: {
        summary:
          'Server-sent events: hello, fleet, station, readings (at most 20 a second), refill, alarms, firmware, beat (every second)',
        querystring: openApiSchema(eventsQuery, 'input'),
        produces: ['text/event-stream'],
        response: {
          200: {
            description: 'a stream that does not end',
            content: { 'text/event-stream': { schema: { type: 'string' } } },
          },
          400: openApiSchema(errorSchema, 'output'),
          503: openApiSchema(errorSchema, 'output'),
        },
      },
    },
    (request, reply) => {
      const { station } = parsed(eventsQuery, request.query, 'query');
      sendEvents(reply, stream, station ?? null);
    },
  );
}
