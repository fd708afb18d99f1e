import { statSync } from 'node:fs';
import type { Config } from '../../config.ts';
import { ConfigError, type LoadedConfig, loadConfig } from '../../config-file.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const SEEN_BY_OTHERS = 0o007;

/** Container engines hand secrets in here, readable for the users of that container alone. */
const HANDED_IN = '/run/secrets/';

/** The secrets' files that every user of this machine could read. */
function exposed(config: Config): Finding[] {
  const files = {
    'mqtt.passwordFile': config.mqtt.passwordFile,
    'mqtt.tls.keyFile': config.mqtt.tls.keyFile,
    'store.passwordFile': config.store.kind === 'influx' ? config.store.passwordFile : undefined,
    'http.passwordFile': config.http.passwordFile,
    'http.tls.keyFile': config.http.tls?.keyFile,
  };
  return Object.entries(files).flatMap(([key, file]): Finding[] =>
    file !== undefined &&
    !file.startsWith(HANDED_IN) &&
    process.platform !== 'win32' &&
    (statSync(file).mode & SEEN_BY_OTHERS) !== 0
      ? [warn(`secret ${key}`, `${file} can be read by every user of this machine`, `chmod 600 ${file}`)]
      : [],
  );
}

/** The configuration, if it is good; and what there is to say about it. */
export function checkConfig(file: string | undefined): { loaded: LoadedConfig | null; findings: Finding[] } {
  let loaded: LoadedConfig;
  try {
    loaded = loadConfig(file);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const findings = error.problems.map((problem) => {
      const [found = problem, remedy = 'correct it'] = problem.split(' — ');
      return fail('configuration', found, remedy);
    });
    return { loaded: null, findings };
  }
  const { config, source } = loaded;
  const findings = [ok('configuration', source), ...exposed(config)];
  if (config.links.length === 0) {
    findings.push(
      warn('stations', 'no link is configured', "write one under links: 'hai-bridge ports' shows the ports"),
    );
  }
  return { loaded, findings };
}
