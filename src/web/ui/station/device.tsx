import type { StationView } from '../../api-types.ts';
import { channelOfCode } from '../model/channel-codes.ts';
import { fixed } from '../model/number-text.ts';
import { hashOf } from '../model/route.ts';
import { locale, strings } from '../strings.ts';

const words = strings.device;

export function Device({ station }: { station: StationView }) {
  const facts: readonly (readonly [string, string | null])[] = [
    [words.serial, station.station],
    [words.mode, station.simulated ? strings.simulated : station.station === null ? null : words.clinical],
    [words.firmware, station.firmwareVersion],
    [words.hardware, station.hardwareRevision],
    [words.link, station.link],
    [words.quality, station.linkQuality === null ? null : strings.percent(station.linkQuality)],
    [words.rate, fixed(station.rateHz, 1, strings.decimalMark)],
    [words.faults, station.faults.toLocaleString(locale())],
  ];
  return (
    <section class="panel device" aria-labelledby="device-title">
      <h2 id="device-title">{words.title}</h2>
      <dl class="facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value ?? words.notSaid}</dd>
          </div>
        ))}
      </dl>
      <p>
        <a href={hashOf({ view: 'firmware' })}>{words.firmware}</a>
        {station.station !== null && (
          <>
            {' · '}
            <a href={`api/v1/capsule?station=${encodeURIComponent(station.station)}`}>{words.capsule}</a>
          </>
        )}
      </p>
      {station.instruments.length > 0 && (
        <>
          <h3>{words.instruments}</h3>
          <ul class="instruments">
            {station.instruments.map((instrument) => (
              <li key={`${instrument.kind} ${instrument.serial}`}>
                <strong>{words.instrument(instrument.kind)}</strong>
                <span>
                  {words.model} {instrument.model}
                </span>
                <span>
                  {words.instrumentSerial} {instrument.serial}
                </span>
                <span>
                  {words.measures} {instrument.channels.map(channelName).join(', ').toLowerCase()}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** Codes of newer stations that this page does not know are shown as they stand. */
function channelName(code: string): string {
  const channel = channelOfCode(code);
  return channel === null ? code : strings.channels[channel];
}
