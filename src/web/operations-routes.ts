/** What operators and their tools ask for: `/metrics`, `/healthz`, `/readyz`, `/api/docs`. */
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import type { Condition } from './conditions.ts';
import { docsRoutes, text } from './docs-routes.ts';
import { described } from './routes.ts';
import { openApiSchema, readinessSchema } from './schemas.ts';

export interface OperationsParts {
  readonly registry: Registry;
  readonly store: () => Condition;
  readonly broker: () => Condition;
  readonly journal: () => Condition | undefined;
}

export function operationsRoutes(app: FastifyInstance, { registry, store, broker, journal }: OperationsParts): void {
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  const alive = z.object({ alive: z.literal(true) });
  app.get('/healthz', { schema: described({ summary: 'The process is alive', answer: alive }) }, async () => ({
    alive: true,
  }));

  const ready = { ...described({ summary: 'Store, broker and journal work', answer: readinessSchema }) };
  const response = {
    200: openApiSchema(readinessSchema, 'output'),
    503: openApiSchema(readinessSchema, 'output'),
  };
  app.get('/readyz', { schema: { ...ready, response } }, async (_request, reply) => {
    const now = { store: store(), broker: broker(), journal: journal() };
    const works = now.store.ok && now.broker.ok && now.journal?.ok !== false;
    return reply.code(works ? 200 : 503).send({ ready: works, ...now });
  });

  app.get('/metrics', { schema: text('Counters and gauges for Prometheus', 'text/plain') }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );

  docsRoutes(app);
}
