/**
 * What the library throws, in the terms of the port: no for good, or later; with a reason and a remedy. The library's
 * error itself is never passed on, not as `cause` either: it holds the request with its authorization header.
 */
import { RejectedByStore, StoreUnavailable } from './port.ts';

/** The database is not there (any more): `open()` creates it. */
export class DatabaseMissing extends StoreUnavailable {}
/** An answer InfluxDB would not give: another program, or one that knows no InfluxQL. */
export class NotInflux extends StoreUnavailable {}

/** A 400 that more permission, memory or configuration cures: the rows themselves are good. */
const CURABLE = /max-series-per-database|max-values-per-tag|cache-max-memory|timeout/i;

const NO_SPACE = /no space left|disk full|quota exceeded/i;

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: start InfluxDB, or correct store.url',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'no answer: check network and firewall',
  EHOSTUNREACH: 'no route to the host: check network and store.url',
  ENETUNREACH: 'no route to the network: check network and store.url',
  ENOTFOUND: 'the host name is unknown: correct store.url or the name service',
  EAI_AGAIN: 'the name service does not answer: check the network',
  EPROTO: 'it does not speak TLS as asked: check http or https in store.url',
  HPE_INVALID_CONSTANT: 'it does not speak HTTP: check port and http or https in store.url',
};
const CERTIFICATE = /^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|CERT_|ERR_TLS_CERT)/;

/** One line of bounded length from whatever a server said. */
function shortened(text: string): string {
  const line = text.replace(/\p{Cc}+/gu, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 297)}...` : line;
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The library's request error carries the answer as `res`; its class is not exported. */
function statusOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('res' in error)) return null;
  const { res } = error;
  const status = typeof res === 'object' && res !== null && 'statusCode' in res ? res.statusCode : null;
  return typeof status === 'number' ? status : null;
}

/** What the server said: InfluxDB 1.x and 3 say `{"error":""}`, 2.x `{"code":"","message":""}`, others anything. */
function saidIn(message: string): { text: string; by: 'influx' | 'other' } {
  const body = message.replace(/^A \d+ .*? error occurred: /, '');
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null) {
      const text = 'error' in parsed ? parsed.error : 'message' in parsed ? parsed.message : undefined;
      if (typeof text === 'string') return { text: shortened(text), by: 'influx' };
    }
  } catch {}
  return { text: shortened(body.startsWith('<') ? 'a web page' : body), by: 'other' };
}

/** An error InfluxDB put into a 200 answer, or the text of a 4xx. */
export function explainQueryError(description: string, text: string): Error {
  const said = shortened(text);
  if (/database not found/i.test(said)) {
    return new DatabaseMissing(`${description}: the database does not exist: it is created when the store is opened`);
  }
  return new StoreUnavailable(`${description}: the server answers: ${said}`);
}

function explainStatus(description: string, status: number, message: string): Error {
  const { text: said, by } = saidIn(message);
  // A proxy's own 400 says nothing about the rows: only the database's may make us give them up.
  if ((status === 400 || status === 422) && by === 'influx') {
    if (CURABLE.test(said)) {
      return new StoreUnavailable(`${description}: ${said}: raise that limit in the server's configuration`);
    }
    return new RejectedByStore(`${description}: ${said}`);
  }
  if (status === 404 && /database not found/i.test(said)) return explainQueryError(description, said);
  if (status === 403 && /not authorized to write/i.test(said)) {
    return new StoreUnavailable(
      `${description}: this user may not write there: GRANT ALL ON the database to the user of store.username (${said})`,
      { trouble: 'read-only' },
    );
  }
  if (status === 401 || status === 403) {
    return new StoreUnavailable(
      `${description}: access denied: check store.username and store.passwordFile, and that this user may read and write the database (${said})`,
      { trouble: 'refused' },
    );
  }
  if (status < 500 && status !== 413 && status !== 429 && status !== 408) {
    return new NotInflux(`${description}: it answers ${status}, so it is no InfluxDB: correct store.url (${said})`);
  }
  const remedy =
    status === 413
      ? 'the request is too large for it: raise the body limit of the server or proxy to 2 MB'
      : 'it is overloaded, or fails itself';
  const trouble = NO_SPACE.test(said) ? 'full' : 'failing';
  return new StoreUnavailable(`${description}: ${remedy}${said ? ` (${said})` : ''}`, { trouble });
}

/** Any error of a request, once; ours pass through. */
export function explainInflux(error: unknown, description: string): Error {
  if (error instanceof RejectedByStore || error instanceof StoreUnavailable) return error;
  const status = statusOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (status !== null) return explainStatus(description, status, message);
  if (error instanceof SyntaxError) {
    return new NotInflux(`${description}: its answer is not JSON, so it is no InfluxDB: correct store.url`);
  }
  const code = codeOf(error);
  const reason = CERTIFICATE.test(code)
    ? `its certificate is not trusted (${code}): name the authority's PEM file in store.caFile`
    : (NETWORK[code] ?? `it fails or does not answer: ${shortened(message)}`);
  return new StoreUnavailable(`${description}: ${reason}`, {
    trouble: CERTIFICATE.test(code) ? 'refused' : 'unreachable',
  });
}
