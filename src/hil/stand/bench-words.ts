/** Steps that somebody at a bench does with their hands, in the words in which they are asked to. */
import type { Step } from '../scenario/steps.ts';

const STATION: Readonly<Record<string, string>> = {
  unplug: 'pull the cable of the station out of this computer',
  replug: 'plug the cable of the station in again',
  reboot: 'switch the station off and on',
};
const BAY: Readonly<Record<string, string>> = {
  'door-open': 'open the door of the bay',
  'door-closed': 'close the door of the bay',
  'clamp-open': 'open the clamp',
  'clamp-closed': 'close the clamp',
  battery: 'unplug the mains of the station: it goes on with its battery',
  mains: 'plug in the mains of the station',
};
const NURSE: Readonly<Record<string, string>> = {
  pause: 'hands off; leave everything as it is',
  continue: 'go on',
  hold: 'do not go on by yourself after measuring',
  abort: 'close the clamp and take the needle out: the refill is stopped',
  harder: 'push harder',
  gentler: 'push more gently',
  faster: 'push faster',
  slower: 'push more slowly',
  reposition: 'put the needle where it belongs',
};

/** `null`: nobody's hands are needed. */
export function benchWords({ operator, station, bay, nurse, surroundings }: Step): string | null {
  if (operator !== undefined) return operator;
  if (station !== undefined) return STATION[station] ?? null;
  if (bay !== undefined) return BAY[bay] ?? null;
  if (nurse !== undefined) return NURSE[nurse] ?? null;
  if (surroundings === undefined) return null;
  const { ambient, room, infusate } = surroundings;
  const wanted = [
    ...(ambient === undefined ? [] : [`air pressure: ${ambient} kPa`]),
    ...(room === undefined ? [] : [`room: ${room} Cel`]),
    ...(infusate === undefined ? [] : [`what is filled in: ${infusate} Cel`]),
  ];
  return `see to it that this holds: ${wanted.join(', ')}`;
}
