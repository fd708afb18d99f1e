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
  /** The last lines as JSON, oldest first. */
  tail(): readonly string[];
}

const TAIL_LINES = 500;

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
  const kept: string[] = [];
  const keep = (line: string) => {
    kept.push(line.trimEnd());
    if (kept.length > 2 * TAIL_LINES) kept.splice(0, TAIL_LINES);
  };
  return {
    tail: () => kept.slice(-TAIL_LINES),
    logger: gated(await everything(keep), gate),
    setLevel: (to) => {
      gate.level = LEVELS.indexOf(to);
    },
  };
}

/** Of all levels: the gate decides, because a child logger of pino keeps the level it was made with. */
async function everything(keep: (line: string) => void): Promise<Logger> {
  const options = {
    level: 'debug',
    base: null,
    redact: { paths: REDACTED, censor: '(hidden)' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: pino.stdSerializers.err },
  };
  const destination = pino.destination({ dest: 2, sync: true });
  const also = (to: { write(line: string): unknown }) => ({
    write: (line: string) => {
      keep(line);
      to.write(line);
    },
  });
  const asJson = (): Logger => pino(options, also(destination));
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
  const asText: Logger = pino({ ...options, formatters: {} }, also(stream));
  return asText;
}
