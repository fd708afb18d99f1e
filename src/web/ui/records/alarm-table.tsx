import type { AlarmLogEntry } from '../../api-types.ts';
import { strings } from '../strings.ts';
import { dateAndClockText } from '../time-text.ts';
import { Table } from './table.tsx';

/** What the alarm system wrote down, in the order given. */
export function AlarmTable({ entries }: { entries: readonly AlarmLogEntry[] }) {
  const words = strings.records;
  return (
    <Table
      rows={entries}
      keyOf={({ id }) => String(id)}
      columns={[
        { title: words.columns.time, cell: ({ atUtcMs }) => dateAndClockText(atUtcMs) },
        {
          title: words.columns.alarm,
          cell: ({ condition, priority }) =>
            condition === null ? (
              strings.blank
            ) : (
              <>
                {priority && <b class={`alarm-tag alarm-${priority}`}>{strings.alarms.priorities[priority]}</b>}{' '}
                {strings.alarms.conditions[condition].name}
              </>
            ),
        },
        { title: words.columns.event, cell: ({ event }) => words.log.events[event] },
        { title: words.columns.station, cell: ({ source }) => source ?? words.all },
        { title: words.columns.person, cell: ({ by }) => by ?? strings.blank },
        { title: words.columns.detail, cell: ({ detail }) => detail ?? strings.blank },
      ]}
    />
  );
}
