/** `/api/v1/pumps`: the register of implanted pumps, and the models that are known. */
import type { FastifyInstance } from 'fastify';
import { Unknown } from '../desk/refused.ts';
import type { Pump } from '../refill/model.ts';
import type { DeskRoutesParts } from './desk-routes.ts';
import { ApiProblem } from './problems.ts';
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
  const modelNamed = (name: string, before: Pump | null) => {
    const model = models.find((each) => each.model === name) ?? (before?.model.model === name ? before.model : null);
    if (model !== null) return model;
    throw new Unknown('unknown-model', `no pump model is called ${name}`, 'see /api/v1/pump-models');
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
      const put = async (): Promise<Pump> => {
        const pump = {
          pump: id,
          ...rest,
          model: modelNamed(model, before),
          fills: (fills ?? before?.fills ?? []) as Pump['fills'],
        };
        await register.put([pump]);
        return pump;
      };
      const pump = await answered(put());
      const what = before === null ? 'pump-entered' : 'pump-changed';
      audit({ by, login, what, subject: id, detail: JSON.stringify({ model, ...rest, fills: fills?.length }) });
      return pump;
    },
  );

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
