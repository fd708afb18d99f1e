/** Somebody at the page: asks and tells over HTTP, as the page does. */
import { type Agent, request } from 'node:http';
import type { HttpAnswer } from '../recording.ts';

export async function ask(
  base: string,
  agent: Agent,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: unknown,
): Promise<HttpAnswer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((done, fail) => {
    const call = request(
      new URL(path, base),
      {
        method,
        agent,
        headers:
          text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
      },
      (answer) => {
        let got = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          got += part;
        });
        answer.once('close', () => done({ path, status: answer.statusCode ?? 0, body: parsed(got) }));
      },
    );
    call.once('error', fail);
    call.end(text);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
