/** `/api/v1/lab`: the scenarios, the run, and what is done to it. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { stepSchema } from '../hil/scenario/steps.ts';
import { ApiProblem } from '../web/problems.ts';
import { parsed } from '../web/requests.ts';
import { described } from '../web/routes.ts';
import type { LabEvents } from './api-types.ts';
import type { Lab } from './lab.ts';
import { FASTEST, SLOWEST } from './pace.ts';
import type { ScenarioList } from './scenario-list.ts';
import type { Session } from './session.ts';

const MOST_LOOKERS = 20;
/** Bytes that a page has not taken yet, at which it is cut off; it comes back and is told everything. */
const MOST_WAITING = 8 * 1024 * 1024;
/** Computers do not sleep for longer than a day here; UTC is not set further than a year. */
const LONGEST_SLEEP_S = 86_400;
const LONGEST_STEP_S = 366 * 86_400;

const ANOTHER_ACT = 'change the act as the message says, or do it at another time; docs/scenarios.md has all of them';

const speed = z.number().min(SLOWEST).max(FASTEST).describe(`times as fast as real time, ${SLOWEST} to ${FASTEST}`);
const bodies = {
  run: z.strictObject({ scenario: z.string().max(64), speed: speed.default(10) }),
  speed: z.strictObject({ speed }),
  pause: z.strictObject({ on: z.boolean() }),
};
const done = z.object({ done: z.literal(true) });
const anything = z.unknown();
const PROBLEMS = [400, 403, 404, 409, 415];

export function labRoutes(app: FastifyInstance, lab: Lab, list: ScenarioList): void {
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  app.get('/api/v1/lab/scenarios', { schema: described({ summary: 'The scenarios', answer: anything }) }, async () =>
    list.items(),
  );

  const begins = described({ summary: 'Plays a scenario', answer: anything, body: bodies.run, problems: PROBLEMS });
  app.post('/api/v1/lab/run', { schema: begins }, async (request) => {
    const { scenario, speed } = parsed(bodies.run, request.body, 'body');
    const loaded = list.find(scenario);
    if (loaded === null) {
      const remedy = 'GET /api/v1/lab/scenarios has all of them, and what is wrong with those that cannot be played';
      throw new ApiProblem(404, 'no-such-scenario', `there is no scenario ${scenario} that can be played`, remedy);
    }
    return lab.start(loaded, speed);
  });

  const stops = described({ summary: 'Ends the run', answer: done, problems: PROBLEMS });
  app.post('/api/v1/lab/stop', { schema: stops }, async () => {
    playing(lab);
    await lab.stop();
    return { done: true };
  });

  const quickens = described({ summary: 'Sets the speed', answer: done, body: bodies.speed, problems: PROBLEMS });
  app.post('/api/v1/lab/speed', { schema: quickens }, async (request) => {
    playing(lab).speed(parsed(bodies.speed, request.body, 'body').speed);
    return { done: true };
  });

  const pauses = described({ summary: 'Lets time stand still, or go on', answer: done, body: bodies.pause });
  app.post('/api/v1/lab/pause', { schema: pauses }, async (request) => {
    playing(lab).pause(parsed(bodies.pause, request.body, 'body').on);
    return { done: true };
  });

  const acts = described({ summary: 'Does an act of docs/scenarios.md', answer: done, problems: PROBLEMS });
  app.post('/api/v1/lab/act', { schema: acts }, async (request) => {
    const session = playing(lab);
    const step = parsed(stepSchema, request.body, 'act');
    const problem = unfit(step, session) ?? (await session.act(step));
    if (problem !== null) throw new ApiProblem(409, 'cannot-be-done', problem.slice(0, 500), ANOTHER_ACT);
    return { done: true };
  });

  app.get('/api/v1/lab/events', { schema: { summary: 'What happens, as server-sent events' } }, async (_, reply) =>
    look(reply, lab),
  );
}

/** Throws `ApiProblem` 409 when nothing is played. */
function playing({ session }: Lab): Session {
  if (session !== null && session.run.state !== 'ended') return session;
  throw new ApiProblem(409, 'nothing-played', 'no scenario is played', 'start one');
}

/** What makes sense in a file and not by hand. */
function unfit(step: z.output<typeof stepSchema>, { run }: Session): string | null {
  if (step.at !== undefined || step.when !== undefined || step.after !== undefined || step.id !== undefined) {
    return 'what is done by hand is done at once: leave out id, at, when and after';
  }
  if (step.broker !== undefined && !run.brokerApart) return 'the broker of this scenario is part of the daemon';
  if (step.operator !== undefined) return 'there is nobody at a bench';
  if (run.stations.length > 0 && step.on > run.stations.length) {
    return `there is no station ${step.on}: the last one is ${run.stations.length}`;
  }
  if ((step.host?.sleep ?? 0) > LONGEST_SLEEP_S) return 'a day of sleep is the most';
  if (Math.abs(step.host?.clockStep ?? 0) > LONGEST_STEP_S) return 'a year is the most that a clock is set by';
  return null;
}

function look(reply: FastifyReply, lab: Lab): void {
  if (lab.lookers >= MOST_LOOKERS) {
    throw new ApiProblem(503, 'too-many-lookers', `${MOST_LOOKERS} pages look on already`, 'close one');
  }
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
  raw.write('retry: 1000\n\n');
  const leave = lab.join(<K extends keyof LabEvents>(event: K, payload: LabEvents[K]) => {
    raw.write(`event: ${event}\ndata: ${JSON.stringify(payload)}\n\n`);
    if (raw.writableLength > MOST_WAITING) raw.destroy();
  });
  raw.on('close', leave);
  raw.on('error', leave);
}
