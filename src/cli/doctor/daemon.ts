import { z } from 'zod';
import type { Config } from '../../config.ts';
import { askDaemon } from '../own-daemon.ts';
import { plain } from '../terminal.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const ANSWER_MS = 2000;

const condition = z.object({
  description: z.string(),
  ok: z.boolean(),
  state: z.string().optional(),
  reason: z.string().nullable(),
  roundTripMs: z.number().nullable().optional(),
});
const hello = z.object({
  version: z.string().max(64),
  site: z.string(),
  bridge: z.string(),
  store: condition,
  broker: condition,
});

/** What the daemon that runs here says of its own ways to broker and store: it may see them differently than we do. */
export async function checkDaemon(config: Config): Promise<Finding[]> {
  const what = 'daemon';
  const said = hello.safeParse(await askDaemon(config, '/api/v1/hello', ANSWER_MS));
  if (!said.success) return [ok(what, `none answers on ${config.http.listen}`)];
  const { site, bridge, version, broker, store } = said.data;
  if (site !== config.site || bridge !== config.bridge) {
    const other = `${plain(site)}/${plain(bridge)}`;
    const remedy = 'is this the configuration of the daemon that runs here? Give that one with --config';
    return [warn(what, `the one on ${config.http.listen} is another: site and bridge ${other}`, remedy)];
  }
  return [
    ok(what, `runs, version ${plain(version)}`),
    conditionOf('daemon to broker', broker, 'a beat comes back'),
    conditionOf('daemon to store', store, 'it answers'),
  ];
}

function conditionOf(
  what: string,
  { ok: fine, state, reason, roundTripMs }: z.infer<typeof condition>,
  answers: string,
) {
  const time = roundTripMs === null || roundTripMs === undefined ? '' : `, ${answers} in ${roundTripMs.toFixed(1)} ms`;
  const found = `${plain(state ?? (fine ? 'up' : 'down'))}${time}`;
  if (reason === null) return ok(what, found);
  return fine ? warn(what, found, plain(reason, 400)) : fail(what, found, plain(reason, 400));
}
