/** `GET /api/v1/events`: one long answer per listener, fed by the event stream. */
import type { FastifyReply } from 'fastify';
import { ApiProblem } from './problems.ts';
import { type EventStream, MAX_CLIENTS } from './stream.ts';

/** Takes the connection over from the framework. Throws `ApiProblem` 503 when there are too many listeners. */
export function sendEvents(reply: FastifyReply, stream: EventStream, station: string | null): void {
  if (stream.full) {
    stream.counters.turnedAway += 1;
    throw new ApiProblem(
      503,
      'too-many-listeners',
      `${MAX_CLIENTS} pages and programs listen already`,
      'close pages that are not needed, or read /api/v1/stations now and then instead',
    );
  }
  reply.hijack();
  const { raw } = reply;
  // Headers that hooks have set on the reply (security) do not reach a hijacked connection by themselves.
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const sink = {
    write: (text: string) => void raw.write(text),
    bufferedBytes: () => raw.writableLength,
    cut: () => void raw.destroy(),
  };
  const place = stream.join(sink, station);
  raw.on('drain', () => place?.drained());
  raw.on('close', () => place?.leave());
  raw.on('error', () => place?.leave());
}
