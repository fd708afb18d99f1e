import { pino } from 'pino';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';

/** What must never be printed, should a careless line hold it. */
const REDACTED = ['password', '*.password', 'authorization', '*.authorization', 'headers.authorization'];

type Level = Config['log']['level'];
const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error'];

export interface LevelledLogger {
  readonly logger: Logger;
  /** Holds for every logger made from this one, too. */
  setLevel(level: Level): void;
}

interface Gate {
  level: number;
}

function gated(to: Logger, gate: Gate): Logger {
  return {
    debug: (fields, message) => {
      if (gate.level <= 0) to.debug(fields, message);
    },
    info: (fields, message) => {
      if (gate.level <= 1) to.info(fields, message);
    },
    warn: (fields, message) => {
      if (gate.level <= 2) to.warn(fields, message);
    },
    error: (fields, message) => to.error(fields, message),
    child: (fields) => gated(to.child(fields), gate),
  };
}

/**
 * The daemon's log, on stderr: JSON lines for machines; on a terminal short text where pino-pretty is installed
 * (it is a development dependency, so a production installation prints JSON there too).
 */
export async function createLogger(level: Level): Promise<LevelledLogger> {
  const gate: Gate = { level: LEVELS.indexOf(level) };
  return {
    logger: gated(await everything(), gate),
    setLevel: (to) => {
      gate.level = LEVELS.indexOf(to);
    },
  };
}

/** Of all levels: the gate decides, because a child logger of pino keeps the level it was made with. */
async function everything(): Promise<Logger> {
  const options = {
    level: 'debug',
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
