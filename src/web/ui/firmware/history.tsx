import type { JobView } from '../../api-types.ts';
import { Table } from '../records/table.tsx';
import { strings } from '../strings.ts';
import { dateAndClockText } from '../time-text.ts';
import { Hash } from './inventory.tsx';
import { firmwareWords } from './words.ts';

const SHOWN = 20;

export function History({ jobs }: { jobs: readonly JobView[] }) {
  const words = firmwareWords();
  const { columns } = words;
  return (
    <section class="report-part" aria-labelledby="history-title">
      <h2 id="history-title">{words.history}</h2>
      <Table
        rows={jobs.filter(({ outcome }) => outcome !== null).slice(0, SHOWN)}
        keyOf={({ job }) => job}
        columns={[
          { title: columns.when, cell: ({ endedUtcMs }) => dateAndClockText(endedUtcMs ?? 0) },
          { title: columns.station, cell: ({ station }) => <b>{station}</b> },
          {
            title: columns.image,
            cell: ({ image }) => (
              <>
                {image.version} <Hash hash={image.hash} />
              </>
            ),
          },
          { title: columns.by, cell: ({ by }) => by },
          {
            title: columns.state,
            cell: ({ outcome }) =>
              outcome && (
                <span class={`firmware-outcome firmware-outcome-${outcome.kind}`}>{words.outcomes[outcome.kind]}</span>
              ),
          },
          { title: columns.detail, cell: ({ outcome }) => outcome?.detail ?? strings.blank },
        ]}
      />
    </section>
  );
}
