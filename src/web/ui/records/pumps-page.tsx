import { useSignal } from '@preact/signals';
import type { Pump } from '../../../refill/model.ts';
import type { PumpsImported } from '../../api-types.ts';
import { ask } from '../api.ts';
import { findPumps } from '../model/pump-search.ts';
import { hashOf } from '../model/route.ts';
import { Problem } from '../parts/problem.tsx';
import { numberText } from '../shown.ts';
import { strings } from '../strings.ts';
import { dateText } from '../time-text.ts';
import { useAnswer } from '../use-answer.ts';
import { useRequest } from '../use-request.ts';
import { PageFrame } from './page-frame.tsx';
import { PumpForm } from './pump-form.tsx';
import { Table } from './table.tsx';

/** The register: every pump with its model and last fill; in and out as files. */
export function PumpsPage() {
  const words = strings.records;
  const text = useSignal('');
  const adding = useSignal(false);
  const { answer, problem, again } = useAnswer<readonly Pump[]>('pumps');
  const all = answer.value ?? [];
  return (
    <PageFrame
      title={words.pumps}
      problem={problem}
      onRetry={again}
      actions={
        <div class="records-actions">
          <button type="button" onClick={() => (adding.value = true)}>
            {words.pump.add}
          </button>
          <Import onDone={again} />
          {(['csv', 'json'] as const).map((form) => (
            <a key={form} class="back" href={`api/v1/pumps/export?format=${form}`} download={`pumps.${form}`}>
              {words.pump.export(form.toUpperCase())}
            </a>
          ))}
        </div>
      }
    >
      {adding.value && <PumpForm pump={null} onSaved={again} onClose={() => (adding.value = false)} />}
      <search class="controls">
        <label class="field grow">
          <span>{words.find}</span>
          <input type="search" value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
        </label>
      </search>
      {answer.value && <PumpTable pumps={findPumps(all, text.value).pumps} />}
      {answer.value === null && !problem && <p>{words.loading}</p>}
    </PageFrame>
  );
}

function PumpTable({ pumps }: { pumps: readonly Pump[] }) {
  const words = strings.records.columns;
  return (
    <Table
      rows={pumps}
      keyOf={({ pump }) => pump}
      columns={[
        {
          title: words.pump,
          cell: ({ pump, serial }) => (
            <a class="row-link" href={hashOf({ view: 'pump', key: pump })}>
              {serial}
            </a>
          ),
        },
        { title: words.model, cell: ({ model }) => `${model.manufacturer} ${model.model}` },
        { title: words.patient, cell: ({ patientRef }) => patientRef ?? strings.blank },
        {
          title: words.label,
          cell: ({ labelFlowMlPerDay }) => `${numberText(labelFlowMlPerDay, 2)} ${strings.unit('mL/d')}`,
        },
        {
          title: words.lastFill,
          cell: ({ fills }) => {
            const last = fills.at(-1);
            return last ? `${numberText(last.filledMl, 1)} mL, ${dateText(last.atMs)}` : strings.blank;
          },
        },
      ]}
    />
  );
}

function Import({ onDone }: { onDone: () => void }) {
  const words = strings.records.pump;
  const requester = useRequest();
  const done = useSignal<PumpsImported | null>(null);
  const take = async (file: File) => {
    const type = /\.json$/i.test(file.name) ? 'application/json' : 'text/csv';
    const body = await file.text();
    done.value = await requester.send(() => ask<PumpsImported>('POST', 'pumps/import', { body, type }));
    if (done.value) onDone();
  };
  return (
    <>
      <label class="back file">
        {words.import}
        <input
          type="file"
          class="visually-hidden"
          accept=".csv,.json"
          onChange={(event) => {
            const [file] = event.currentTarget.files ?? [];
            if (file) take(file);
            event.currentTarget.value = '';
          }}
        />
      </label>
      {done.value && <p role="status">{words.imported(done.value.added, done.value.changed, done.value.unchanged)}</p>}
      <Problem of={requester.problem} />
    </>
  );
}
