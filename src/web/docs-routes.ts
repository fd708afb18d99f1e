/** `/api/docs`: what the server says of itself, for people and for programs. */
import type { FastifyInstance } from 'fastify';
import { docsPage } from './docs-page.ts';

/** What the OpenAPI document says of a route that answers with text. */
export const text = (summary: string, type: string): object => ({
  summary,
  response: { 200: { description: summary, content: { [type]: { schema: { type: 'string' } } } } },
});

export function docsRoutes(app: FastifyInstance): void {
  app.get('/api/docs', { schema: text('This description, for people', 'text/html') }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(docsPage(app.swagger())),
  );
  app.get('/api/docs/openapi.json', { schema: text('This description, for programs', 'application/json') }, async () =>
    app.swagger(),
  );
}
