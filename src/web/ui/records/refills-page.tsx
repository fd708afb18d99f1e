import { useSignal } from '@preact/signals';
import type { RefillList, RefillSummary } from '../../api-types.ts';
import { verdictWord } from '../model/residual.ts';
import { hashOf } from '../model/route.ts';
import { VerdictIcon } from '../parts/verdict-icon.tsx';
import { numberText, signedText } from '../shown.ts';
import { strings } from '../strings.ts';
import { dateAndClockText } from '../time-text.ts';
import { useOlderPages } from './older-pages.ts';
import { PageFrame } from './page-frame.tsx';
import { type Column, Table } from './table.tsx';

const OUTCOMES = ['completed', 'stopped', 'in-progress'] as const;

/** What one looks for stands in any of these. */
function matches(refill: RefillSummary, text: string): boolean {
  const { pumpSerial, pumpModel, pump, patientRef, station, by } = refill;
  const haystack = [pumpSerial, pumpModel, pump, patientRef ?? '', station, by].join(' ').toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}

/** All refills, latest first; narrowed down by outcome on the server, by words in what is loaded. */
export function RefillsPage() {
  const words = strings.records;
  const text = useSignal('');
  const outcome = useSignal('');
  const query = outcome.value === '' ? '' : `?outcome=${outcome.value}`;
  const { rows, loaded, problem, again, more, older } = useOlderPages<RefillList, RefillSummary>(
    `refills${query}`,
    (page) => page.refills,
    (page) => page.next,
  );
  return (
    <PageFrame title={words.refills} problem={problem} onRetry={again}>
      <search class="controls">
        <label class="field grow">
          <span>{words.find}</span>
          <input
            type="search"
            placeholder={words.findRefill}
            value={text.value}
            onInput={(event) => (text.value = event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>{words.columns.outcome}</span>
          <select value={outcome.value} onChange={(event) => (outcome.value = event.currentTarget.value)}>
            <option value="">{words.all}</option>
            {OUTCOMES.map((each) => (
              <option key={each} value={each}>
                {words.outcomes[each]}
              </option>
            ))}
          </select>
        </label>
      </search>
      {loaded ? <RefillTable refills={rows.filter((row) => matches(row, text.value))} /> : <p>{words.loading}</p>}
      {more && (
        <button type="button" onClick={older}>
          {words.older}
        </button>
      )}
    </PageFrame>
  );
}

export function RefillTable({ refills }: { refills: readonly RefillSummary[] }) {
  const words = strings.records.columns;
  const ml = (value: number | null) => (value === null ? strings.blank : `${numberText(value, 1)} mL`);
  const columns: readonly Column<RefillSummary>[] = [
    {
      title: words.when,
      cell: (refill) => (
        <a class="row-link" href={hashOf({ view: 'refill', key: refill.refill })}>
          {dateAndClockText(refill.beganMs)}
        </a>
      ),
    },
    {
      title: words.pump,
      cell: (refill) => (
        <a href={hashOf({ view: 'pump', key: refill.pump })}>
          {refill.pumpSerial} {refill.simulated && <span class="simulated-word">{strings.simulated}</span>}
        </a>
      ),
    },
    { title: words.patient, cell: (refill) => refill.patientRef ?? strings.blank },
    { title: words.station, cell: (refill) => refill.station },
    { title: words.person, cell: (refill) => refill.by },
    { title: words.outcome, cell: (refill) => strings.records.outcomes[refill.outcome] },
    { title: words.residual, cell: (refill) => ml(refill.residualMl) },
    { title: words.filled, cell: (refill) => ml(refill.filledMl) },
    { title: words.deviation, cell: (refill) => <Deviation of={refill} /> },
    { title: words.overrides, cell: (refill) => (refill.overrides === 0 ? strings.blank : refill.overrides) },
  ];
  return <Table columns={columns} rows={refills} keyOf={(refill) => refill.refill} />;
}

function Deviation({ of: { verdict, deviationPercent } }: { of: RefillSummary }) {
  if (verdict === null || deviationPercent === null) return <>{strings.blank}</>;
  const word = verdictWord(verdict, deviationPercent);
  return (
    <span class={`verdict-small verdict-${word}`} title={strings.refill.reconciliation[word]}>
      <VerdictIcon verdict={word} />
      {signedText(deviationPercent, 1)} %<span class="visually-hidden">{strings.refill.reconciliation[word]}</span>
    </span>
  );
}
