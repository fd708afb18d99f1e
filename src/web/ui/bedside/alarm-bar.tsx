import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { AlarmEntry } from '../../../alarms/board.ts';
import type { RefillState } from '../../../refill/model.ts';
import { ask } from '../api.ts';
import { alarmsOf } from '../model/alarms-of.ts';
import { evidenceText } from '../model/evidence.ts';
import { narrow, store } from '../page.ts';
import { AlarmIcon } from '../parts/alarm-icon.tsx';
import { Problem } from '../parts/problem.tsx';
import { strings } from '../strings.ts';
import { clockTextWithSeconds } from '../time-text.ts';
import { useRequest } from '../use-request.ts';
import { AudioPauseButton } from './audio-pause.tsx';
import { person } from './person.ts';
import { PersonField } from './person-field.tsx';

/** As many fit above the level without pushing it off the screen. */
const MOST_SHOWN = 2;
const MOST_ON_A_PHONE = 1;

let watched: ResizeObserver | null = null;

/** What takes the keyboard is scrolled to below the alarms, however many there are. */
function keepHeight(bar: HTMLElement | null): void {
  const style = document.documentElement.style;
  watched?.disconnect();
  watched = null;
  style.removeProperty('--alarms');
  if (bar === null) return;
  watched = new ResizeObserver(() => style.setProperty('--alarms', `${bar.offsetHeight}px`));
  watched.observe(bar);
}

/** Alarms of one bedside, or of all; the most urgent first and biggest. Nothing at all while there are none. */
export function AlarmBar({ station, refill }: { station: string | null; refill: RefillState | null }) {
  const all = useSignal(false);
  const board = store.refills.board.value;
  if (store.connection.value !== 'live' || board === null) return null;
  const entries = alarmsOf(board.state.entries, station, store.stations.value);
  if (entries.length === 0) return null;
  const most = narrow.value ? MOST_ON_A_PHONE : MOST_SHOWN;
  const shown = all.value ? entries : entries.slice(0, most);
  const words = strings.alarms;
  return (
    <section ref={keepHeight} class="alarm-bar" aria-label={words.title}>
      <ul>
        {shown.map((entry, index) => (
          <AlarmLine
            key={`${entry.source} ${entry.condition}`}
            entry={entry}
            refill={refill}
            sourceNamed={station === null}
          >
            {index === 0 && (
              <>
                <AudioPauseButton station={station} />
                {entries.length > most && (
                  <button type="button" aria-expanded={all.value} onClick={() => (all.value = !all.value)}>
                    {all.value ? words.less : words.more(entries.length - most)}
                  </button>
                )}
              </>
            )}
          </AlarmLine>
        ))}
      </ul>
    </section>
  );
}

/** Flashing says that nobody has answered yet: neither what is acknowledged nor what is over flashes. */
function flashes({ presence, signal }: AlarmEntry): boolean {
  return presence !== 'ended' && signal !== 'acknowledged';
}

interface LineProperties {
  readonly entry: AlarmEntry;
  readonly refill: RefillState | null;
  /** Where alarms of all stations stand together. */
  readonly sourceNamed: boolean;
  /** Buttons that belong to all alarms. */
  readonly children: ComponentChildren;
}

function AlarmLine({ entry, refill, sourceNamed, children }: LineProperties) {
  const words = strings.alarms;
  const { name, todo } = words.conditions[entry.condition];
  const requester = useRequest();
  const asked = useSignal(false);
  const wanted = entry.presence !== 'ended' && entry.by === null && !store.readOnly;
  const unnamed = person.value.trim() === '';
  const acknowledge = () => {
    asked.value = true;
    if (unnamed) return;
    const { source, condition } = entry;
    requester.send(() => ask('POST', 'alarms/acknowledge', { body: { by: person.peek(), source, condition } }));
  };
  return (
    <li
      class={`alarm alarm-${entry.priority} ${flashes(entry) ? 'alarm-flashes' : 'alarm-steady'} alarm-is-${entry.presence}${entry.signal === 'acknowledged' ? ' alarm-is-answered' : ''}`}
      data-condition={entry.condition}
    >
      <AlarmIcon priority={entry.priority} />
      <div class="alarm-words" role={entry.priority === 'high' ? 'alert' : 'status'}>
        <p class="alarm-name">
          <span class="alarm-priority">
            <span class="visually-hidden">{words.priorityOf(words.priorities[entry.priority])}</span>
            <span aria-hidden="true">{words.priorities[entry.priority]}</span>
          </span>{' '}
          <strong>{sourceNamed ? `${entry.source}: ${name}` : name}</strong>
        </p>
        <p class="alarm-todo">{entry.presence === 'present' ? todo : whenText(entry)}</p>
        {entry.presence !== 'ended' && <Evidence entry={entry} refill={refill} />}
      </div>
      <div class="alarm-answer">
        {entry.by !== null ? (
          <p class="alarm-by">{words.acknowledgedBy(entry.by, clockTextWithSeconds(entry.atUtcMs ?? 0))}</p>
        ) : (
          wanted && (
            <button type="button" onClick={acknowledge} disabled={requester.busy.value}>
              {words.acknowledge}
            </button>
          )
        )}
        {children}
        {asked.value && unnamed && <PersonField tried />}
        <Problem of={requester.problem} />
      </div>
    </li>
  );
}

function whenText({ sinceUtcMs, endedUtcMs, presence }: AlarmEntry): string {
  const words = strings.alarms;
  const since = clockTextWithSeconds(sinceUtcMs);
  const ended = clockTextWithSeconds(endedUtcMs ?? sinceUtcMs);
  return presence === 'latched' ? words.latched(since, ended) : words.over(since, ended);
}

/** The numbers behind it, in the reader's language; without any, the server's own words. */
function Evidence({ entry, refill }: { entry: AlarmEntry; refill: RefillState | null }) {
  const advisory = refill?.advisories.find((each) => each.advisory === entry.condition);
  const numbers = advisory
    ? evidenceText(advisory.evidence, strings.alarms.evidence, strings.decimalMark, strings.unit)
    : '';
  const text = numbers !== '' ? numbers : entry.detail;
  return text === null || text === '' ? null : <p class="alarm-evidence">{text}</p>;
}
