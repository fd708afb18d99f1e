import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useAnswer } from '../use-answer.ts';

/** A list that comes page by page, latest first: what was loaded stays while older ones are asked for. */
export function useOlderPages<Page, Row>(
  path: string,
  rowsOf: (page: Page) => readonly Row[],
  nextOf: (page: Page) => string | null,
) {
  const rows = useSignal<readonly Row[]>([]);
  const before = useSignal<string | null>(null);
  const next = useSignal<string | null>(null);
  const first = `${path}${path.includes('?') ? '&' : '?'}`;
  const { answer, problem, again } = useAnswer<Page>(before.value === null ? path : `${first}before=${before.value}`);
  const page = answer.value;
  useEffect(() => {
    before.value = null;
  }, [path]);
  useEffect(() => {
    if (page === null) return;
    rows.value = before.peek() === null ? rowsOf(page) : [...rows.peek(), ...rowsOf(page)];
    next.value = nextOf(page);
  }, [page]);
  return {
    rows: rows.value,
    loaded: page !== null,
    problem,
    again,
    more: next.value !== null,
    older: () => {
      before.value = next.peek();
    },
  };
}
