/** Ties the bus to the fleet, and what changed there to the event stream. */
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Condition } from './conditions.ts';
import type { Fleet, FleetChange } from './fleet.ts';
import type { EventStream } from './stream.ts';

const BROKER_CHECK_MS = 1000;

/** Returns the function that unties it again. */
export function feed(
  bus: Bus,
  fleet: Fleet,
  stream: EventStream,
  { clock, broker }: { readonly clock: Clock; readonly broker: () => Condition },
): () => void {
  const tell = (change: FleetChange, key: string) => {
    if (change === 'rows') stream.fleetChanged();
    else if (change === 'row') stream.stationChanged(key);
  };
  const off = [
    bus.on('status', (status) => tell(fleet.status(status), fleet.keyOf(status.link))),
    bus.on('identified', (info) => tell(fleet.identified(info), info.station)),
    bus.on('health', (health) => tell(fleet.health(health), health.station)),
    bus.on('reading', (reading) => {
      if (fleet.reading(reading)) stream.readingArrived(reading.station);
    }),
    bus.on('refill', ({ station }) => stream.refillChanged(station)),
    bus.on('alarms', () => stream.alarmsChanged()),
    watchBroker(stream, clock, broker),
  ];
  return () => {
    for (const untie of off) untie();
  };
}

/** The broker's state is asked for, not told: a change is said within a second. */
function watchBroker(stream: EventStream, clock: Clock, broker: () => Condition): () => void {
  let before = broker();
  let cancel = () => {};
  const look = () => {
    const now = broker();
    if (now.ok !== before.ok || now.reason !== before.reason) stream.helloChanged();
    before = now;
    cancel = clock.after(BROKER_CHECK_MS, look);
  };
  cancel = clock.after(BROKER_CHECK_MS, look);
  return () => cancel();
}
