/**
 * Codes of the FHIR form. MDC: ISO/IEEE 11073-10101 as listed by the IHE Devices technical framework; where the standard has
 * no term (pressure in a refill line), a code of our own says so by its system. Units: UCUM.
 */

export interface Coding {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

export interface CodeableConcept {
  readonly coding?: readonly Coding[];
  readonly text: string;
}

export const MDC = 'urn:iso:std:iso:11073:10101';
export const UCUM = 'http://unitsofmeasure.org';
/** Terms for which no standard has a code. */
export const OWN = 'urn:hai-bridge:term';

const mdc = (code: number, display: string): Coding => ({ system: MDC, code: String(code), display });
const own = (code: string, display: string): Coding => ({ system: OWN, code, display });
const concept = (text: string, ...coding: Coding[]): CodeableConcept => ({ coding, text });

export const QUANTITIES = {
  residual: concept(
    'Residual volume drained from the reservoir (dead volume excluded)',
    mdc(157872, 'MDC_VOL_FLUID_TBI_REMAIN'),
    own('residual', 'drained residual'),
  ),
  expectedResidual: concept('Expected residual volume', own('expected-residual', 'expected residual')),
  filled: concept(
    'Volume filled into the reservoir, net',
    mdc(157994, 'MDC_VOL_FLUID_CONTAINER_START'),
    own('filled', 'filled volume'),
  ),
  flushed: concept('Volume flushed through the bolus path, past the reservoir', own('flushed', 'flushed volume')),
  actualFlow: concept(
    'Actual flow of the pump over the interval since the last fill',
    mdc(157784, 'MDC_FLOW_FLUID_PUMP'),
    own('actual-flow', 'actual flow'),
  ),
  deviation: concept(
    'Deviation of the actual flow from the label, 100 (actual - label) / label, (+) fast',
    own('deviation-percent', 'deviation from label flow'),
  ),
  peakPressure: concept('Peak pressure in the refill line, gauge', own('peak-line-pressure', 'peak line pressure')),
  staticPressure: concept(
    'Static pressure of the reservoir after access, gauge',
    own('static-reservoir-pressure', 'static reservoir pressure'),
  ),
} as const;

export const CHANNELS = {
  reservoirLevel: {
    type: concept('Reservoir level', mdc(157872, 'MDC_VOL_FLUID_TBI_REMAIN')),
    unit: concept('millilitre', mdc(263762, 'MDC_DIM_MILLI_L'), { system: UCUM, code: 'mL', display: 'mL' }),
    ucum: 'mL',
    category: 'calculation',
  },
  lineFlow: {
    type: concept('Flow in the refill line, (+) into the pump', mdc(158014, 'MDC_FLOW_FLUID_PUMP_CURRENT')),
    unit: concept('millilitre per minute', mdc(265234, 'MDC_DIM_MILLI_L_PER_MIN'), {
      system: UCUM,
      code: 'mL/min',
      display: 'mL/min',
    }),
    ucum: 'mL/min',
    category: 'measurement',
  },
  linePressure: {
    type: concept('Gauge pressure in the refill line', own('line-pressure', 'line pressure')),
    unit: concept('kilopascal', mdc(265987, 'MDC_DIM_KILO_PASCAL'), { system: UCUM, code: 'kPa', display: 'kPa' }),
    ucum: 'kPa',
    category: 'measurement',
  },
  fluidTemperature: {
    type: concept('Temperature of the fluid in the refill line', own('fluid-temperature', 'fluid temperature')),
    unit: concept('degree Celsius', mdc(268192, 'MDC_DIM_DEGC'), { system: UCUM, code: 'Cel', display: '°C' }),
    ucum: 'Cel',
    category: 'measurement',
  },
} as const;
export type MetricName = keyof typeof CHANNELS;

/** CPT (American Medical Association): refilling and maintenance of an implantable pump for systemic delivery. */
export const REFILL_PROCEDURE = concept('Refill of an implanted hepatic artery infusion pump', {
  system: 'http://www.ama-assn.org/go/cpt',
  code: '96522',
  display: 'Refilling and maintenance of implantable pump or reservoir for drug delivery, systemic',
});

/** HL7 v3 ActReason: what carries it comes from no patient. */
export const TEST_DATA: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason',
  code: 'HTEST',
  display: 'test health data',
};

export const quantity = (value: number, ucum: string) => ({ value, unit: ucum, system: UCUM, code: ucum });
