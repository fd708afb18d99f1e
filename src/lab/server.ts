/** The lab's own server: its own port and its own page, apart from that of any daemon. */
import { fileURLToPath } from 'node:url';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import { parseListen, readCredentials } from '../web/access.ts';
import { plainPage } from '../web/docs-page.ts';
import { docsRoutes } from '../web/docs-routes.ts';
import { guard } from '../web/guard.ts';
import { listen } from '../web/listen.ts';
import { describeApi, newServer, urlOf } from '../web/new-server.ts';
import { servePage } from '../web/page.ts';
import { problemHandler } from '../web/problems.ts';
import { guardWrites } from '../web/writes.ts';
import { Lab } from './lab.ts';
import { labRoutes } from './routes.ts';
import { ScenarioList } from './scenario-list.ts';

const BEAT_MS = 1000;
const NOT_BUILT = plainPage(
  'LAB: its page is not built yet',
  '<p>Build it once, then reload:</p><pre>npm run build</pre><p>What it does is described at <a href="/api/docs">/api/docs</a>.</p>',
);

/** The built page lies beside the built program; run from source, it is in `dist/` too. */
const UI_FOLDER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/lab-ui' : '../../lab-ui', import.meta.url),
);

export interface LabOptions {
  readonly scenarios: string;
  readonly http: Config['http'];
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly uiFolder?: string;
}

export interface LabServer {
  readonly url: string;
  readonly port: number;
  /** Ends the run and every connection; nothing is left. */
  close(): Promise<void>;
}

/** Throws `ScenarioProblems`, `UnsafeHttpConfiguration` or `NoFreePort`, with the remedy. */
export async function startLab(options: LabOptions): Promise<LabServer> {
  const { http, version, clock, logger } = options;
  const address = parseListen(http.listen);
  const credentials = readCredentials(http, address);
  const list = new ScenarioList(options.scenarios);
  const lab = new Lab(version);
  const app = newServer(http.tls);
  app.setErrorHandler(problemHandler(logger));
  guard(app, { address, credentials });
  guardWrites(app);
  await describeApi(app, {
    title: 'hai-bridge LAB',
    version,
    description: 'Scenarios on simulated stations, faults by hand. Nothing here is a patient.',
  });
  await app.register(async (api) => labRoutes(api, lab, list));
  await app.register(async (docs) => docsRoutes(docs));
  await servePage(app, options.uiFolder ?? UI_FOLDER, NOT_BUILT);
  let cancel = () => {};
  const beat = () => {
    lab.beat();
    cancel = clock.after(BEAT_MS, beat);
  };
  const close = async () => {
    cancel();
    await Promise.all([lab.stop(), app.close()]);
  };
  try {
    const port = await listen(app, address, logger);
    beat();
    return { url: urlOf(address, port, http.tls === undefined ? 'http' : 'https'), port, close };
  } catch (error) {
    await close();
    throw error;
  }
}
