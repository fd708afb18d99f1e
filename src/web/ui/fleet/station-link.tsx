import type { StationView } from '../../api-types.ts';
import { nameOf } from '../model/fleet-order.ts';
import { hashOf } from '../model/route.ts';

/** The name as a link; its target covers the whole card or row. */
export function StationLink({ station }: { station: StationView }) {
  return (
    <a class="station-link" data-station={station.key} href={hashOf({ view: 'station', key: station.key })}>
      {nameOf(station)}
    </a>
  );
}
