import { useSignal } from '@preact/signals';
import { RequestFailed } from './api.ts';
import { saidBy } from './said-by.ts';
import { strings } from './strings.ts';

/** One request at a time, and the words of its failure. */
export function useRequest() {
  const busy = useSignal(false);
  const problem = useSignal<string | null>(null);
  return {
    busy,
    problem,
    /** `null` when it failed; then `problem` says why. */
    async send<T>(request: () => Promise<T>): Promise<T | null> {
      if (busy.peek()) return null;
      busy.value = true;
      problem.value = null;
      try {
        return await request();
      } catch (error) {
        const failed = error instanceof RequestFailed ? error : new RequestFailed(null);
        problem.value = strings.refill.act.failed(...saidBy(failed, strings.refill.act));
        return null;
      } finally {
        busy.value = false;
      }
    },
  };
}

export type Requester = ReturnType<typeof useRequest>;
