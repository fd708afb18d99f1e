/** Why there is no connection, in plain words with the remedy. */
import type { FailureKind } from './path-machine.ts';

/** Name of the error for files that the configuration names and that cannot be used. */
const UNUSABLE = 'UnusableMqttConfig';

const BY_CODE: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there: start the broker, or correct mqtt.url',
  ENOTFOUND: 'the name of the broker is not known: correct mqtt.url or the name server',
  EAI_AGAIN: 'the name server does not answer: check the network',
  EHOSTUNREACH: 'the broker cannot be reached: check network and firewall',
  ENETUNREACH: 'there is no network: check the cable',
  ETIMEDOUT: 'the broker does not answer: check network and firewall',
  ECONNRESET: 'the broker closed the connection: check its log, and whether this port expects TLS',
  EPIPE: 'the broker closed the connection: check its log',
  CERT_HAS_EXPIRED: "the broker's certificate has expired: renew it, and check this machine's clock",
  CERT_NOT_YET_VALID: "the broker's certificate is not valid yet: check this machine's clock",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "the broker's certificate is for another name: use the name in the certificate in mqtt.url, or renew it",
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate not trusted: set mqtt.tls.caFile to the authority that signed the broker',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate not trusted: set mqtt.tls.caFile to the authority that signed the broker',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'certificate not trusted: set mqtt.tls.caFile to the authority that signed the broker',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'certificate not trusted: set mqtt.tls.caFile to the authority that signed the broker',
  ERR_SSL_WRONG_VERSION_NUMBER: 'this port does not speak TLS: use mqtt:// or the TLS port of the broker',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    'the broker wants a client certificate: set mqtt.tls.certFile and mqtt.tls.keyFile',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'the broker does not trust our client certificate: have it signed by its authority',
};

/** Reason codes of CONNACK and DISCONNECT: MQTT 3.1.1 §3.2.2.3 (1-5) and MQTT 5 §3.2.2.2, §3.14.2.1. */
const BY_REASON: Record<number, string> = {
  1: 'the broker refuses this protocol version: set mqtt.protocol to auto',
  2: 'the broker refuses our client id: change bridge or site to a shorter name',
  3: 'the broker is not available: check its log',
  4: 'wrong user or password: correct mqtt.username and the content of mqtt.passwordFile',
  5: 'not authorized: set mqtt.username and mqtt.passwordFile to what the broker knows, or allow this user there',
  132: 'the broker refuses this protocol version: set mqtt.protocol to auto',
  133: 'the broker refuses our client id: change bridge or site to a shorter name',
  134: 'wrong user or password: correct mqtt.username and the content of mqtt.passwordFile',
  135: 'not authorized: set mqtt.username and mqtt.passwordFile to what the broker knows, or allow this user there',
  136: 'the broker is not available: check its log',
  137: 'the broker is busy: it is tried again',
  138: 'the broker has banned us: ask who runs it',
  139: 'the broker is shutting down',
  141: 'the broker heard nothing from us for too long: check the network',
  142: 'somebody else connected under our name: two bridges of one site must have different names (bridge)',
  149: 'a message is too large for the broker: raise its limit to 2 MB',
};

const VERSION_REFUSED = new Set([1, 132]);
/** Codes that say nothing about us: the broker itself cannot, or the connection was cut. */
const NOT_OUR_FAULT = new Set([0, 3, 136, 137, 139, 141]);
const TLS = /CERT|ERR_TLS|ERR_SSL|SELF_SIGNED|UNABLE_TO_VERIFY/;

/** `error`: what the client said before it closed, `null` for nothing; `answered`: the broker had accepted us before. */
export function failureKind(error: unknown, answered: boolean): FailureKind {
  const code = codeOf(error);
  if (typeof code === 'number') {
    if (VERSION_REFUSED.has(code) && !answered) return 'version';
    return NOT_OUR_FAULT.has(code) ? 'unreachable' : 'refused';
  }
  if (error === null && !answered) return 'hung-up';
  const wanted = (typeof code === 'string' && TLS.test(code)) || (error instanceof Error && error.name === UNUSABLE);
  return wanted ? 'refused' : 'unreachable';
}

/** Not every broker says why it ends a connection that it had accepted. */
const CLOSED_WITHOUT_A_WORD =
  'the broker closed the connection without a word: check its log; if it does so again and again, another bridge of this site has our name (bridge)';

/** `what` is the broker as people know it, without credentials; `answered`: it had accepted us before. */
export function reasonOf(error: unknown, what: string, answered = false): string {
  if (error === null && answered) return `${what}: ${CLOSED_WITHOUT_A_WORD}`;
  const code = codeOf(error);
  const known = typeof code === 'number' ? BY_REASON[code] : BY_CODE[String(code)];
  if (known) return `${what}: ${known}`;
  const text = error instanceof Error && error.message ? error.message : (BY_CODE.EPIPE ?? '');
  if (/connack timeout/i.test(text))
    return `${what}: connected, but the other side does not speak MQTT: correct the port in mqtt.url`;
  if (/keepalive timeout/i.test(text)) return `${what}: ${BY_CODE.ETIMEDOUT}`;
  return `${what}: ${text.slice(0, 200)}`;
}

function codeOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  // Happy eyeballs: one error per address tried.
  if (error instanceof AggregateError && error.errors[0] !== undefined) return codeOf(error.errors[0]);
  return error.code;
}
