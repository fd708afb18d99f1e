import type { ComponentChildren } from 'preact';
import { strings } from '../strings.ts';

/** Names and values; a missing value is a dash. */
export function Facts({ of }: { of: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value ?? strings.blank}</dd>
        </div>
      ))}
    </dl>
  );
}
