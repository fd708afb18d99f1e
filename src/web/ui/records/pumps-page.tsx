import { useSignal } from '@preact/signals';
import type { Pump } from '../../../refill/model.ts';
import type { PumpsImported } from '../../api-types.ts';
import { ask } from '../api.ts';
import { person } from '../bedside/person.ts';
import { PersonField } from '../bedside/person-field.tsx';
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
  const open = useSignal<'add' | 'import' | null>(null);
  const close = () => {
    open.value = null;
  };
  const { answer, problem, again } = useAnswer<readonly Pump[]>('pumps');
  const all = answer.value ?? [];
  return (
    <PageFrame
      title={words.pumps}
      problem={problem}
      onRetry={again}
      actions={
        <div class="records-actions">
          <button type="button" onClick={() => (open.value = 'add')}>
            {words.pump.add}
          </button>
          <button type="button" onClick={() => (open.value = 'import')}>
            {words.pump.import}
          </button>
          {(['csv', 'json'] as const).map((form) => (
            <a key={form} class="back" href={`api/v1/pumps/export?format=${form}`} download={`pumps.${form}`}>
              {words.pump.export(form.toUpperCase())}
            </a>
          ))}
        </div>
      }
    >
      {open.value === 'add' && <PumpForm pump={null} onSaved={again} onClose={close} />}
      {open.value === 'import' && <Import onDone={again} onClose={close} />}
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

/** A file of this register; whose name stands under it is asked first. */
function Import({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const words = strings.records.pump;
  const requester = useRequest();
  const done = useSignal<PumpsImported | null>(null);
  const asked = useSignal(false);
  const take = async (file: File) => {
    asked.value = true;
    if (person.value.trim() === '') return;
    const type = /\.json$/i.test(file.name) ? 'application/json' : 'text/csv';
    const body = await file.text();
    const path = `pumps/import?by=${encodeURIComponent(person.value)}`;
    done.value = await requester.send(() => ask<PumpsImported>('POST', path, { body, type }));
    if (done.value) onDone();
  };
  return (
    <section class="panel sheet">
      <PersonField tried={asked.value} />
      {done.value && <p role="status">{words.imported(done.value.added, done.value.changed, done.value.unchanged)}</p>}
      <Problem of={requester.problem} />
      <div class="buttons">
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
        <button type="button" onClick={onClose}>
          {strings.refill.act.close}
        </button>
      </div>
    </section>
  );
}
