import type { ExpectationNow, Run } from '../api-types.ts';
import { strings } from './strings.ts';

const SIGNS = {
  open: 'M6 12h12',
  holds: 'M6 13l4 4 8-9',
  met: 'M6 13l4 4 8-9',
  broken: 'M7 7l10 10M17 7L7 17',
} as const;

/** How each stands: a sign and a word, the colour only repeats them. */
export function Expectations({ run }: { run: Run }) {
  const broken = run.expectations.filter(({ stands }) => stands === 'broken').map(({ number }) => number);
  return (
    <section class="panel expectations-part" aria-labelledby="expectations">
      <h2 id="expectations">{strings.expectations}</h2>
      <p class="unseen" role="status">
        {broken.length > 0 && strings.areBroken(broken)}
      </p>
      {run.expectations.length === 0 && <p class="soft">{strings.nothingYet}</p>}
      <ol class="expectations">
        {run.expectations.map((one) => (
          <Expectation key={one.number} one={one} many={run.stations.length > 1} />
        ))}
      </ol>
    </section>
  );
}

function Expectation({ one, many }: { one: ExpectationNow; many: boolean }) {
  const { stands, wanted, seen, requirement, hazard, station, number } = one;
  return (
    <li class={`expectation stands-${stands}`}>
      <span class="stands">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d={SIGNS[stands]} />
        </svg>
        {strings.stands[stands]}
      </span>
      <div>
        <p>
          {number}. {wanted}
        </p>
        <p class="seen">{seen}</p>
        <p class="soft small">{[requirement, hazard, many && strings.station(station)].filter(Boolean).join(' · ')}</p>
      </div>
    </li>
  );
}
