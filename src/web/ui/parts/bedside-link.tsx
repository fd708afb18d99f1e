import { hashOf } from '../model/route.ts';
import { strings } from '../strings.ts';

/** To the full-screen view of one station. */
export function BedsideLink({ station }: { station: string }) {
  return (
    <a
      class="bedside-link"
      href={hashOf({ view: 'bedside', key: station })}
      aria-label={`${strings.refill.open}, ${station}`}
    >
      {strings.refill.open}
    </a>
  );
}
