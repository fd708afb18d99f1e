/** A link of which a report can show the bytes around a failure. */
import type { Link } from '../../link/link.ts';
import { tapped } from '../../link/tap.ts';
import type { Passed } from './wire.ts';

/** As many as a report may want to show. */
const MOST_KEPT = 20_000;

export function overheard(
  link: Link,
  nowMs: () => number,
): { readonly link: Link; readonly passed: readonly Passed[] } {
  const passed: Passed[] = [];
  const keep = (way: Passed['way'], chunk: Uint8Array) => {
    passed.push({ atMs: nowMs(), way, bytes: Buffer.from(chunk) });
    if (passed.length > MOST_KEPT) passed.splice(0, MOST_KEPT / 2);
  };
  const nothing = () => {};
  const tap = {
    ...{ opened: nothing, failed: nothing, closed: nothing },
    received: (chunk: Uint8Array) => keep('from-station', chunk),
    sent: (chunk: Uint8Array) => keep('to-station', chunk),
  };
  return { link: tapped(link, tap), passed };
}
