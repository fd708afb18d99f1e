/** `/api/v1/stations/:id/refill` and `/api/v1/refills`: what nurses do, and what was done. */
import type { FastifyInstance } from 'fastify';
import { Refused, Unknown } from '../desk/refused.ts';
import type { CommandAnswer } from '../station/commands.ts';
import type { DeskRoutesParts } from './desk-routes.ts';
import { ApiProblem } from './problems.ts';
import {
  beginSchema,
  byOnly,
  maybeRefillSchema,
  recordSchema,
  refillActionSchema,
  refillListSchema,
  refillName,
  refillStateSchema,
  refillsQuery,
  stationAnswerSchema,
} from './refill-schemas.ts';
import { parsed } from './requests.ts';
import { described } from './routes.ts';
import { stationName } from './schemas.ts';

interface ById {
  Params: { id: string };
}

/** What a desk refuses, as an answer of the API. */
export async function answered<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new ApiProblem(error instanceof Unknown ? 404 : 409, error.code, error.message, error.remedy);
  }
}

export function refillRoutes(app: FastifyInstance, { desks, login, command }: DeskRoutesParts): void {
  const { refills, audit } = desks;

  app.get<ById>(
    '/api/v1/stations/:id/refill',
    {
      schema: described({
        summary: 'The refill that is open at a station or has just ended there; null when there is none',
        answer: maybeRefillSchema,
        id: stationName,
        problems: [400],
      }),
    },
    async (request, reply) => {
      const state = refills.state(parsed(stationName, request.params.id, 'station'));
      return reply.type('application/json').send(JSON.stringify(state));
    },
  );

  app.post<ById>(
    '/api/v1/stations/:id/refill',
    {
      schema: described({
        summary: 'Begin a refill at a live station',
        answer: refillStateSchema,
        body: beginSchema,
        id: stationName,
        problems: [400, 403, 404, 409],
      }),
    },
    async (request) => {
      const station = parsed(stationName, request.params.id, 'station');
      const asked = parsed(beginSchema, request.body, 'body');
      const state = await answered(refills.begin(station, asked));
      audit({ by: asked.by, login, what: 'refill-begun', subject: station, detail: `${state.refill} ${asked.pump}` });
      return state;
    },
  );

  app.post<ById>(
    '/api/v1/stations/:id/refill/actions',
    {
      schema: described({
        summary: 'What a nurse does in the open refill: phase, hold point, correction, abort, finish',
        answer: refillStateSchema,
        body: refillActionSchema,
        id: stationName,
        problems: [400, 403, 409],
      }),
    },
    async (request) => {
      const station = parsed(stationName, request.params.id, 'station');
      const { by, action } = parsed(refillActionSchema, request.body, 'body');
      const state = await answered(refills.act(station, by, action));
      audit({ by, login, what: `refill-${action.do}`, subject: state.refill, detail: JSON.stringify(action) });
      return state;
    },
  );

  for (const name of ['tare', 'zero'] as const) {
    app.post<ById>(
      `/api/v1/stations/:id/${name}`,
      {
        schema: described({
          summary: name === 'tare' ? 'Let the mass count from 0' : 'Let flow and gauge pressure count from 0',
          answer: stationAnswerSchema,
          body: byOnly,
          id: stationName,
          problems: [400, 403, 404, 409, 504],
        }),
      },
      async (request) => {
        const station = parsed(stationName, request.params.id, 'station');
        const { by } = parsed(byOnly, request.body, 'body');
        const result = resultOf(station, name, await command(station, name));
        audit({ by, login, what: name, subject: station, detail: result });
        return { station, command: name, result };
      },
    );
  }

  app.get(
    '/api/v1/refills',
    {
      exposeHeadRoute: false,
      schema: described({
        summary: 'Refills on record and open ones, latest first',
        answer: refillListSchema,
        query: refillsQuery,
        problems: [400, 503],
      }),
    },
    async (request) => {
      const { pump, station, from, to, outcome, before, limit } = parsed(refillsQuery, request.query, 'query');
      const page = await refills.list({
        pump: pump ?? null,
        station: station ?? null,
        fromMs: from ?? null,
        toMs: to ?? null,
        outcome: outcome ?? null,
        before: before ?? null,
        limit: limit ?? 50,
      });
      return { refills: page.refills, next: page.next === null ? null : String(page.next) };
    },
  );

  app.get<ById>(
    '/api/v1/refills/:id',
    {
      exposeHeadRoute: false,
      schema: described({
        summary: 'The record of one refill, or an open one as it is now',
        answer: recordSchema,
        id: refillName,
        problems: [400, 404, 503],
      }),
    },
    async (request) => {
      const id = parsed(refillName, request.params.id, 'refill');
      const record = await refills.record(id);
      if (record !== null) return record;
      throw new ApiProblem(404, 'unknown-refill', `no refill ${id} is on record`, 'see /api/v1/refills');
    },
  );
}

/** Throws `ApiProblem` for everything but an ACK. */
function resultOf(station: string, name: string, answer: CommandAnswer | null): string {
  switch (answer?.kind) {
    case 'done':
      return answer.result;
    case 'refused':
      throw new ApiProblem(
        409,
        'station-refused',
        `the station refuses ${name}: ${`${answer.reason} ${answer.text}`.trim()}`,
        answer.reason === 'busy' ? 'wait until the station is at rest, then try again' : 'look at the station',
      );
    case 'silent':
      throw new ApiProblem(
        504,
        'no-answer',
        `the station did not answer ${name}; whether it did it is not known`,
        'look at the values, then try again',
      );
    case 'not-sent':
      throw new ApiProblem(409, 'not-sent', `${name} was not sent: ${answer.why}`, 'see /api/v1/stations');
    default:
      throw new ApiProblem(404, 'unknown-station', `no station ${station} answers`, 'see /api/v1/stations');
  }
}
