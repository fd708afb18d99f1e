import { useSignal } from '@preact/signals';
import type { Pump } from '../../../refill/model.ts';
import type { PumpHistory } from '../../api-types.ts';
import { hashOf } from '../model/route.ts';
import { numberText, signedText } from '../shown.ts';
import { strings } from '../strings.ts';
import { dateText } from '../time-text.ts';
import { useAnswer } from '../use-answer.ts';
import { Facts } from './facts.tsx';
import { FlowHistory } from './flow-history.tsx';
import { PageFrame } from './page-frame.tsx';
import { PumpForm } from './pump-form.tsx';
import { Table } from './table.tsx';

/** One pump: what it is, and how fast it has run since its first fill. */
export function PumpPage({ id }: { id: string }) {
  const words = strings.records.pump;
  const editing = useSignal(false);
  const { answer, failed, problem, again } = useAnswer<PumpHistory>(`pumps/${encodeURIComponent(id)}/history`);
  const history = answer.value;
  const unknown = failed.value?.said?.code === 'unknown-pump';
  return (
    <PageFrame
      title={history ? `${words.title} ${history.pump.serial}` : `${words.title} ${id}`}
      problem={unknown ? words.unknown(id) : problem}
      onRetry={again}
      actions={
        history && (
          <button type="button" onClick={() => (editing.value = true)}>
            {words.edit}
          </button>
        )
      }
    >
      {history === null && !problem && <p>{strings.records.loading}</p>}
      {history && editing.value && (
        <PumpForm pump={history.pump} onSaved={again} onClose={() => (editing.value = false)} />
      )}
      {history && (
        <>
          <PumpFacts pump={history.pump} />
          <section class="panel report-part">
            <h2>{words.history}</h2>
            <FlowHistory history={history} />
            <p class="note">{words.historyLegend}</p>
          </section>
          <section class="report-part">
            <h2>{words.fills}</h2>
            <Fills history={history} />
          </section>
        </>
      )}
    </PageFrame>
  );
}

function PumpFacts({ pump }: { pump: Pump }) {
  const words = strings.records;
  const { model } = pump;
  const unverified = model.unverified ?? [];
  return (
    <section class="panel report-part">
      <Facts
        of={[
          [words.columns.model, `${model.manufacturer} ${model.model}`],
          [words.pump.id, pump.pump],
          [words.pump.udi, pump.udi],
          [words.columns.patient, pump.patientRef],
          [words.columns.label, `${numberText(pump.labelFlowMlPerDay, 2)} ${strings.unit('mL/d')}`],
          [strings.refill.capacity, `${numberText(model.capacityMl, 0)} mL`],
        ]}
      />
      <p class="note">
        {words.pump.source}: {model.source.replace(/\.?$/, '.')}
        {unverified.length > 0 && ` ${words.pump.unverified(unverified.join(', '))}`}
      </p>
    </section>
  );
}

function Fills({ history }: { history: PumpHistory }) {
  const words = strings.records.columns;
  const ml = (value: number | null) => (value === null ? strings.blank : `${numberText(value, 1)} mL`);
  const bound = (atLeast: boolean) => (atLeast ? '≥ ' : '');
  return (
    <Table
      rows={[...history.points].reverse()}
      keyOf={({ atMs }) => String(atMs)}
      columns={[
        {
          title: words.when,
          cell: ({ atMs, refill }) =>
            refill === null ? (
              dateText(atMs)
            ) : (
              <a class="row-link" href={hashOf({ view: 'refill', key: refill })}>
                {dateText(atMs)}
              </a>
            ),
        },
        { title: words.residual, cell: ({ residualMl }) => ml(residualMl) },
        { title: words.filled, cell: ({ filledMl }) => ml(filledMl) },
        {
          title: words.flow,
          cell: ({ actualFlow, atLeast }) =>
            actualFlow === null
              ? strings.blank
              : `${bound(atLeast)}${numberText(actualFlow, 2)} ${strings.unit('mL/d')}`,
        },
        {
          title: words.deviation,
          cell: ({ deviationPercent, atLeast }) =>
            deviationPercent === null ? strings.blank : `${bound(atLeast)}${signedText(deviationPercent, 1)} %`,
        },
      ]}
    />
  );
}
