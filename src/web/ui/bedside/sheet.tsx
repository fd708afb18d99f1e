import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Problem } from '../parts/problem.tsx';
import { strings } from '../strings.ts';
import type { Requester } from '../use-request.ts';

interface Properties {
  /** A button's words may be given: the ellipsis that announced the sheet is left out. */
  readonly title: string;
  readonly submit: string;
  /** Says whether to close. */
  readonly onSubmit: () => Promise<boolean>;
  readonly onClose: () => void;
  readonly requester: Requester;
  readonly children: ComponentChildren;
}

/**
 * A question in the place of the next step. Not a dialog over the page: level and alarms stay in sight while one types.
 * The keyboard goes into it, Escape leaves it.
 */
export function Sheet({ title, submit, onSubmit, onClose, requester, children }: Properties) {
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    form.current?.querySelector<HTMLElement>('[data-first], input, button')?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
      // The question had scrolled here; level and next step stand above.
      scrollTo(0, 0);
    };
  }, []);
  return (
    <form
      ref={form}
      class="panel sheet"
      aria-labelledby={id}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit().then((done) => done && onClose());
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <h2 id={id}>{title.replace(/…$/, '')}</h2>
      {children}
      <Problem of={requester.problem} />
      <div class="buttons">
        <button type="submit" class="primary" disabled={requester.busy.value}>
          {submit}
        </button>
        <button type="button" onClick={onClose}>
          {strings.refill.act.cancel}
        </button>
      </div>
    </form>
  );
}
