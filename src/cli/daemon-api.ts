/** A running daemon asked over its HTTP API; everything that can go wrong is one plain line with its remedy. */
import type { Command } from 'commander';
import { CommandFailure, codeOf, EXIT, messageOf } from './exit.ts';
import { secretFrom } from './secret-file.ts';

export interface DaemonOptions {
  readonly url: string;
  readonly user?: string;
  readonly passwordFile?: string;
}

const DEFAULT_URL = 'http://127.0.0.1:8470';
const ANSWER_MS = 60_000;

/** The options by which a command finds its daemon. */
export function daemonOptions(command: Command): Command {
  return command
    .option('--url <url>', 'the daemon', DEFAULT_URL)
    .option('--user <name>', 'user name, where the daemon wants a login')
    .option('--password-file <file>', 'file that holds the password');
}

/** The daemon answers, and says no. */
export class Refused extends CommandFailure {
  readonly errorCode: string;
  constructor(errorCode: string, line: string) {
    super(EXIT.failed, line);
    this.errorCode = errorCode;
  }
}

/** Nothing answers, or not in time: it may be started again. */
export class Unreachable extends CommandFailure {}

export class DaemonApi {
  readonly #name: string;
  readonly #base: URL;
  readonly #authorization: string | null;

  private constructor(name: string, base: URL, authorization: string | null) {
    this.#name = name;
    this.#base = base;
    this.#authorization = authorization;
  }

  /** `name`: the command, for messages. Throws `CommandFailure`. */
  static async from(name: string, options: DaemonOptions): Promise<DaemonApi> {
    const { url: text, user, passwordFile } = options;
    const url = URL.canParse(text) ? new URL(text) : null;
    const usage = (what: string) => new CommandFailure(EXIT.usage, `${name}: ${what}`);
    if (url === null || !/^https?:$/.test(url.protocol))
      throw usage('--url must be http://host:port or https://host:port');
    if (url.username || url.password) throw usage('no user or password in --url — use --user and --password-file');
    if ((user === undefined) !== (passwordFile === undefined)) {
      throw usage('--user and --password-file belong together — give both');
    }
    const base = url.href.endsWith('/') ? url : new URL(`${url.href}/`);
    if (user === undefined || passwordFile === undefined) return new DaemonApi(name, base, null);
    const password = await secretFrom(passwordFile).catch((error: unknown) => {
      const why = codeOf(error) === 'ENOENT' ? 'does not exist' : 'cannot be read';
      throw usage(`--password-file: ${passwordFile} ${why} — correct the path`);
    });
    return new DaemonApi(name, base, `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`);
  }

  get<T>(path: string): Promise<T> {
    return this.#ask(path, { method: 'GET' });
  }

  post<T>(path: string, body: object): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    return this.#ask(path, { method: 'POST', body: JSON.stringify(body), headers });
  }

  send<T>(path: string, content: Uint8Array): Promise<T> {
    const headers = { 'content-type': 'application/octet-stream' };
    return this.#ask(path, { method: 'POST', body: new Uint8Array(content), headers });
  }

  /** A file. */
  download(path: string): Promise<Buffer> {
    return this.#fetch(path, { method: 'GET' });
  }

  async #ask<T>(path: string, init: RequestInit & { headers?: Record<string, string> }): Promise<T> {
    const text = (await this.#fetch(path, init)).toString('utf8');
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new CommandFailure(
        EXIT.failed,
        `${this.#name}: ${this.#base.origin} answers no JSON — is --url a hai-bridge?`,
      );
    }
  }

  async #fetch(path: string, init: RequestInit & { headers?: Record<string, string> }): Promise<Buffer> {
    const url = new URL(`api/v1/${path}`, this.#base);
    const login = this.#authorization === null ? {} : { authorization: this.#authorization };
    let response: Response;
    let content: Buffer;
    try {
      const signal = AbortSignal.timeout(ANSWER_MS);
      response = await fetch(url, { ...init, headers: { ...init.headers, ...login }, redirect: 'error', signal });
      content = Buffer.from(await response.arrayBuffer());
    } catch (error) {
      throw new Unreachable(EXIT.failed, `${this.#name}: ${this.#whyNot(error)}`);
    }
    if (response.ok) return content;
    throw this.#refusal(response.status, content.toString('utf8'), url.origin);
  }

  #whyNot(error: unknown): string {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    const { origin } = this.#base;
    if (codeOf(cause) === 'ECONNREFUSED') return `nothing listens on ${origin} (is 'hai-bridge up' running?)`;
    if (cause instanceof Error && cause.name === 'TimeoutError') return `${origin} does not answer`;
    return `${origin}: ${codeOf(cause) ?? messageOf(cause)}`;
  }

  #refusal(status: number, text: string, origin: string): CommandFailure {
    if (status === 401) {
      return new CommandFailure(EXIT.usage, `${this.#name}: ${origin} wants a login — give --user and --password-file`);
    }
    try {
      const { error } = JSON.parse(text) as { error: { code: string; message: string; remedy: string } };
      if (error.code === 'not-found') {
        const what = 'has no firmware bridge — ask the daemon that reads the stations, of this version';
        return new CommandFailure(EXIT.failed, `${this.#name}: ${origin} ${what}`);
      }
      return new Refused(error.code, `${this.#name}: ${error.message} — ${error.remedy}`);
    } catch {
      return new CommandFailure(EXIT.failed, `${this.#name}: ${origin} refuses (HTTP ${status}) — check --url`);
    }
  }
}
