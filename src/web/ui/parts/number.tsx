import type { Channel } from '../../../../protocols/reading.ts';
import { glanceAndRest } from '../model/number-text.ts';
import type { Shown } from '../shown.ts';
import { strings } from '../strings.ts';

/** A number with its unit; the digits beyond the first decimal are smaller. Without a fresh value: a dash. */
export function NumberWithUnit({ shown, channel }: { shown: Shown; channel: Channel }) {
  const text = shown.text(channel);
  if (text === null) return <Blank channel={channel} />;
  const [glance, rest] = glanceAndRest(text);
  return (
    <span class="number" data-channel={channel} data-tick={shown.tickMs}>
      <span class="digits">
        {glance}
        <span class="rest">{rest}</span>
      </span>
      <span class="unit"> {shown.unit(channel)}</span>
    </span>
  );
}

function Blank({ channel }: { channel: Channel }) {
  return (
    <span class="number blank" data-channel={channel}>
      <span class="digits" aria-hidden="true">
        {strings.blank}
      </span>
      <span class="visually-hidden">{strings.noFreshValue}</span>
    </span>
  );
}
