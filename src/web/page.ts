/** The page itself: files of the build, `index.html` for every address the page makes up. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { plainPage } from './docs-page.ts';
import { notFound, sendProblem } from './problems.ts';

const NOT_BUILT = plainPage(
  'The page is not built yet',
  `<p>The daemon runs; only its page is missing. Build it once, then reload:</p>
<pre>npm run build</pre>
<p>The data is there already: <a href="/api/v1/stations">/api/v1/stations</a>, described at <a href="/api/docs">/api/docs</a>.</p>`,
);

/** Vite names files under `assets/` by their content: such a name never holds anything else. */
const HASHED = /[\\/]assets[\\/][^\\/]+$/;

export async function servePage(app: FastifyInstance, uiFolder: string, notBuilt = NOT_BUILT): Promise<void> {
  await app.register(fastifyStatic, {
    root: uiFolder,
    index: false,
    cacheControl: false,
    dotfiles: 'ignore',
    // Folders are addresses of the page, not files: they would be answered as forbidden.
    allowedPath: (path) => /\.[^/]+$/.test(path),
    setHeaders: (response, path) => {
      response.setHeader('cache-control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.setNotFoundHandler((request, reply) => answerUnknown(request, reply, uiFolder, notBuilt));
}

async function answerUnknown(
  request: FastifyRequest,
  reply: FastifyReply,
  uiFolder: string,
  notBuilt: string,
): Promise<FastifyReply> {
  const path = request.url.split('?', 1)[0] ?? '/';
  const forPage = (request.method === 'GET' || request.method === 'HEAD') && !/^\/api(\/|$)/.test(path);
  const wantsHtml = path === '/' || (request.headers.accept ?? '').includes('text/html');
  if (!forPage || !wantsHtml) return sendProblem(reply, notFound(path));
  reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8');
  try {
    return reply.code(200).send(atRoot(await readFile(join(uiFolder, 'index.html'), 'utf8'), path));
  } catch {
    return reply.code(503).send(notBuilt);
  }
}

/** The build refers to its files relatively; below the first level that needs to be told where the root is. */
function atRoot(html: string, path: string): string {
  return path.lastIndexOf('/') > 0 ? html.replace(/<head[^>]*>/i, '$&<base href="/">') : html;
}
