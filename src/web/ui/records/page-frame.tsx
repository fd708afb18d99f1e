import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { strings } from '../strings.ts';

interface Properties {
  readonly title: string;
  /** Beside the title. */
  readonly actions?: ComponentChildren;
  readonly problem?: string | null;
  readonly onRetry?: () => void;
  readonly children: ComponentChildren;
}

/** Title, what can be done here, and why it may be empty. */
export function PageFrame({ title, actions, problem, onRetry, children }: Properties) {
  useEffect(() => {
    document.title = `${title} · ${strings.product}`;
  }, [title]);
  return (
    <div class="records">
      <div class="records-head">
        <h1 tabIndex={-1}>{title}</h1>
        {actions}
      </div>
      {problem && (
        <div class="problem" role="alert">
          <p>{problem}</p>
          {onRetry && (
            <button type="button" onClick={onRetry}>
              {strings.chart.retry}
            </button>
          )}
        </div>
      )}
      {children}
    </div>
  );
}
