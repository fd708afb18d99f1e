import type { Scenario } from '../script.ts';

/** Nobody at the bay: no pump, so no reservoir volume; a door and a power cut so that it is not quite dead. */
export const idle: Scenario = {
  name: 'idle',
  group: 'stations',
  summary: 'no patient: no reservoir volume; the door moves, and mains power fails for 15 s every five minutes',
  cast: () => ({
    script: {
      acts: [
        { do: 'door', state: 'open', atS: 60 },
        { do: 'door', state: 'closed', atS: 66 },
        { do: 'power', state: 'battery', atS: 150 },
        { do: 'power', state: 'mains', atS: 165 },
      ],
      periodS: 300,
    },
    visit: () => null,
    startAtS: 0,
    faults: [],
  }),
};
