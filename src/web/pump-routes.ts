/** `/api/v1/pumps`: the register of implanted pumps, and the models that are known. */
import type { FastifyInstance } from 'fastify';
import type { Pump } from '../refill/model.ts';
import { pumpOf, pumpRecordSchema } from '../refill/register/schema.ts';
import type { DeskRoutesParts } from './desk-routes.ts';
import { ApiProblem } from './problems.ts';
import { pumpFileRoutes } from './pump-file-routes.ts';
import {
  modelsSchema,
  pumpHistorySchema,
  pumpSchema,
  pumpsSchema,
  putPumpSchema,
  removePumpSchema,
} from './pump-schemas.ts';
import { answered } from './refill-routes.ts';
import { pumpName } from './refill-schemas.ts';
import { parsed } from './requests.ts';
import { described } from './routes.ts';

interface ById {
  Params: { id: string };
}

export function pumpRoutes(app: FastifyInstance, { desks, login }: DeskRoutesParts): void {
  const { register, models, refills, audit } = desks;

  const known = (id: string): Pump => {
    const pump = register.get(id);
    if (pump !== null) return pump;
    throw new ApiProblem(404, 'unknown-pump', `pump ${id} is not in the register`, 'see /api/v1/pumps');
  };
  /** A model that the site has taken out of its file is still that of the pumps entered with it. */
  const checked = (record: unknown, before: Pump | null): Pump => {
    const pump = pumpOf(parsed(pumpRecordSchema, record, 'body'), before === null ? models : [...models, before.model]);
    if (pump !== null) return pump;
    throw new ApiProblem(404, 'unknown-model', 'no pump model has this name', 'see /api/v1/pump-models');
  };

  app.get('/api/v1/pumps', { schema: described({ summary: 'The pump register', answer: pumpsSchema }) }, async () =>
    register.all(),
  );

  app.get(
    '/api/v1/pump-models',
    { schema: described({ summary: 'Pump models that are known', answer: modelsSchema }) },
    async () => ({ models }),
  );

  app.get<ById>(
    '/api/v1/pumps/:id',
    { schema: described({ summary: 'One pump', answer: pumpSchema, id: pumpName, problems: [400, 404] }) },
    async (request) => known(parsed(pumpName, request.params.id, 'pump')),
  );

  app.get<ById>(
    '/api/v1/pumps/:id/history',
    {
      exposeHeadRoute: false,
      schema: described({
        summary: 'Fills and flows of one pump over the years',
        answer: pumpHistorySchema,
        id: pumpName,
        problems: [400, 404, 503],
      }),
    },
    async (request) => answered(register.history(parsed(pumpName, request.params.id, 'pump'))),
  );

  app.put<ById>(
    '/api/v1/pumps/:id',
    {
      bodyLimit: 512 * 1024,
      schema: described({
        summary: 'Enter a pump, or correct what is on record of it',
        answer: pumpSchema,
        body: putPumpSchema,
        id: pumpName,
        problems: [400, 403, 404, 409, 503],
      }),
    },
    async (request) => {
      const id = parsed(pumpName, request.params.id, 'pump');
      const { by, model, fills, ...rest } = parsed(putPumpSchema, request.body, 'body');
      const before = register.get(id);
      const pump = checked({ pump: id, model, ...rest, fills: fills ?? before?.fills ?? [] }, before);
      await answered(register.put([pump]));
      const what = before === null ? 'pump-entered' : 'pump-changed';
      audit({ by, login, what, subject: id, detail: JSON.stringify({ model, ...rest, fills: fills?.length }) });
      return pump;
    },
  );

  void app.register(async (files) => pumpFileRoutes(files, { register, models, audit, login }));

  app.delete<ById>(
    '/api/v1/pumps/:id',
    {
      schema: described({
        summary: 'Take a pump off the register; its refills stay on record',
        answer: pumpSchema,
        body: removePumpSchema,
        id: pumpName,
        problems: [400, 403, 404, 409, 503],
      }),
    },
    async (request) => {
      const id = parsed(pumpName, request.params.id, 'pump');
      const { by } = parsed(removePumpSchema, request.body, 'body');
      const pump = known(id);
      const where = refills
        .stations()
        .find((station) => refills.busy(station) && refills.state(station)?.pump.pump === id);
      if (where !== undefined) {
        throw new ApiProblem(
          409,
          'pump-in-refill',
          `pump ${id} is being refilled at ${where}`,
          'wait until that is done',
        );
      }
      await answered(register.remove(id));
      audit({ by, login, what: 'pump-removed', subject: id, detail: JSON.stringify({ serial: pump.serial }) });
      return pump;
    },
  );
}
