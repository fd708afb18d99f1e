/** What the bedside page asks of the server; every write names the person. */
import type { NurseAction, RefillState } from '../../../refill/model.ts';
import type { BeginRefill, StationAnswer } from '../../api-types.ts';
import { ask } from '../api.ts';
import { person } from './person.ts';

const at = (station: string) => `stations/${encodeURIComponent(station)}`;

export function begin(station: string, refill: BeginRefill): Promise<RefillState> {
  return ask('POST', `${at(station)}/refill`, { body: refill });
}

export function act(station: string, action: NurseAction): Promise<RefillState> {
  return ask('POST', `${at(station)}/refill/actions`, { body: { by: person.peek(), action } });
}

export function command(station: string, name: 'tare' | 'zero'): Promise<StationAnswer> {
  return ask('POST', `${at(station)}/${name}`, { body: { by: person.peek() } });
}
