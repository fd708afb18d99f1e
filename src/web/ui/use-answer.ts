import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ask, RequestFailed } from './api.ts';
import { saidBy } from './said-by.ts';
import { strings } from './strings.ts';

/** What the server answers to a GET, asked again when the path changes or `again` is called. */
export function useAnswer<T>(path: string) {
  const answer = useSignal<T | null>(null);
  const failed = useSignal<RequestFailed | null>(null);
  const attempt = useSignal(0);
  const attempted = attempt.value;
  useEffect(() => {
    const abort = new AbortController();
    ask<T>('GET', path, { signal: abort.signal }).then(
      (got) => {
        answer.value = got;
        failed.value = null;
      },
      (error) => {
        if (!abort.signal.aborted) failed.value = error instanceof RequestFailed ? error : new RequestFailed(null);
      },
    );
    return () => abort.abort();
  }, [path, attempted]);
  return {
    answer,
    failed,
    /** In the reader's language as far as the server has words; `null` while nothing is wrong. */
    problem: failed.value && strings.refill.act.failed(...saidBy(failed.value, strings.refill.act)),
    again: () => attempt.value++,
  };
}
