import { useSignal } from '@preact/signals';
import { ask } from '../api.ts';
import { pauseOf } from '../model/alarms-of.ts';
import { store } from '../page.ts';
import { Problem } from '../parts/problem.tsx';
import { SpeakerIcon } from '../parts/speaker-icon.tsx';
import { sounding } from '../sound/alarm-sound.ts';
import { strings } from '../strings.ts';
import { stopwatchText } from '../time-text.ts';
import { useRequest } from '../use-request.ts';
import { person } from './person.ts';
import { PersonField } from './person-field.tsx';

/** The pause that all screens share, with what is left of it. Nothing while nothing sounds. */
export function AudioPauseButton({ station }: { station: string | null }) {
  const words = strings.alarms;
  const requester = useRequest();
  const asked = useSignal(false);
  const unnamed = person.value.trim() === '';
  const board = store.refills.board.value;
  if (board === null || store.readOnly) return null;
  const left = pauseOf(board.state, station, store.nowMs.value - board.arrivedMs);
  const send = (method: 'POST' | 'DELETE') => {
    asked.value = true;
    if (unnamed) return;
    const body = { by: person.peek(), ...(station === null || left?.pause.source === null ? {} : { source: station }) };
    requester.send(() => ask(method, 'alarms/audio-pause', { body }));
  };
  return (
    <>
      {left !== null ? (
        <button type="button" class="paused" onClick={() => send('DELETE')} disabled={requester.busy.value}>
          <SpeakerIcon crossed />
          <span>
            {words.paused(stopwatchText(left.leftMs))} · {words.resume}
          </span>
        </button>
      ) : (
        sounding.value !== null && (
          <button type="button" onClick={() => send('POST')} disabled={requester.busy.value}>
            <SpeakerIcon crossed />
            <span>{words.pause('2')}</span>
          </button>
        )
      )}
      {asked.value && unnamed && <PersonField tried />}
      <Problem of={requester.problem} />
    </>
  );
}
