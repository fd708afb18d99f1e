/** SIGHUP: the configuration file is read again, checked as at a start, and what differs is applied. */
import { ConfigError, type LoadedConfig, loadConfig, type Override } from '../config-file.ts';
import type { Logger } from '../logger.ts';
import type { Daemon } from '../main.ts';
import { messageOf } from './exit.ts';

export interface ReloadOptions {
  readonly daemon: Pick<Daemon, 'reload'>;
  readonly loaded: LoadedConfig;
  /** From the command line: they go on winning over the file. */
  readonly overrides: readonly Override[];
  /** Explicitly named by `--config`. */
  readonly file: string | undefined;
  readonly logger: Logger;
}

/** Returns what to do at a signal. Never throws: the daemon goes on with what it has. */
export function reloader({ daemon, loaded, overrides, file, logger }: ReloadOptions): () => Promise<void> {
  // A file that was there at the start must not turn into the defaults because it is gone.
  const path = loaded.fromFile ? loaded.source : file;
  const refuse = (problems: readonly string[]) => {
    for (const problem of problems) logger.error({}, `reload: ${problem}`);
    logger.error({}, 'reload: the configuration is refused; the daemon goes on with the one it has');
  };
  return async () => {
    try {
      const { config } = loadConfig(path, overrides);
      const changes = await daemon.reload(config);
      if (changes.length === 0) logger.info({}, 'reload: nothing has changed');
    } catch (error) {
      refuse(error instanceof ConfigError ? error.problems : [messageOf(error)]);
    }
  };
}
