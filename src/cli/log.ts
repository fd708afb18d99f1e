import { pino } from 'pino';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';

/** What must never be printed, should a careless line hold it. */
const REDACTED = ['password', '*.password', 'authorization', '*.authorization', 'headers.authorization'];

/**
 * The daemon's log, on stderr: JSON lines for machines; on a terminal short text where pino-pretty is installed
 * (it is a development dependency, so a production installation prints JSON there too).
 */
export async function createLogger(level: Config['log']['level']): Promise<Logger> {
  const options = {
    level,
    base: null,
    redact: { paths: REDACTED, censor: '(hidden)' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: pino.stdSerializers.err },
  };
  const destination = pino.destination({ dest: 2, sync: true });
  const asJson = (): Logger => pino(options, destination);
  if (process.stderr.isTTY !== true) return asJson();
  const pretty = await import('pino-pretty').catch(() => null);
  if (pretty === null) return asJson();
  const stream = pretty.default({
    destination: 2,
    sync: true,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
    colorize: process.env.NO_COLOR === undefined,
  });
  const asText: Logger = pino({ ...options, formatters: {} }, stream);
  return asText;
}
