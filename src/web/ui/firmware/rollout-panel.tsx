import type { RolloutView } from '../../api-types.ts';
import { person } from '../bedside/person.ts';
import { Problem } from '../parts/problem.tsx';
import { Table } from '../records/table.tsx';
import { strings } from '../strings.ts';
import { useRequest } from '../use-request.ts';
import { abortRollout, resumeRollout } from './requests.ts';
import { firmwareWords } from './words.ts';

const MINUTE_MS = 60_000;

export function RolloutPanel({ rollout }: { rollout: RolloutView }) {
  const words = firmwareWords();
  const requester = useRequest();
  const { stage, wave, waves, watchLeftMs, reason, image, members } = rollout;
  const over = stage === 'done' || stage === 'aborted';
  const unable = requester.busy.value || person.value === '';
  return (
    <section class="report-part" aria-labelledby="rollout-title">
      <div class="records-head">
        <h2 id="rollout-title">{words.rolloutTitle(image.version)}</h2>
        <div class="records-actions">
          {stage === 'halted' && (
            <button type="button" disabled={unable} onClick={() => requester.send(resumeRollout)}>
              {words.resume}
            </button>
          )}
          {!over && (
            <button type="button" disabled={unable} onClick={() => requester.send(abortRollout)}>
              {words.abortRollout}
            </button>
          )}
        </div>
      </div>
      <Problem of={requester.problem} />
      <p class={stage === 'halted' ? 'problem' : ''} role="status">
        <b>{words.stages[stage]}</b> · {words.waveOf(wave, waves)}
        {watchLeftMs !== null && ` · ${words.watchLeft(Math.ceil(watchLeftMs / MINUTE_MS))}`}
        {reason !== null && ` · ${reason}`}
      </p>
      <Table
        rows={members}
        keyOf={({ station }) => station}
        columns={[
          { title: words.columns.station, cell: ({ station }) => <b>{station}</b> },
          { title: words.columns.wave, cell: (member) => String(member.wave) },
          { title: words.columns.state, cell: ({ state }) => words.members[state] },
          { title: words.columns.detail, cell: ({ detail }) => detail ?? strings.blank },
        ]}
      />
    </section>
  );
}
