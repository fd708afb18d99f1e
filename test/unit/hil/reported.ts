/** A result with everything that a report shows. */
import type { ScenarioResult } from '../../../src/hil/run-scenario.ts';

const verdict = (number: number, passed: boolean) => ({
  ...{ number, line: 9 + number, kind: 'alarm', wanted: 'alarm <leak> & "more"', station: 1, judged: true },
  ...{
    requirement: 'REQ-ADV-03',
    hazard: number === 1 ? 'HAZ-07' : null,
    passed,
    seen: passed ? 'in time' : 'never\u0000',
  },
});
export const REPORTED: ScenarioResult = {
  ...{
    file: 'scenarios/x.yaml',
    scenario: 'x',
    about: 'a <b>',
    seed: 7,
    target: 'sim',
    outcome: 'failed',
    messages: 3,
  },
  verdicts: [
    verdict(1, true),
    verdict(2, false),
    { ...verdict(3, true), judged: false, seen: 'not judged: nobody said what was true' },
  ],
  troubles: ['begin: POST: 409'],
  curves: [
    {
      station: 'SIM-0001',
      series: [
        {
          name: 'mass',
          unit: 'g',
          points: [
            [0, 0],
            [10, 5],
            [20, -3],
          ],
        },
      ],
      alarms: [{ condition: 'leak', fromS: 5, toS: 9 }],
      phases: [{ phase: 'fill', atS: 4 }],
    },
  ],
  excerpts: [{ number: 2, lines: [{ atS: 1.5, way: '<', text: '$TEL,<>\\r\\n' }] }],
  ...{ ledgerSha256: 'ab'.repeat(32), lastedS: 20, tookS: 0.5, startS: 0.1 },
};
