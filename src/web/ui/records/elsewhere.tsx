/** At a dashboard apart from its bridges: their alarms and refills to look at, and where everything else is done. */
import type { AlarmCondition, Estimate, HoldPoint, Phase, RefillElsewhere } from '../../api-types.ts';
import { AlarmBar } from '../bedside/alarm-bar.tsx';
import { store } from '../page.ts';
import { SimulatedBand } from '../parts/simulated-band.tsx';
import { numberText, uncertaintyText } from '../shown.ts';
import { strings } from '../strings.ts';
import { clockTextWithSeconds, dateAndClockText } from '../time-text.ts';
import { Facts } from './facts.tsx';
import { PageFrame } from './page-frame.tsx';

/** A page of what only the bridge has. */
export function KeptElsewhere({ title, alarms }: { title: string; alarms: boolean }) {
  return (
    <PageFrame title={title}>
      {alarms && <AlarmBar station={null} refill={null} />}
      <p class="nothing">{strings.elsewhere.note}</p>
    </PageFrame>
  );
}

/** The open refill of a station, as its bridge says it. */
export function RefillSeenFrom({ station }: { station: string }) {
  const words = strings.elsewhere;
  const refill = store.elsewhere.value.find((each) => each.station === station);
  return (
    <section class="panel" aria-labelledby="elsewhere-title">
      <h1 id="elsewhere-title" tabIndex={-1}>
        {strings.refill.title} {station}
      </h1>
      {refill ? <Said refill={refill} /> : <p>{words.none}</p>}
      <p class="note">{words.note}</p>
    </section>
  );
}

function Said({ refill }: { refill: RefillElsewhere }) {
  const words = strings.elsewhere;
  const { refill: of, records, alarms } = strings;
  const now = store.connection.value === 'live' && refill.silent === null;
  const known = (text: string | null) => (now ? text : null);
  const named = (list: readonly string[], name: (each: string) => string) =>
    known(list.length === 0 ? words.nothing : list.map(name).join('; '));
  return (
    <>
      {refill.simulated && <SimulatedBand text={strings.simulatedHere} />}
      <p role="status">
        {refill.silent === null
          ? words.said(refill.bridge, clockTextWithSeconds(refill.saidUtcMs))
          : words.silent(refill.silent)}
      </p>
      <Facts
        of={[
          [words.phase, known(of.phases[refill.phase as Phase] ?? refill.phase)],
          [records.columns.outcome, known(refill.outcome && records.outcomes[refill.outcome])],
          [of.level, known(volume(refill.level))],
          [records.columns.residual, known(volume(refill.residual))],
          [records.columns.filled, known(volume(refill.filled))],
          [records.columns.deviation, known(withUnit(refill.deviationPercent, '%', 1))],
          [words.held, named(refill.held, (hold) => of.holds[hold as HoldPoint]?.title ?? hold)],
          [
            words.advisories,
            named(refill.advisories, (each) => alarms.conditions[each as AlarmCondition]?.name ?? each),
          ],
          [records.columns.pump, refill.pump],
          [records.columns.when, refill.beganUtcMs === null ? null : dateAndClockText(refill.beganUtcMs)],
        ]}
      />
    </>
  );
}

function withUnit(of: Estimate | null, unit: string, digits: number): string | null {
  if (of === null) return null;
  return `${strings.refill.plusMinus(numberText(of.value, digits), uncertaintyText(of.u95, digits))} ${unit}`;
}

const volume = (of: Estimate | null) => withUnit(of, 'mL', 1);
