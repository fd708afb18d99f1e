import { useSignal } from '@preact/signals';
import type { AlarmLog, AlarmLogEntry } from '../../api-types.ts';
import { AlarmBar } from '../bedside/alarm-bar.tsx';
import { store } from '../page.ts';
import { numberText } from '../shown.ts';
import { strings } from '../strings.ts';
import { useAnswer } from '../use-answer.ts';
import { AlarmTable } from './alarm-table.tsx';
import { useOlderPages } from './older-pages.ts';
import { PageFrame } from './page-frame.tsx';

const LIMIT = 100;

/** Every alarm that began, ended or was answered, latest first. */
export function AlarmLogPage() {
  const words = strings.records;
  const source = useSignal('');
  const query = source.value === '' ? '' : `&source=${encodeURIComponent(source.value)}`;
  const { rows, loaded, problem, again, more, older } = useOlderPages<AlarmLog, AlarmLogEntry>(
    `alarms/log?limit=${LIMIT}${query}`,
    (page) => page.entries,
    ({ entries }) => (entries.length < LIMIT ? null : String(entries.at(-1)?.id ?? '')),
  );
  const kept = useAnswer<AlarmLog>('alarms/log?limit=1').answer.value;
  return (
    <PageFrame title={strings.alarms.title} problem={problem} onRetry={again}>
      <AlarmBar station={null} refill={null} />
      <search class="controls">
        <label class="field">
          <span>{words.columns.station}</span>
          <select value={source.value} onChange={(event) => (source.value = event.currentTarget.value)}>
            <option value="">{words.all}</option>
            {[...store.stations.value.values()].flatMap(({ station }) =>
              station === null ? [] : [<option key={station}>{station}</option>],
            )}
          </select>
        </label>
      </search>
      {loaded ? <AlarmTable entries={rows} /> : !problem && <p>{words.loading}</p>}
      {more && (
        <button type="button" onClick={older}>
          {words.older}
        </button>
      )}
      {kept && <p class="note">{words.log.kept(kept.keepDays, numberText(kept.keepEntries, 0))}</p>}
    </PageFrame>
  );
}
