/** What nurses read and write: alarms, refills, pumps. */
import type { FastifyInstance } from 'fastify';
import type { Desks } from '../desk/desks.ts';
import type { CommandAnswer } from '../station/commands.ts';
import { alarmRoutes } from './alarm-routes.ts';
import { pumpRoutes } from './pump-routes.ts';
import { refillRoutes } from './refill-routes.ts';

export interface DeskRoutesParts {
  readonly desks: Desks;
  /** Of the alarm log. */
  readonly keepDays: number;
  /** Of the HTTP login, kept beside the name in the request. */
  readonly login: string | null;
  /** `null`: no such station answers. */
  readonly command: (station: string, name: 'tare' | 'zero') => Promise<CommandAnswer | null>;
}

export function deskRoutes(app: FastifyInstance, parts: DeskRoutesParts): void {
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  alarmRoutes(app, parts);
  refillRoutes(app, parts);
  pumpRoutes(app, parts);
}
