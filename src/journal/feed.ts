import type { Bus } from '../bus.ts';
import type { Journal } from './port.ts';

/** Everything the stations say goes into the journal. Returns the function that ends it. */
export function feedJournal(bus: Bus, journal: Journal): () => void {
  const ends = [
    bus.on('reading', (reading) => journal.append(reading)),
    bus.on('event', (event) => journal.appendEvent(event)),
  ];
  return () => {
    for (const end of ends) end();
  };
}
