import type { IntervalContext } from '../../../../refill/model.ts';
import { entryOf } from '../../model/number-entry.ts';
import { Choice, NumberField } from '../../parts/fields.tsx';
import { strings } from '../../strings.ts';

const DAYS = { min: 0.5, max: 365 };
const CEL = { min: 37, max: 43 };
/** From the Dead Sea to the highest town. */
const ALTITUDE = { min: -430, max: 5200 };
const HOURS = { min: 0, max: 500 };

export interface ContextTexts {
  readonly fever: 'yes' | 'no' | null;
  readonly days: string;
  readonly cel: string;
  readonly altitude: string;
  readonly flights: string;
}

export const NO_ANSWERS: ContextTexts = { fever: null, days: '', cel: '', altitude: '', flights: '0' };

const typed = (value: number) => String(value).replace('.', strings.decimalMark);

export function contextTexts(context: IntervalContext): ContextTexts {
  return {
    fever: context.feverDays > 0 ? 'yes' : 'no',
    days: context.feverDays > 0 ? typed(context.feverDays) : '',
    cel: context.feverCel === null ? '' : typed(context.feverCel),
    altitude: typed(context.homeAltitudeM),
    flights: typed(context.flightHours),
  };
}

/** `null` while something is missing or wrong. */
export function contextOf(texts: ContextTexts): IntervalContext | null {
  const altitude = entryOf(texts.altitude, ALTITUDE);
  const flights = entryOf(texts.flights, HOURS);
  if (texts.fever === null || !altitude.ok || !flights.ok) return null;
  const rest = { homeAltitudeM: altitude.value, flightHours: flights.value };
  if (texts.fever === 'no') return { feverDays: 0, feverCel: null, ...rest };
  const days = entryOf(texts.days, DAYS);
  const cel = entryOf(texts.cel, CEL);
  return days.ok && cel.ok ? { feverDays: days.value, feverCel: cel.value, ...rest } : null;
}

interface ContextProperties {
  readonly texts: ContextTexts;
  readonly onTexts: (texts: ContextTexts) => void;
  readonly tried: boolean;
}

/** What makes a gas-driven pump run faster or slower, asked in the patient's words. */
export function ContextEntry({ texts, onTexts, tried }: ContextProperties) {
  const words = strings.start.context;
  const set = (key: keyof ContextTexts) => (value: string) => {
    onTexts({ ...texts, [key]: value });
  };
  return (
    <div class="entries">
      <div>
        <Choice
          legend={words.fever}
          choices={[
            ['no', words.no],
            ['yes', words.yes],
          ]}
          chosen={texts.fever}
          onChoose={set('fever')}
        />
        {tried && texts.fever === null && <p class="entry-problem">{strings.start.order.needed}</p>}
      </div>
      {texts.fever === 'yes' && (
        <>
          <NumberField
            tried={tried}
            label={words.feverDays}
            bounds={DAYS}
            decimals={1}
            value={texts.days}
            onValue={set('days')}
          />
          <NumberField
            tried={tried}
            label={words.feverCel}
            bounds={CEL}
            decimals={1}
            value={texts.cel}
            onValue={set('cel')}
          />
        </>
      )}
      <NumberField
        tried={tried}
        label={words.altitude}
        bounds={ALTITUDE}
        value={texts.altitude}
        onValue={set('altitude')}
      />
      <NumberField tried={tried} label={words.flights} bounds={HOURS} value={texts.flights} onValue={set('flights')} />
    </div>
  );
}
