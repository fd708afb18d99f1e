import { useSignal } from '@preact/signals';
import { store } from '../page.ts';
import { SpeakerIcon } from '../parts/speaker-icon.tsx';
import { hush, passSoundTest, playTest, type SoundState, sounding, soundState } from '../sound/alarm-sound.ts';
import { unlock } from '../sound/player.ts';
import { strings } from '../strings.ts';

/** Whether this screen can be heard; and, while nobody can be asked for a pause, its own silence. */
export function SoundControl() {
  const state = soundState.value;
  const alone = store.connection.value === 'lost' && sounding.value !== null;
  return (
    <div class="sound" data-sounding={sounding.value ?? 'nothing'}>
      {state !== 'ready' && <SoundWarning state={state} />}
      {alone && (
        <button type="button" onClick={hush}>
          <SpeakerIcon crossed />
          {strings.alarms.pause('2')}
        </button>
      )}
    </div>
  );
}

/** A screen that cannot be heard looks just like one that has nothing to say; so it is said. */
function SoundWarning({ state }: { state: Exclude<SoundState, 'ready'> }) {
  const words = strings.sound;
  const played = useSignal(false);
  const text = { none: words.unavailable, blocked: words.blocked, untested: words.untested }[state];
  const help = { none: words.unavailableHelp, blocked: words.blockedHelp, untested: words.untestedHelp }[state];
  const test = () => {
    playTest();
    played.value = true;
  };
  return (
    <div class={`sound-warning sound-${state}`} role="status" title={help}>
      {state === 'blocked' ? (
        <button type="button" onClick={unlock}>
          <SpeakerIcon crossed />
          <span>
            <strong>{text}:</strong> {words.enable}
          </span>
        </button>
      ) : (
        <>
          <SpeakerIcon crossed={state === 'none'} />
          <strong>{text}</strong>
        </>
      )}
      <span class="visually-hidden">{help}</span>
      {state === 'untested' && (
        <button type="button" onClick={test}>
          {words.test}
        </button>
      )}
      {state === 'untested' && played.value && (
        <button type="button" class="primary" onClick={passSoundTest}>
          {strings.start.sound.yes}
        </button>
      )}
    </div>
  );
}
