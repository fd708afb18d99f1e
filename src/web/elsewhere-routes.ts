/** At a dashboard apart from its bridges: their alarms and refills to look at, and whom to ask for everything else. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AlarmBoard } from '../alarms/board.ts';
import type { RefillElsewhere } from '../refill/model.ts';
import { boardSchema } from './alarm-schemas.ts';
import { ApiProblem } from './problems.ts';
import { described } from './routes.ts';

export interface Elsewhere {
  board(): AlarmBoard;
  refills(): readonly RefillElsewhere[];
}

const refillsSchema = z
  .array(z.looseObject({ station: z.string(), bridge: z.string(), refill: z.string(), silent: z.string().nullable() }))
  .describe('the open refill of each station as its bridge says it over MQTT; silent: why it may not hold any more');

/** What only the bridge at the bedside can do or knows. */
const AT_THE_BEDSIDE = [
  ['POST', '/api/v1/alarms/acknowledge'],
  ['POST', '/api/v1/alarms/audio-pause'],
  ['DELETE', '/api/v1/alarms/audio-pause'],
  ['GET', '/api/v1/alarms/log'],
  ['GET', '/api/v1/refills'],
  ['GET', '/api/v1/refills/*'],
  ['GET', '/api/v1/pumps'],
  ['GET', '/api/v1/pumps/*'],
  ['PUT', '/api/v1/pumps/*'],
  ['GET', '/api/v1/stations/:id/refill'],
  ['POST', '/api/v1/stations/:id/refill'],
  ['POST', '/api/v1/stations/:id/refill/actions'],
] as const;

export function elsewhereRoutes(app: FastifyInstance, elsewhere: Elsewhere): void {
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  app.get(
    '/api/v1/alarms',
    { schema: described({ summary: 'The alarms of all bridges, as they say them over MQTT', answer: boardSchema }) },
    async () => elsewhere.board(),
  );
  app.get(
    '/api/v1/elsewhere/refills',
    { schema: described({ summary: 'Open refills, as bridges say them over MQTT', answer: refillsSchema }) },
    async () => elsewhere.refills(),
  );
  for (const [method, url] of AT_THE_BEDSIDE) {
    app.route({
      method,
      url,
      schema: { hide: true },
      handler: async () => {
        throw new ApiProblem(
          409,
          'at-the-bedside',
          'this is a dashboard apart from its bridges: alarms and refills can be looked at here, and nothing else',
          'open the page of the bridge that reads the station; its id is in /api/v1/elsewhere/refills',
        );
      },
    });
  }
}
