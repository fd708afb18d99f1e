/** What deploy/ holds, and secrets as its script makes them, in a folder of the test. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './services.ts';

export const ROOT = join(import.meta.dirname, '../..');
export const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');
export const folder = temporaryFolder();
export const secrets = join(folder.path, 'deploy/secrets');
export const secret = (name: string) => readFileSync(join(secrets, name), 'utf8').trim();

export function makeSecrets(): void {
  mkdirSync(join(folder.path, 'deploy'), { recursive: true });
  copyFileSync(join(ROOT, 'deploy/make-secrets.sh'), join(folder.path, 'deploy/make-secrets.sh'));
  execFileSync('sh', [join(folder.path, 'deploy/make-secrets.sh')], { stdio: 'ignore' });
}

export const dashboard = JSON.parse(text('deploy/grafana/dashboards/stations.json')) as {
  panels: { title: string; targets: { query: string }[] }[];
  templating: { list: { query: string }[] };
};
/** What the dashboard asks the database, by the title of the panel. */
export const dashboardQueries: readonly { title: string; query: string }[] = dashboard.panels.flatMap((panel) =>
  panel.targets.map(({ query }) => ({ title: panel.title, query })),
);
