/** Requests to the server's API. Every failure has words for what is wrong and what to do about it. */
import type { ApiError } from '../api-types.ts';

/** `message` is `null` when nobody answered: the caller has the words of its own language for that. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  readonly said: { readonly code: string; readonly message: string; readonly remedy: string } | null;

  constructor(said: RequestFailed['said']) {
    super(said?.message ?? 'no answer');
    this.said = said;
  }
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Throws `RequestFailed`; after an abort too, for the caller to ignore. */
export async function ask<T>(
  method: Method,
  path: string,
  options: { readonly body?: object | string; readonly type?: string; readonly signal?: AbortSignal } = {},
): Promise<T> {
  const { body, type, signal } = options;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  let response: Response;
  try {
    response = await fetch(`api/v1/${path}`, {
      method,
      ...(body === undefined ? {} : { body: text, headers: { 'content-type': type ?? 'application/json' } }),
      ...(signal ? { signal } : {}),
    });
  } catch {
    throw new RequestFailed(null);
  }
  const answer: T | ApiError | null = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer as T;
  const error = (answer as ApiError | null)?.error;
  throw new RequestFailed(error ?? { code: String(response.status), message: `HTTP ${response.status}`, remedy: '' });
}
