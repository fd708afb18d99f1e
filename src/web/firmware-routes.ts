/** `/api/v1/firmware`: what stations hold, images, updates, rollouts, and the audit log. For engineers. */
import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import { LARGEST_IMAGE } from '../firmware/image-shelf.ts';
import { auditView, beginRollout, firmwareView, imageView, jobView, rolloutView } from '../firmware/overview.ts';
import type { Firmware } from '../firmware/service.ts';
import {
  askBody,
  auditQuery,
  auditSchema,
  firmwareSchema,
  imageName,
  imageQuery,
  imageSchema,
  jobName,
  jobSchema,
  personBody,
  rolloutBody,
  rolloutSchema,
  skipBody,
  updateBody,
} from './firmware-schemas.ts';
import { ApiProblem } from './problems.ts';
import { parsed } from './requests.ts';
import { described } from './routes.ts';

export interface FirmwareRoutesParts {
  readonly firmware: Firmware;
  readonly settings: Config['firmware'];
  /** Of the HTTP login, kept beside the name in the request. */
  readonly login: string | null;
}

const ROOT = '/api/v1/firmware';
const MINUTE_MS = 60_000;
const IMAGE = { body: { type: 'string', format: 'binary' } };

export function firmwareRoutes(app: FastifyInstance, { firmware, settings, login }: FirmwareRoutesParts): void {
  const { jobs, rollouts, inventory, images, updates } = firmware;
  const who = (by: string) => (login === null ? by : `${by} (login ${login})`);
  const job = (id: string) => {
    const found = jobs.get(parsed(jobName, id, 'update'));
    if (found !== null) return found;
    throw new ApiProblem(
      404,
      'unknown-job',
      `there is no update ${id.slice(0, 64)}`,
      `see ${ROOT} for those there are`,
    );
  };
  const rollout = () => {
    if (rollouts.current !== null) return rolloutView(rollouts.current);
    throw new ApiProblem(404, 'no-rollout', 'there was no rollout yet', 'begin one');
  };

  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));

  app.get(
    ROOT,
    { schema: described({ summary: 'Firmware of all stations, and updates', answer: firmwareSchema }) },
    () => firmwareView(firmware),
  );

  app.post(
    `${ROOT}/inventory`,
    { schema: described({ summary: 'Ask stations now', answer: firmwareSchema, body: askBody, problems: [400, 403] }) },
    async (request) => {
      const { station } = parsed(askBody, request.body, 'body');
      const all = firmware.stations().map((view) => view.station);
      await Promise.all((station === undefined ? all : [station]).map((name) => inventory.ask(name)));
      return firmwareView(firmware);
    },
  );

  app.post(
    `${ROOT}/images`,
    {
      bodyLimit: LARGEST_IMAGE,
      schema: {
        ...described({ summary: 'Give an image (application/octet-stream)', answer: imageSchema, problems: [413] }),
        ...IMAGE,
      },
    },
    async (request, reply) => {
      const body = request.body as Readable | undefined;
      if (body === undefined || !(Symbol.asyncIterator in body)) {
        throw new ApiProblem(
          415,
          'no-image',
          'the request holds no image',
          'send the file as application/octet-stream',
        );
      }
      const file = await images.shelf.add(body).catch((error: unknown) => {
        // What is left of the body would be taken for the next request.
        reply.header('connection', 'close');
        throw error;
      });
      const needed = new Set(
        jobs
          .all()
          .filter((j) => j.record.outcome === null)
          .map((j) => j.record.order.image.file),
      );
      if (rollouts.current !== null) needed.add(rollouts.current.image.file);
      await images.shelf.makeRoom(needed.add(file));
      reply.code(201);
      return imageView(firmware, file, null);
    },
  );

  app.get<{ Params: { id: string } }>(
    `${ROOT}/images/:id`,
    {
      schema: described({
        summary: 'An image, and what stands against it',
        answer: imageSchema,
        id: imageName,
        query: imageQuery,
        problems: [400, 404],
      }),
    },
    async (request) => {
      const { station } = parsed(imageQuery, request.query, 'query');
      return imageView(firmware, parsed(imageName, request.params.id, 'image'), station ?? null);
    },
  );

  app.post(
    `${ROOT}/updates`,
    {
      schema: described({
        summary: 'Update one station',
        answer: jobSchema,
        body: updateBody,
        problems: [400, 404, 409],
      }),
    },
    async (request, reply) => {
      const asked = parsed(updateBody, request.body, 'body');
      const id = await updates.update({ ...asked, by: who(asked.by) }, null);
      reply.code(202);
      return jobView(job(id));
    },
  );

  app.get<{ Params: { id: string } }>(
    `${ROOT}/updates/:id`,
    { schema: described({ summary: 'One update', answer: jobSchema, id: jobName, problems: [400, 404] }) },
    async (request) => jobView(job(request.params.id)),
  );

  app.post<{ Params: { id: string } }>(
    `${ROOT}/updates/:id/abort`,
    {
      schema: described({
        summary: 'Call an update off: the station goes back to its former firmware',
        answer: jobSchema,
        id: jobName,
        body: personBody,
        problems: [400, 404, 409],
      }),
    },
    async (request) => {
      const { by } = parsed(personBody, request.body, 'body');
      const found = job(request.params.id);
      if (jobs.abort(found.record.order.job, who(by))) return jobView(job(request.params.id));
      throw new ApiProblem(409, 'not-now', 'the update has ended, or has not begun again yet', 'look at its state');
    },
  );

  app.post(
    `${ROOT}/rollouts`,
    {
      schema: described({
        summary: 'Update many stations',
        answer: rolloutSchema,
        body: rolloutBody,
        problems: [400, 404, 409],
      }),
    },
    async (request, reply) => {
      const { by, image, stations, ...asked } = parsed(rolloutBody, request.body, 'body');
      const plan = {
        canaries: asked.canaries ?? settings.canaries,
        waveStations: asked.waveStations ?? settings.waveStations,
        atOnce: asked.atOnce ?? settings.atOnce,
        watchMs: (asked.watchMinutes ?? settings.watchMinutes) * MINUTE_MS,
      };
      await beginRollout(firmware, { by: who(by), image, stations }, plan);
      reply.code(202);
      return rollout();
    },
  );

  for (const act of ['resume', 'abort'] as const) {
    const summary =
      act === 'resume' ? 'Go on with a rollout that was halted' : 'End a rollout; updates under way go on';
    app.post(
      `${ROOT}/rollouts/${act}`,
      { schema: described({ summary, answer: rolloutSchema, body: personBody, problems: [400, 404] }) },
      async (request) => {
        const { by } = parsed(personBody, request.body, 'body');
        rollout();
        rollouts[act](who(by));
        return rollout();
      },
    );
  }

  app.post(
    `${ROOT}/rollouts/skip`,
    {
      schema: described({
        summary: 'Leave a station out',
        answer: rolloutSchema,
        body: skipBody,
        problems: [400, 404],
      }),
    },
    async (request) => {
      const { by, station } = parsed(skipBody, request.body, 'body');
      rollout();
      rollouts.skip(station, who(by));
      return rollout();
    },
  );

  app.get(
    `${ROOT}/audit`,
    { schema: described({ summary: 'Who did what', answer: auditSchema, query: auditQuery, problems: [400] }) },
    async (request) => auditView(firmware, parsed(auditQuery, request.query, 'query').limit),
  );
}
