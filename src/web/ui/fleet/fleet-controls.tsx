import { KNOWN_STATES, ORDERS, type Order } from '../model/fleet-order.ts';
import { narrow, store } from '../page.ts';
import { StateIcon } from '../parts/state-badge.tsx';
import { strings } from '../strings.ts';
import { chooseLayout, layout, order, shownStations, stateCounts, stateFilter, text } from './fleet-state.ts';

const words = strings.fleet;

/** How many in which state; each count is also the filter for it. */
export function Summary() {
  const all = store.stations.value.size;
  const chosen = stateFilter.value;
  return (
    <fieldset class="summary">
      <legend class="visually-hidden">{words.filter}</legend>
      <button type="button" class="count" aria-pressed={chosen === null} onClick={() => (stateFilter.value = null)}>
        <b>{all}</b> {words.all}
      </button>
      {KNOWN_STATES.filter((state) => stateCounts.value[state] > 0 || state === 'live').map((state) => (
        <button
          key={state}
          type="button"
          class={`count state-${state}`}
          aria-pressed={chosen === state}
          onClick={() => (stateFilter.value = chosen === state ? null : state)}
        >
          <StateIcon state={state} />
          <b>{stateCounts.value[state]}</b> {strings.state[state]}
        </button>
      ))}
    </fieldset>
  );
}

export function Controls() {
  const all = store.stations.value.size;
  const filtered = shownStations.value.length < all;
  return (
    <search class="controls">
      <label class="field grow">
        <span>{words.find}</span>
        <input
          type="search"
          autocomplete="off"
          spellcheck={false}
          placeholder={words.findHint}
          value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
      </label>
      <label class="field">
        <span>{words.sort}</span>
        <select value={order.value} onChange={(event) => (order.value = event.currentTarget.value as Order)}>
          {ORDERS.map((each) => (
            <option key={each} value={each}>
              {words.order[each]}
            </option>
          ))}
        </select>
      </label>
      {!narrow.value && (
        <fieldset class="segments">
          <legend class="visually-hidden">{words.layout}</legend>
          {(['cards', 'table'] as const).map((each) => (
            <button key={each} type="button" aria-pressed={layout.value === each} onClick={() => chooseLayout(each)}>
              {words[each]}
            </button>
          ))}
        </fieldset>
      )}
      {filtered && <span class="shown-count">{words.shown(shownStations.value.length, all)}</span>}
    </search>
  );
}
