import { useSignal } from '@preact/signals';
import { passSoundTest, playTest, soundTested } from '../../sound/alarm-sound.ts';
import { strings } from '../../strings.ts';

/** The alarm sound, heard by a person: a screen whose speaker is off looks like one without alarms. */
export function SoundCheck() {
  const words = strings.start.sound;
  const played = useSignal(false);
  const notHeard = useSignal(false);
  const play = () => {
    notHeard.value = false;
    playTest();
    played.value = true;
  };
  return (
    <>
      <p>{words.why}</p>
      {soundTested.value ? (
        <p class="sound-passed" role="status">
          <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d="M4 12.5l5.5 5.5L20 6.5" class="icon-line" />
          </svg>
          {words.passed}
        </p>
      ) : (
        <>
          <div class="buttons">
            <button type="button" data-first onClick={play}>
              {words.play}
            </button>
          </div>
          {played.value && (
            <fieldset class="choice">
              <legend>{words.heard}</legend>
              <button type="button" onClick={passSoundTest}>
                {words.yes}
              </button>
              <button type="button" aria-pressed={notHeard.value} onClick={() => (notHeard.value = true)}>
                {words.no}
              </button>
            </fieldset>
          )}
          {notHeard.value && (
            <p class="problem" role="alert">
              {words.help}
            </p>
          )}
        </>
      )}
    </>
  );
}
