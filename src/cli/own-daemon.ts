/** Asks the daemon of this configuration, if it runs on this machine, over its HTTP API. */
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Config } from '../config.ts';
import { splitListen } from '../config-rules.ts';
import { secretFrom } from './secret-file.ts';

const LARGEST_ANSWER = 64_000_000;

/** The JSON of a 200 answer, else `null`. */
export async function askDaemon({ http }: Config, path: string, withinMs: number): Promise<unknown> {
  const { host, port } = splitListen(http.listen);
  const login =
    http.username !== undefined && http.passwordFile !== undefined
      ? { auth: `${http.username}:${await secretFrom(http.passwordFile).catch(() => '')}` }
      : {};
  const trusted = http.tls === undefined ? {} : { ca: await readFile(http.tls.certFile).catch(() => undefined) };
  const send = http.tls === undefined ? httpRequest : httpsRequest;
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return new Promise((done) => {
    const call = send({ host: name, port, path, timeout: withinMs, ...login, ...trusted }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        if (text.length > LARGEST_ANSWER) call.destroy();
      });
      answer.once('close', () => {
        try {
          done(answer.statusCode === 200 ? JSON.parse(text) : null);
        } catch {
          done(null);
        }
      });
    });
    call.once('timeout', () => call.destroy());
    call.once('error', () => done(null));
    call.end();
  });
}
