import type { ComponentChildren } from 'preact';
import { type KnownState, knownState } from '../model/fleet-order.ts';
import { strings } from '../strings.ts';

/** A shape of its own for every state: the colour only repeats it. */
const SHAPES: Record<KnownState, ComponentChildren> = {
  live: (
    <>
      <circle cx="12" cy="12" r="10" fill="currentColor" />
      <path d="M7 12.5l3.4 3.4L17 9" class="icon-cut" />
    </>
  ),
  quiet: (
    <>
      <path d="M12 1.8L23 21.5H1z" fill="currentColor" />
      <path d="M12 8.5v6M12 17.2v1.6" class="icon-cut" />
    </>
  ),
  refused: (
    <>
      <path d="M7.5 1.5h9l6 6v9l-6 6h-9l-6-6v-9z" fill="currentColor" />
      <path d="M8 8l8 8M16 8l-8 8" class="icon-cut" />
    </>
  ),
  connecting: (
    <>
      <path d="M21 12a9 9 0 1 1-3-6.7" class="icon-line" />
      <path d="M21.5 2v5h-5" class="icon-line" />
    </>
  ),
  identifying: (
    <>
      <circle cx="12" cy="12" r="9.5" class="icon-line" />
      <path d="M9 9.4a3 3 0 1 1 4.4 2.7c-1 .6-1.4 1-1.4 2.2M12 17v1" class="icon-line" />
    </>
  ),
  offline: (
    <>
      <rect x="2.5" y="2.5" width="19" height="19" rx="2" class="icon-line" />
      <path d="M7.5 12h9" class="icon-line" />
    </>
  ),
};

export function StateIcon({ state }: { state: KnownState }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      {SHAPES[state]}
    </svg>
  );
}

export function StateBadge({ state }: { state: string }) {
  const known = knownState(state);
  return (
    <span class={`badge state-${known}`}>
      <StateIcon state={known} />
      {/* A state this page does not know is shown in the server's own word. */}
      <span>{known === state ? strings.state[known] : state}</span>
    </span>
  );
}
