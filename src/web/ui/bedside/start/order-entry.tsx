import type { FillOrder, PumpModel } from '../../../../refill/model.ts';
import { entryOf } from '../../model/number-entry.ts';
import { Choice, NumberField, TextField } from '../../parts/fields.tsx';
import { numberText } from '../../shown.ts';
import { strings } from '../../strings.ts';

const NEEDLES = ['20G', '22G', '24G'] as const;
/** Between pure ethanol and pure glycerin, g/mL at 22 Cel. */
const DENSITY = { min: 0.78, max: 1.27 };
const CONCENTRATION = { min: 0, max: 1000 };
/** The engine holds an order beyond the capacity; here only slips of the finger are caught. */
const fillBounds = (capacityMl: number) => ({ min: 0.1, max: 2 * capacityMl });

export interface OrderTexts {
  readonly fill: string;
  readonly drug: string;
  readonly concentration: string;
  readonly lot: string;
  readonly density: string;
  readonly needle: FillOrder['needleGauge'];
  readonly pumpUdi: string;
  readonly drugCode: string;
}

const typed = (value: number) => String(value).replace('.', strings.decimalMark);

export function orderTexts(order: FillOrder): OrderTexts {
  return {
    fill: typed(order.fillMl),
    drug: order.drug,
    concentration: order.concentrationMgPerMl === null ? '' : typed(order.concentrationMgPerMl),
    lot: order.lot ?? '',
    density: typed(order.densityGPerMl),
    needle: order.needleGauge,
    pumpUdi: order.expectedPumpUdi ?? '',
    drugCode: order.expectedDrugCode ?? '',
  };
}

/** `null` while something is missing or wrong. */
export function orderOf(texts: OrderTexts, capacityMl: number): FillOrder | null {
  const fill = entryOf(texts.fill, fillBounds(capacityMl));
  const density = entryOf(texts.density, DENSITY);
  const strength = texts.concentration.trim();
  const concentration = strength === '' ? null : entryOf(strength, CONCENTRATION);
  const drug = texts.drug.trim();
  if (!fill.ok || !density.ok || drug === '' || (concentration !== null && !concentration.ok)) return null;
  const orNull = (text: string) => (text.trim() === '' ? null : text.trim());
  return {
    fillMl: fill.value,
    drug,
    concentrationMgPerMl: concentration === null ? null : concentration.value,
    lot: orNull(texts.lot),
    densityGPerMl: density.value,
    needleGauge: texts.needle,
    expectedPumpUdi: orNull(texts.pumpUdi),
    expectedDrugCode: orNull(texts.drugCode),
  };
}

interface Properties {
  readonly texts: OrderTexts;
  readonly onTexts: (texts: OrderTexts) => void;
  readonly model: PumpModel;
  readonly tried: boolean;
}

export function OrderEntry({ texts, onTexts, model, tried }: Properties) {
  const words = strings.start.order;
  const set = (key: keyof OrderTexts) => (value: string) => {
    onTexts({ ...texts, [key]: value });
  };
  const text = (key: keyof OrderTexts, label: string, hint: string, needed = false) => (
    <TextField
      label={label}
      hint={hint}
      value={texts[key]}
      onValue={set(key)}
      problem={needed && tried && texts[key].trim() === '' ? words.needed : null}
    />
  );
  const number = { tried };
  return (
    <div class="entries">
      <NumberField
        {...number}
        first
        label={words.fill}
        hint={words.capacity(numberText(model.capacityMl, 0))}
        bounds={fillBounds(model.capacityMl)}
        decimals={1}
        value={texts.fill}
        onValue={set('fill')}
      />
      {text('drug', words.drug, words.drugHint, true)}
      <NumberField
        tried={tried && texts.concentration.trim() !== ''}
        label={words.concentration}
        hint={words.optional}
        bounds={CONCENTRATION}
        value={texts.concentration}
        onValue={set('concentration')}
      />
      {text('lot', words.lot, words.optional)}
      <NumberField
        {...number}
        label={words.density}
        hint={words.densityHint}
        bounds={DENSITY}
        decimals={2}
        value={texts.density}
        onValue={set('density')}
      />
      <Choice
        legend={words.needle}
        choices={NEEDLES.map((gauge) => [gauge, gauge.replace('G', ' G')])}
        chosen={texts.needle}
        onChoose={set('needle')}
      />
      {text('pumpUdi', words.pumpUdi, words.optional)}
      {text('drugCode', words.drugCode, words.optional)}
    </div>
  );
}
