import { log } from './state.ts';
import { clock, strings } from './strings.ts';

/** The newest first. */
export function Log() {
  return (
    <section class="panel log-part" aria-labelledby="log">
      <h2 id="log">{strings.log}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to get into it */}
      <ol class="log" tabIndex={0} aria-labelledby="log">
        {log.value.toReversed().map(({ atMs, kind, text }, index) => (
          <li key={log.value.length - index} class={`line-${kind}`}>
            <span class="digits">{clock(atMs)}</span>
            <strong>{strings.kinds[kind]}</strong>
            <span>{kind === 'end' ? strings.outcome[text as keyof typeof strings.outcome] : text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
