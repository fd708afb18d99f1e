import { PHASES, type Phase, type RefillState } from '../../../refill/model.ts';
import { strings } from '../strings.ts';

type Where = 'done' | 'skipped' | 'now' | 'later';

/** What the refill never was in is not called done because something later is under way. */
function whereIs(phase: Phase, { phase: now, phases }: RefillState): Where {
  const ahead = PHASES.indexOf(phase) - PHASES.indexOf(now);
  if (ahead >= 0) return ahead === 0 ? 'now' : 'later';
  return phases.some((been) => been.phase === phase) ? 'done' : 'skipped';
}

/** Where the refill is: done, passed over, now, still to come. A mark and the fill say it as well as the colour. */
export function PhaseSteps({ state }: { state: RefillState }) {
  const words = strings.refill;
  const at = PHASES.indexOf(state.phase);
  return (
    <nav class="phases" aria-label={words.progress}>
      <p class="phases-short">{words.phaseOf(words.phases[state.phase], at + 1, PHASES.length)}</p>
      <ol>
        {PHASES.map((phase, index) => {
          const where = whereIs(phase, state);
          return (
            <li key={phase} class={`phase phase-${where}`} {...(where === 'now' ? { 'aria-current': 'step' } : {})}>
              <span class="phase-mark" aria-hidden="true">
                {where === 'done' ? (
                  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
                    <path d="M4 12.5l5.5 5.5L20 6.5" class="icon-line" />
                  </svg>
                ) : where === 'skipped' ? (
                  '–'
                ) : (
                  index + 1
                )}
              </span>
              <span class="phase-name">{words.phases[phase]}</span>
              {where !== 'later' && <span class="visually-hidden">{words[where]}</span>}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
