/** Messages that are not what their topic promises: counted, said once in a while, never acted upon. */
import type { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';

const WARN_EVERY_MS = 30_000;
const EXCERPT_BYTES = 120;

/** One line, whatever is in it. */
function excerpt(payload: Buffer): string {
  return payload.toString('utf8', 0, EXCERPT_BYTES).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '·');
}

export class StrangerLog {
  readonly #clock: Clock;
  readonly #logger: Logger;
  #count = 0;
  #lastWarnMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  get count(): number {
    return this.#count;
  }

  /** The payload as its schema says it must be, or `null` (then it has been counted). */
  read<S extends z.ZodType>(topic: string, payload: Buffer, schema: S, largest: number): z.infer<S> | null {
    if (payload.length > largest) {
      this.refuse(topic, `${payload.length} bytes; at most ${largest} are read`, payload);
      return null;
    }
    let json: unknown;
    try {
      json = JSON.parse(payload.toString('utf8'));
    } catch {
      this.refuse(topic, 'not JSON', payload);
      return null;
    }
    const result = schema.safeParse(json);
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    const problem = issue ? `${issue.path.join('.') || 'payload'}: ${issue.message}` : 'not as the schema says';
    this.refuse(topic, problem, payload);
    return null;
  }

  /** The beginning of `payload` is shown, so that its sender can be found. */
  refuse(topic: string, problem: string, payload?: Buffer): void {
    this.#count++;
    const now = this.#clock.monotonicMs();
    if (now - this.#lastWarnMs < WARN_EVERY_MS) return;
    this.#lastWarnMs = now;
    this.#logger.warn(
      {
        topic: topic.slice(0, 200),
        problem: problem.slice(0, 200),
        ...(payload && { begins: excerpt(payload) }),
        ignored: this.#count,
      },
      'a message on this topic is not ours and is ignored: find out who else publishes there',
    );
  }
}
