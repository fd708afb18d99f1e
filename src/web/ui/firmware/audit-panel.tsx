import type { AuditView } from '../../api-types.ts';
import { Table } from '../records/table.tsx';
import { strings } from '../strings.ts';
import { dateAndClockText } from '../time-text.ts';
import { firmwareWords } from './words.ts';

/** Who did what, the newest first, in the words of the log. */
export function AuditPanel({ audit: { entries, broken } }: { audit: AuditView }) {
  const words = firmwareWords();
  const { columns } = words;
  return (
    <details class="report-part">
      <summary>
        <h2>{words.log}</h2>
      </summary>
      {broken.length > 0 && <p class="problem">{words.logBroken(broken.length)}</p>}
      <Table
        rows={[...entries].reverse()}
        keyOf={({ n }) => String(n)}
        columns={[
          { title: columns.when, cell: ({ at }) => dateAndClockText(Date.parse(at)) },
          { title: columns.by, cell: ({ who }) => who },
          { title: columns.act, cell: ({ act }) => <code>{act}</code> },
          { title: columns.station, cell: ({ station }) => station ?? strings.blank },
          { title: columns.image, cell: ({ image }) => image?.version ?? strings.blank },
          { title: columns.detail, cell: ({ detail }) => detail ?? strings.blank },
        ]}
      />
    </details>
  );
}
