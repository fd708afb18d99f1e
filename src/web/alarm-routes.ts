/** `/api/v1/alarms`: the board, the log, and what nurses do at a screen. */
import type { FastifyInstance } from 'fastify';
import { ALARM_LOG_ENTRIES } from '../alarms/config.ts';
import {
  acknowledgeSchema,
  alarmLogQuery,
  alarmLogSchema,
  boardSchema,
  pauseSchema,
  resumeSchema,
} from './alarm-schemas.ts';
import type { DeskRoutesParts } from './desk-routes.ts';
import { ApiProblem } from './problems.ts';
import { parsed } from './requests.ts';
import { described } from './routes.ts';

export function alarmRoutes(app: FastifyInstance, { desks, keepDays, login }: DeskRoutesParts): void {
  const { alarms, audit } = desks;

  app.get('/api/v1/alarms', { schema: described({ summary: 'The alarm board', answer: boardSchema }) }, async () =>
    alarms.board(),
  );

  app.get(
    '/api/v1/alarms/log',
    {
      exposeHeadRoute: false,
      schema: described({
        summary: 'The alarm log, latest first',
        answer: alarmLogSchema,
        query: alarmLogQuery,
        problems: [400, 503],
      }),
    },
    async (request) => {
      const { source, from, to, before, limit } = parsed(alarmLogQuery, request.query, 'query');
      const entries = await alarms.log({
        source: source ?? null,
        fromMs: from ?? null,
        toMs: to ?? null,
        before: before ?? null,
        limit: limit ?? 100,
      });
      return { entries, keepDays, keepEntries: ALARM_LOG_ENTRIES };
    },
  );

  app.post(
    '/api/v1/alarms/acknowledge',
    {
      schema: described({
        summary: 'Silence one condition until it changes; it stays visible. Ends one that is latched',
        answer: boardSchema,
        body: acknowledgeSchema,
        problems: [400, 403, 409],
      }),
    },
    async (request) => {
      const { by, source, condition } = parsed(acknowledgeSchema, request.body, 'body');
      const done = await alarms.acknowledge(by, source, condition);
      if (done === 'nothing-there') {
        throw new ApiProblem(
          409,
          'nothing-there',
          `${condition} of ${source} is neither present nor latched`,
          'look at /api/v1/alarms; somebody else may have acknowledged it',
        );
      }
      audit({ by, login, what: 'alarm-acknowledged', subject: source, detail: condition });
      return alarms.board();
    },
  );

  app.post(
    '/api/v1/alarms/audio-pause',
    {
      schema: described({
        summary: 'Pause the sound for a time; a new condition breaks the pause',
        answer: boardSchema,
        body: pauseSchema,
        problems: [400, 403],
      }),
    },
    async (request) => {
      const { by, seconds, source } = parsed(pauseSchema, request.body, 'body');
      await alarms.pause(by, source ?? null, seconds ?? null);
      audit({ by, login, what: 'audio-paused', subject: source ?? 'all', detail: seconds ? `${seconds} s` : '' });
      return alarms.board();
    },
  );

  app.delete(
    '/api/v1/alarms/audio-pause',
    {
      schema: described({
        summary: 'End a pause of the sound before its time',
        answer: boardSchema,
        body: resumeSchema,
        problems: [400, 403, 409],
      }),
    },
    async (request) => {
      const { by, source } = parsed(resumeSchema, request.body, 'body');
      if (!(await alarms.resume(by, source ?? null))) {
        throw new ApiProblem(409, 'nothing-there', 'the sound is not paused', 'look at /api/v1/alarms');
      }
      audit({ by, login, what: 'audio-resumed', subject: source ?? 'all', detail: '' });
      return alarms.board();
    },
  );
}
