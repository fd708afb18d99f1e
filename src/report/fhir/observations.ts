/** What was measured and inferred, each with its 95 % interval; and the curves. */
import type { Estimate } from '../../refill/model.ts';
import type { RefillReport } from '../report.ts';
import { CHANNELS, type CodeableConcept, type MetricName, QUANTITIES, quantity, UCUM } from './codes.ts';
import { type Entries, instant, type Reference } from './references.ts';

const U95 = { text: 'half width of the 95 % interval' };
/** FHIR: decimal places are significant; more than this is noise. */
const tidy = (value: number) => Number(value.toFixed(3));

interface Said {
  readonly name: string;
  readonly code: CodeableConcept;
  readonly ucum: string;
  readonly value: Estimate | number | null;
  readonly band?: number;
  readonly comparator?: '>=';
  readonly interpretation?: string;
}

export function addObservations(entries: Entries, report: RefillReport, subject: object): string[] {
  const { state } = report.record;
  const r = state.reconciliation;
  const said: Said[] = [
    { name: 'residual', code: QUANTITIES.residual, ucum: 'mL', value: state.residual },
    { name: 'expected-residual', code: QUANTITIES.expectedResidual, ucum: 'mL', value: r?.expectedResidual ?? null },
    {
      name: 'actual-flow',
      code: QUANTITIES.actualFlow,
      ucum: 'mL/d',
      value: r?.actualFlow ?? null,
      ...(r?.atLeast && { comparator: '>=' }),
    },
    {
      name: 'deviation',
      code: QUANTITIES.deviation,
      ucum: '%',
      value: r?.deviationPercent ?? null,
      ...(r?.atLeast && { comparator: '>=' }),
      ...(r && { band: r.bandPercent, interpretation: r.verdict }),
    },
    { name: 'filled', code: QUANTITIES.filled, ucum: 'mL', value: state.filled },
    { name: 'flushed', code: QUANTITIES.flushed, ucum: 'mL', value: state.flushed ?? null },
    { name: 'peak-pressure', code: QUANTITIES.peakPressure, ucum: 'kPa', value: state.pressure.peakKpa },
    { name: 'static-pressure', code: QUANTITIES.staticPressure, ucum: 'kPa', value: state.pressure.staticKpa },
  ];
  const common = { status: state.outcome === 'in-progress' ? 'preliminary' : 'final', subject };
  const names: string[] = [];
  for (const { name, code, ucum, value, band, interpretation, comparator } of said) {
    if (value === null) continue;
    const { value: number, u95 } = typeof value === 'number' ? { value, u95: null } : value;
    names.push(name);
    entries.add(name, {
      resourceType: 'Observation',
      ...common,
      code,
      effectiveDateTime: instant(state.atMs),
      device: entries.to('station'),
      focus: [entries.to('pump')],
      valueQuantity: { ...quantity(tidy(number), ucum), ...(comparator && { comparator }) },
      ...(interpretation && { interpretation: [{ text: interpretation }] }),
      ...(band !== undefined && {
        referenceRange: [
          { low: quantity(-band, ucum), high: quantity(band, ucum), text: "the pump's own band around its label flow" },
        ],
      }),
      ...(u95 !== null && { component: [{ code: U95, valueQuantity: quantity(tidy(u95), ucum) }] }),
    });
  }
  return [...names, ...addCurves(entries, report, common)];
}

function addCurves(entries: Entries, { curves }: RefillReport, common: object): string[] {
  const lines: Record<MetricName, readonly (number | null)[]> = {
    reservoirLevel: curves.levelMl,
    lineFlow: curves.lineFlowMlPerMin,
    linePressure: curves.linePressureKpa,
    fluidTemperature: curves.fluidTemperatureCel,
  };
  const names: string[] = [];
  for (const [metric, values] of Object.entries(lines) as [MetricName, readonly (number | null)[]][]) {
    if (values.every((v) => v === null)) continue;
    const { type, ucum } = CHANNELS[metric];
    const name = `curve/${metric}`;
    names.push(name);
    const device: Reference = entries.to(`metric/${metric}`);
    entries.add(name, {
      resourceType: 'Observation',
      ...common,
      code: type,
      effectivePeriod: {
        start: instant(curves.fromMs),
        end: instant(curves.fromMs + (values.length - 1) * curves.stepMs),
      },
      device,
      valueSampledData: {
        origin: { value: 0, unit: ucum, system: UCUM, code: ucum },
        period: curves.stepMs,
        dimensions: 1,
        // "E": no value at this moment.
        data: values.map((v) => (v === null ? 'E' : String(v))).join(' '),
      },
    });
  }
  return names;
}
