/**
 * The `influx` library (InfluxDB 1.x API) with its traps closed:
 * - with its default back-off one failed request disables the only host, and the next ones fail with "No host
 *   available" for up to 10 s: here the host is never disabled; when to try again is for the caller to decide;
 * - an answer that breaks off in the middle leaves its promise pending for ever: here every request has a deadline;
 * - without a user name it logs in as root:root: here with an empty name.
 */
import http from 'node:http';
import https from 'node:https';
import { Writable } from 'node:stream';
import { InfluxDB } from 'influx';
import type { Clock } from '../clock.ts';
import { codeOf, explainInflux } from './influx-errors.ts';
import { StoreUnavailable } from './port.ts';

export interface InfluxConnectionOptions {
  readonly url: URL;
  readonly database: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca?: string | undefined;
  /** Without any byte from the server for this long, a request has failed. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** How errors name the server. */
  readonly description: string;
}

export interface InfluxConnection {
  /** Lines with ns timestamps; the empty string checks reachability, rights and database. */
  write(lines: string): Promise<void>;
  /** One InfluxQL statement; times come back as RFC 3339 with ns, or as numbers with `ms`. */
  query(statement: string, times: 'rfc3339' | 'ms'): Promise<unknown>;
  createDatabase(): Promise<void>;
  /** Whether `/ping` answers 204, as InfluxDB and its kin do; any other web server answers 200. */
  answersPing(): Promise<boolean>;
  close(): void;
}

const NEVER_DISABLE = {
  getDelay: () => 0,
  next: () => NEVER_DISABLE,
  reset: () => NEVER_DISABLE,
};
/** More than bodies that a recorder has under way at once: a query need not wait for them. */
const MOST_SOCKETS = 8;

/**
 * Sends strings of ASCII as what they are. As UTF-8, Node sets three bytes aside for each character, and at the size of
 * our bodies takes fresh pages from the system for that: measured, three times the cost of the whole request.
 */
function asciiAgent(agent: http.Agent): http.Agent {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const socket = connect(options, callback);
    if (socket instanceof Writable) socket.setDefaultEncoding('latin1');
    return socket;
  };
  return agent;
}

const isAscii = (text: string) => Buffer.byteLength(text) === text.length;

/** Throws a plain `Error` for a URL with credentials or a user name that HTTP basic authentication cannot carry. */
export function connectInflux(options: InfluxConnectionOptions): InfluxConnection {
  const { url, database, username, password, ca, timeoutMs, clock, description } = options;
  if (url.username || url.password) {
    throw new Error('store.url: no user or password in the URL: use store.username and store.passwordFile');
  }
  if (username?.includes(':')) throw new Error('store.username: a user name cannot contain ":"');
  const secure = url.protocol === 'https:';
  const pooling = { keepAlive: true, maxSockets: MOST_SOCKETS };
  const makeAgent = () =>
    secure ? new https.Agent({ ...pooling, ...(ca === undefined ? {} : { ca }) }) : new http.Agent(pooling);
  const agents = { any: makeAgent(), ascii: asciiAgent(makeAgent()) };
  const clientWith = (agent: http.Agent) =>
    new InfluxDB({
      database,
      username: username ?? '',
      password: password ?? '',
      hosts: [
        {
          host: url.hostname,
          port: Number(url.port) || (secure ? 443 : 80),
          path: url.pathname.replace(/\/+$/, ''),
          protocol: secure ? 'https' : 'http',
          options: { agent },
        },
      ],
      pool: { backoff: NEVER_DISABLE, maxRetries: 0, requestTimeout: timeoutMs },
    });
  const client = clientWith(agents.any);
  const asciiClient = clientWith(agents.ascii);
  const disconnect = () => {
    agents.any.destroy();
    agents.ascii.destroy();
  };

  const bounded = async <T>(send: () => Promise<T>): Promise<T> => {
    let cancel = () => {};
    const deadline = new Promise<never>((_, reject) => {
      cancel = clock.after(timeoutMs * 2, () => {
        const late = `${description}: no complete answer after ${timeoutMs * 2} ms`;
        reject(new StoreUnavailable(late, { trouble: 'unreachable' }));
        // Nothing else ends a connection whose answer has begun and stalled.
        disconnect();
      });
    });
    try {
      return await Promise.race([send(), deadline]);
    } finally {
      cancel();
    }
  };
  const request = async <T>(send: () => Promise<T>): Promise<T> => {
    try {
      return await bounded(send);
    } catch (error) {
      const code = codeOf(error);
      // A kept-alive connection that the server has closed meanwhile: every request of ours may be repeated.
      if (code !== 'ECONNRESET' && code !== 'EPIPE') throw explainInflux(error, description);
    }
    return bounded(send).catch((error: unknown) => Promise.reject(explainInflux(error, description)));
  };

  return {
    // The library writes the measurement as it stands, so finished lines pass through it untouched;
    // the contract suite on a real InfluxDB fails if a later version escapes it.
    write: (lines) =>
      request(() => (isAscii(lines) ? asciiClient : client).writePoints(lines === '' ? [] : [{ measurement: lines }])),
    query: (statement, times) =>
      request(() => client.queryRaw(statement, times === 'ms' ? { precision: 'ms' } : {}) as Promise<unknown>),
    createDatabase: () => request(() => client.createDatabase(database)),
    answersPing: () =>
      request(async () => (await client.ping(timeoutMs)).every((host) => host.res?.statusCode === 204)),
    close: disconnect,
  };
}
