import type { ComponentChildren } from 'preact';
import type { Estimate } from '../../../refill/model.ts';
import type { StationView } from '../../api-types.ts';
import { store } from '../page.ts';
import { NumberWithUnit } from '../parts/number.tsx';
import { SimulatedBand } from '../parts/simulated-band.tsx';
import { ageText, numberText, type Shown, shown, uncertaintyText } from '../shown.ts';
import { strings } from '../strings.ts';
import type { RefillNow } from './refill-now.ts';
import { ReservoirPicture } from './reservoir-picture.tsx';

/** The number that is looked at all the time, and the picture of it. */
export function LevelPanel({ station, now }: { station: StationView; now: RefillNow }) {
  const words = strings.refill;
  const { state, fresh } = now;
  const readings = shown(station);
  return (
    <section class="panel bedside-level" aria-label={words.level}>
      {(state.simulated || readings.simulated) && <SimulatedBand text={strings.simulated} />}
      <div class="bedside-level-words">
        <h2 class="label">{words.level}</h2>
        <Level level={fresh ? state.level : null} atMs={state.atMs} fresh={fresh} />
        {!fresh && <p class="age not-fresh">{staleText(now, readings)}</p>}
        {fresh && state.level !== null && <p class="age">{ageText(readings.freshness)}</p>}
      </div>
      <ReservoirPicture state={state} flow={fresh ? readings.value('lineFlow') : null} fresh={fresh} />
      <p class="note bedside-level-foot">
        {levelNote(now)} {words.deadVolume(numberText(state.pump.model.deadVolumeMl, 1))}
      </p>
      <Facts station={station} now={now} />
    </section>
  );
}

function Level({ level, atMs, fresh }: { level: Estimate | null; atMs: number; fresh: boolean }) {
  if (level === null) {
    return (
      <p class="huge">
        <span class="number blank">
          <span class="digits" aria-hidden="true">
            {strings.blank}
          </span>
          <span class="visually-hidden">{fresh ? strings.refill.levelNotKnown : strings.noFreshValue}</span>
        </span>
      </p>
    );
  }
  return (
    <p class="huge">
      <span class="number" data-level={level.value} data-at={atMs}>
        <span class="digits">{numberText(level.value, 1)}</span>
        <span class="give-or-take">
          ± {uncertaintyText(level.u95, 1)}
          <span class="unit"> mL</span>
        </span>
      </span>
    </p>
  );
}

function staleText({ state }: RefillNow, readings: Shown): string {
  return readings.freshness.kind === 'fresh' && state.link === 'silent'
    ? strings.refill.silent
    : ageText(readings.freshness);
}

function levelNote({ state, fresh }: RefillNow): string {
  const words = strings.refill;
  // Nobody knows what the station does then.
  if (!fresh) return store.connection.value === 'lost' ? strings.connection.lost : words.silent;
  if (state.level === null) return state.missedStart ? words.missedStart : words.levelNotKnown;
  return state.levelFrom === 'measured' ? words.levelMeasured : words.levelExpected;
}

function Facts({ station, now: { state, fresh } }: { station: StationView; now: RefillNow }) {
  const words = strings.refill;
  const readings = shown(station);
  const estimate = (of: Estimate | null) =>
    fresh && of ? `${words.plusMinus(numberText(of.value, 1), uncertaintyText(of.u95, 1))} mL` : strings.blank;
  return (
    <dl class="bedside-facts">
      <Fact name={words.needle}>{fresh ? words.needleState[state.needle] : strings.blank}</Fact>
      <Fact name={words.clamp}>{fresh ? words.clampState[state.clamp] : strings.blank}</Fact>
      {state.phase === 'flush' ? (
        <Fact name={words.flushed}>{estimate(state.flushed ?? null)}</Fact>
      ) : state.filled ? (
        <Fact name={words.filled}>{estimate(state.filled)}</Fact>
      ) : (
        <Fact name={words.drained}>{estimate(state.drained)}</Fact>
      )}
      <Fact name={words.fluid}>
        <NumberWithUnit shown={readings} channel="fluidTemperature" />
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
