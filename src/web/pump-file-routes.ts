/** The pump register as a file: out as CSV or JSON, and in again, all or nothing. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Desks } from '../desk/desks.ts';
import { pumpsFromCsv, pumpsToCsv } from '../refill/register/csv.ts';
import { pumpsFromJson, pumpsToJson } from '../refill/register/json.ts';
import { asLine } from '../refill/register/problems.ts';
import type { PumpsImported } from './api-types.ts';
import { ApiProblem } from './problems.ts';
import { importedSchema } from './pump-schemas.ts';
import { answered } from './refill-routes.ts';
import { parsed } from './requests.ts';
import { described } from './routes.ts';
import { personName } from './writes.ts';

type Parts = Pick<Desks, 'register' | 'models' | 'audit'> & { readonly login: string | null };

/** 20,000 pumps with some fills each. */
const LARGEST_FILE = 16 * 1024 * 1024;
const LINES_TOLD = 10;

const exportQuery = z.strictObject({ format: z.enum(['csv', 'json']).default('csv') });
const importQuery = z.strictObject({ by: personName });

export function pumpFileRoutes(app: FastifyInstance, { register, models, audit, login }: Parts): void {
  // As text: the register's own readers say in which line something is wrong.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/json', 'text/csv'],
    { parseAs: 'string', bodyLimit: LARGEST_FILE },
    (_request, body, done) => done(null, body),
  );

  app.get(
    '/api/v1/pumps/export',
    {
      exposeHeadRoute: false,
      schema: {
        ...described({
          summary: 'The pump register as a file',
          answer: z.string(),
          query: exportQuery,
          problems: [400],
        }),
        produces: ['text/csv', 'application/json'],
      },
    },
    async (request, reply) => {
      const { format } = parsed(exportQuery, request.query, 'query');
      const text = format === 'csv' ? pumpsToCsv(register.all()) : pumpsToJson(register.all());
      reply.header('content-disposition', `attachment; filename="pumps.${format}"`);
      reply.type(format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/json; charset=utf-8');
      return reply.send(text);
    },
  );

  app.post(
    '/api/v1/pumps/import',
    {
      bodyLimit: LARGEST_FILE,
      schema: {
        ...described({
          summary:
            'Enter pumps from a file of this register, text/csv or application/json; all or nothing. Replaces those that are there',
          answer: importedSchema,
          query: importQuery,
          problems: [400, 403, 409, 415, 503],
        }),
        consumes: ['text/csv', 'application/json'],
      },
    },
    async (request): Promise<PumpsImported> => {
      const { by } = parsed(importQuery, request.query, 'query');
      const text = typeof request.body === 'string' ? request.body : '';
      const json = /^application\/json\b/i.test(request.headers['content-type'] ?? '');
      const read = json ? pumpsFromJson(text, models) : pumpsFromCsv(text, models);
      if (!read.ok) {
        const lines = read.problems.slice(0, LINES_TOLD).map(asLine);
        const more = read.problems.length > LINES_TOLD ? `\n... and ${read.problems.length - LINES_TOLD} more` : '';
        throw new ApiProblem(
          400,
          'bad-file',
          `${lines.join('\n')}${more}`,
          'correct the file; nothing of it was entered',
        );
      }
      const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
      const added = read.value.filter(({ pump }) => register.get(pump) === null);
      const changed = read.value.filter((pump) => {
        const before = register.get(pump.pump);
        return before !== null && !same(pumpsToJson([before]), pumpsToJson([pump]));
      });
      await answered(register.put([...added, ...changed]));
      const counts = {
        added: added.length,
        changed: changed.length,
        unchanged: read.value.length - added.length - changed.length,
      };
      audit({ by, login, what: 'pumps-imported', subject: 'register', detail: JSON.stringify(counts) });
      return counts;
    },
  );
}
