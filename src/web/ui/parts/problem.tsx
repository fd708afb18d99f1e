import type { ReadonlySignal } from '@preact/signals';

/** Why the last request was not done; nothing while all went well. */
export function Problem({ of }: { of: ReadonlySignal<string | null> }) {
  return of.value === null ? null : (
    <p class="problem" role="alert">
      {of.value}
    </p>
  );
}
