/** Ties the bus to the fleet, and what changed there to the event stream. */
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Condition } from './conditions.ts';
import type { Fleet, FleetChange } from './fleet.ts';
import type { EventStream } from './stream.ts';

const CHECK_MS = 1000;

/** Returns the function that unties it again. */
export function feed(
  bus: Bus,
  fleet: Fleet,
  stream: EventStream,
  { clock, asked }: { readonly clock: Clock; readonly asked: readonly (() => Condition | undefined)[] },
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
    bus.on('elsewhere', () => stream.elsewhereChanged()),
    bus.on('alarms', () => stream.alarmsChanged()),
    ...asked.map((condition) => watch(stream, clock, condition)),
  ];
  return () => {
    for (const untie of off) untie();
  };
}

/** The states of broker and journal are asked for, not told: a change is said within a second. */
function watch(stream: EventStream, clock: Clock, condition: () => Condition | undefined): () => void {
  let before = condition();
  let cancel = () => {};
  const look = () => {
    const now = condition();
    if (now?.ok !== before?.ok || now?.reason !== before?.reason) stream.helloChanged();
    before = now;
    cancel = clock.after(CHECK_MS, look);
  };
  cancel = clock.after(CHECK_MS, look);
  return () => cancel();
}
