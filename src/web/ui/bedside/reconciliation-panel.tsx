import type { ComponentChildren } from 'preact';
import type { Reconciliation, RefillState } from '../../../refill/model.ts';
import { residualScale, verdictWord } from '../model/residual.ts';
import { SimulatedBand } from '../parts/simulated-band.tsx';
import { VerdictIcon } from '../parts/verdict-icon.tsx';
import { numberText, signedText, uncertaintyText } from '../shown.ts';
import { strings } from '../strings.ts';

/** What the drained residual says about the pump since the last visit: drawn on one scale, and said in words. */
export function ReconciliationPanel({ state }: { state: RefillState }) {
  const words = strings.refill.reconciliation;
  const { reconciliation } = state;
  if (reconciliation === null) {
    return (
      <section class="panel residual" aria-labelledby="residual-title">
        <h2 id="residual-title" class="label">
          {words.title}
        </h2>
        <p class="note">{words.waiting}</p>
      </section>
    );
  }
  const verdict = verdictWord(reconciliation.verdict, reconciliation.deviationPercent.value);
  return (
    <section class={`panel residual verdict-${verdict}`} aria-labelledby="residual-title">
      {state.simulated && <SimulatedBand text={strings.simulated} />}
      <h2 id="residual-title" class="visually-hidden">
        {words.title}
      </h2>
      <p class="verdict">
        <VerdictIcon verdict={verdict} />
        <strong>{verdict === 'indeterminate' && reconciliation.atLeast ? words.ranDry : words[verdict]}</strong>
      </p>
      <Scale of={reconciliation} labelFlow={state.pump.labelFlowMlPerDay} />
      <Figures of={reconciliation} labelFlow={state.pump.labelFlowMlPerDay} />
      <Explanations of={reconciliation} />
    </section>
  );
}

function Scale({ of, labelFlow }: { of: Reconciliation; labelFlow: number }) {
  const words = strings.refill;
  const scale = residualScale(of, labelFlow);
  const at = (ml: number) => `${(100 * scale.place(ml)).toFixed(2)}%`;
  const across = (from: number, to: number) => ({
    left: at(from),
    width: `${(100 * (scale.place(to) - scale.place(from))).toFixed(2)}%`,
  });
  const ml = (value: number) => numberText(value, 1);
  const { residual, expectedResidual: expected } = of;
  const [fast, slow] = scale.band;
  return (
    <div
      class="residual-scale"
      role="img"
      aria-label={words.reconciliation.picture(ml(residual.value), ml(expected.value), ml(fast), ml(slow))}
    >
      <div class="residual-band" style={across(fast, slow)}>
        <span>{ml(fast)}</span>
        <span>{words.reconciliation.band(numberText(of.bandPercent, 0))}</span>
        <span>{ml(slow)}</span>
      </div>
      <div class="residual-expected" style={{ left: at(expected.value) }} />
      <div class="residual-error" style={across(residual.value - residual.u95, residual.value + residual.u95)} />
      <div class="residual-measured" style={{ left: at(residual.value) }} />
      <Label row="measured" place={scale.place(residual.value)}>
        {words.measuredResidual} {words.plusMinus(ml(residual.value), uncertaintyText(residual.u95, 1))} mL
      </Label>
      <Label row="expected" place={scale.place(expected.value)}>
        {words.expectedResidual} {ml(expected.value)}
      </Label>
    </div>
  );
}

interface LabelProperties {
  readonly row: 'measured' | 'expected';
  /** 0 to 1. The room beside the text is shared in this ratio, so that it stays within the scale. */
  readonly place: number;
  readonly children: ComponentChildren;
}

function Label({ row, place, children }: LabelProperties) {
  return (
    <div class={`residual-row residual-row-${row}`}>
      <span style={{ flexGrow: place }} />
      <p>{children}</p>
      <span style={{ flexGrow: 1 - place }} />
    </div>
  );
}

function Figures({ of, labelFlow }: { of: Reconciliation; labelFlow: number }) {
  const words = strings.refill.reconciliation;
  const { plusMinus } = strings.refill;
  const perDay = strings.unit('mL/d');
  const { actualFlow, deviationPercent, atLeast } = of;
  const range = (value: string, u95: string) => (atLeast ? `≥ ${value}` : plusMinus(value, u95));
  return (
    <dl class="residual-figures">
      <div>
        <dt>{words.deviation}</dt>
        <dd>{range(signedText(deviationPercent.value, 1), uncertaintyText(deviationPercent.u95, 1))} %</dd>
      </div>
      <div>
        <dt>{words.actualFlow}</dt>
        <dd>
          {range(numberText(actualFlow.value, 2), uncertaintyText(actualFlow.u95, 2))} {perDay}
        </dd>
      </div>
      <div>
        <dt>{words.labelFlow}</dt>
        <dd>
          {numberText(labelFlow, 2)} {perDay}
        </dd>
      </div>
      <div>
        <dt>{words.delta}</dt>
        <dd>{signedText(of.deltaMl, 1)} mL</dd>
      </div>
      <div>
        <dt>{words.days(numberText(of.days, 1))}</dt>
        <dd>{numberText(of.lastFillMl, 1)} mL</dd>
      </div>
    </dl>
  );
}

function Explanations({ of }: { of: Reconciliation }) {
  const words = strings.refill.reconciliation;
  return (
    <>
      {of.explainedPercent !== null && <p class="note">{words.explained(signedText(of.explainedPercent, 1))}</p>}
      {of.trendPercentPer30Days !== null && <p class="note">{words.trend(signedText(of.trendPercentPer30Days, 1))}</p>}
    </>
  );
}
