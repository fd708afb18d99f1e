import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pump, PumpModel } from '../../../src/refill/model.ts';
import { CSV_COLUMNS, pumpsFromCsv, pumpsToCsv } from '../../../src/refill/register/csv.ts';
import { modelsToJson, modelsWith, pumpsFromJson, pumpsToJson } from '../../../src/refill/register/json.ts';
import { asLine, type Imported } from '../../../src/refill/register/problems.ts';
import { SHIPPED_MODELS } from '../../../src/refill/register/pump-models.ts';
import { pumpModelSchema } from '../../../src/refill/register/schema.ts';

const MODELS = SHIPPED_MODELS;
const HEADER = CSV_COLUMNS.join(',');
const GOOD = 'p-1,intera-3000,P0042,(01)00850014110147(21)P0042,1.3,study-017';

function problems(imported: Imported<unknown>): string[] {
  return imported.ok ? [] : imported.problems.map(asLine);
}

const fills = fc
  .array(fc.record({ days: fc.integer({ min: 1, max: 60 }), filledMl: fc.integer({ min: 100, max: 300 }) }), {
    maxLength: 6,
  })
  .map((list) => {
    let atMs = Date.UTC(2024, 0, 1, 7, 30);
    return list.map(({ days, filledMl }, i) => {
      atMs += days * 86_400_000;
      const first = i === 0;
      return {
        atMs,
        filledMl: filledMl / 10,
        ...(i % 2 === 0 ? { filledU95Ml: 0.28 } : {}),
        residualMl: first ? null : 5.25,
        actualFlow: first ? null : { value: 1.314, u95: 0.02 },
      };
    });
  });
const pumps = fc.uniqueArray(
  fc.record({
    pump: fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/),
    model: fc.constantFrom(...MODELS),
    serial: fc.constantFrom('P0042', 'SN 7, left', 'with "quotes"', '=1+1', '-7', '0815'),
    udi: fc.constantFrom(null, '+H123/$$42', '(01)00850014110147(21)1'),
    labelFlowMlPerDay: fc.constantFrom(0.3, 1.27, 3.4),
    patientRef: fc.constantFrom(null, 'study-017'),
    fills,
  }),
  { selector: (p) => p.pump, maxLength: 5 },
);

describe('shipped models', () => {
  it('satisfy the schema, and say which of their figures nobody has confirmed', () => {
    for (const model of SHIPPED_MODELS) {
      expect(pumpModelSchema.safeParse(model).error).toBeUndefined();
      for (const name of model.unverified ?? []) expect(Object.keys(model)).toContain(name);
      expect(model.unverified).toContain('deadVolumeMl');
      expect(model.source.length).toBeGreaterThan(20);
    }
    expect(new Set(SHIPPED_MODELS.map((m) => m.model)).size).toBe(SHIPPED_MODELS.length);
  });

  it('has the UDI-DI with a right check digit (GS1, weights 3 and 1)', () => {
    const digits = [...(SHIPPED_MODELS[0]?.udiDi ?? '')].map(Number);
    const sum = digits.reduce((total, digit, i) => total + digit * (i % 2 === 0 ? 3 : 1), 0);
    expect(digits).toHaveLength(14);
    expect(sum % 10).toBe(0);
  });

  it('give way to a model of the same name that the site adds', () => {
    const own: PumpModel = { ...(SHIPPED_MODELS[0] as PumpModel), deadVolumeMl: 2.2, unverified: [] };
    const all = modelsWith(SHIPPED_MODELS, modelsToJson([own, { ...own, model: 'house-pump' }]));
    expect(all.ok && all.value.length).toBe(SHIPPED_MODELS.length + 1);
    expect(all.ok && all.value.filter((m) => m.model === 'intera-3000').map((m) => m.deadVolumeMl)).toEqual([2.2]);
  });

  it('refuses a file with a mistake, and says where', () => {
    const text = modelsToJson([{ ...(SHIPPED_MODELS[0] as PumpModel), capacityMl: 30_000 }]);
    expect(problems(modelsWith([], text))).toEqual([
      expect.stringMatching(/^line 8, models\[0\]\.capacityMl: .*<=100: correct the value, or its unit$/),
    ]);
    expect(problems(modelsWith([], '{ "format": "hai-bridge pump models",\n "version": 1,\n "models": [}'))[0]).toMatch(
      /^line 3: is not JSON/,
    );
  });
});

describe('export and import', () => {
  it('come out as they went in, as CSV and as JSON', () => {
    fc.assert(
      fc.property(pumps, (list: Pump[]) => {
        const byId = (a: Pump, b: Pump) => (a.pump < b.pump ? -1 : 1);
        const csv = pumpsFromCsv(pumpsToCsv(list), MODELS);
        expect(problems(csv)).toEqual([]);
        expect(csv.ok && [...csv.value].sort(byId)).toEqual([...list].sort(byId));
        expect(pumpsFromJson(pumpsToJson(list), MODELS)).toEqual({ ok: true, value: list });
      }),
      { numRuns: 60 },
    );
  });

  it('never lets a spreadsheet see a formula', () => {
    const [first] = fc.sample(pumps, { numRuns: 50, seed: 1 }).flat();
    const csv = pumpsToCsv([{ ...(first as Pump), serial: '=HYPERLINK("x")' }]);
    expect(csv).not.toMatch(/(^|,|")=/m);
  });

  it('writes times in UTC, so that nobody’s summer time moves a fill', () => {
    const text = `${HEADER}\n${GOOD},2026-03-29T01:30:00+01:00,30,,,,,\n${GOOD},2026-03-29T03:30:00+02:00,30,,,5,,`;
    const read = pumpsFromCsv(text, MODELS);
    // One hour between 01:30 and 03:30 on the night the clocks go forward.
    const [a, b] = read.ok ? (read.value[0]?.fills ?? []) : [];
    expect((b?.atMs ?? 0) - (a?.atMs ?? 0)).toBe(3_600_000);
    expect(read.ok && pumpsToCsv(read.value)).toContain('2026-03-29T00:30:00.000Z');
  });
});

describe('what is refused, with line and column', () => {
  const row = (fill: string) => problems(pumpsFromCsv(`${HEADER}\n${GOOD},${fill}`, MODELS));

  it.each([
    ['2026-03-29T01:30:00,30,,,,,', /^line 2, filled_at: .* is no time with its zone/],
    ['29.3.2026,30,,,,,', /^line 2, filled_at/],
    ['2026-02-31T01:30:00Z,30,,,,,', /^line 2, filled_at/],
    ['2026-02-01T25:30:00Z,30,,,,,', /^line 2, filled_at/],
    ['2026-02-01T01:30:00Z,"30,0",,,,,', /^line 2, filled_mL: "30,0" is not a number: write it like 12\.5/],
    ['2026-02-01T01:30:00Z,30000,,,,,', /^line 2, filled_mL: .*: correct the value, or its unit/],
    ['2026-02-01T01:30:00Z,,,,,,', /^line 2, filled_mL: "" is not a number/],
    ['2026-02-01T01:30:00Z,30,,,,1.3,', /^line 2, actual_flow_u95_mL_per_d: is empty/],
  ])('%s', (fill, expected) => {
    expect(row(fill)).toEqual([expect.stringMatching(expected)]);
  });

  const lines = (...all: string[]) => problems(pumpsFromCsv([HEADER, ...all].join('\r\n'), MODELS));
  const none = ',,,,,,,';

  it('a patient’s name', () => {
    expect(lines(`p-1,intera-3000,P1,,1.3,Jane Doe${none}`)).toEqual([
      expect.stringMatching(/^line 2, patient_ref: a pseudonym, never a name/),
    ]);
  });

  it('a model nobody knows, and a pump with no label flow', () => {
    expect(lines(`p-1,intera-9000,P1,,1.3,${none}`)).toEqual([
      expect.stringMatching(/^line 2, model: intera-9000 is not known: use one of intera-3000, /),
    ]);
    expect(lines(`p-1,intera-3000,P1,,0,${none}`)).toEqual([expect.stringMatching(/^line 2, label_flow_mL_per_d: /)]);
  });

  it('two rows of one pump that contradict each other', () => {
    const other = GOOD.replace('1.3', '1.2');
    expect(lines(`${GOOD},2026-01-01T08:00Z,30,,,,,`, '', `${other},2026-01-15T08:00Z,30,,,9,,`)).toEqual([
      'line 4, label_flow_mL_per_d: differs from line 2 of the same pump: make them the same',
    ]);
  });

  it('fills out of order, and more drained than was filled', () => {
    expect(lines(`${GOOD},2026-01-15T08:00Z,30,,,,,`, `${GOOD},2026-01-01T08:00Z,30,,,9,,`)).toEqual([
      expect.stringMatching(/^line 3, filled_at: must be later than the fill before/),
    ]);
    expect(lines(`${GOOD},2026-01-01T08:00Z,20,,,,,`, `${GOOD},2026-01-15T08:00Z,30,,,25,,`)).toEqual([
      expect.stringMatching(/^line 3, residual_mL: more than was filled before/),
    ]);
  });

  it('a table of somebody else', () => {
    const found = problems(pumpsFromCsv('pump,filled_ml\np-1,30', MODELS));
    expect(found).toContain(`line 1, filled_ml: this column is not known: use ${CSV_COLUMNS.join(', ')}`);
    expect(found).toContain('line 1, filled_mL: this column is missing: add it, with the unit in its name');
    expect(problems(pumpsFromCsv(`${HEADER}\n${GOOD},"2026`, MODELS))[0]).toMatch(/^line 2: /);
    expect(problems(pumpsFromCsv(`${HEADER}\n${GOOD}`, MODELS))[0]).toMatch(/^line 2: /);
  });

  it('JSON that is none, of another kind, or with a pump twice', () => {
    expect(problems(pumpsFromJson('[]', MODELS))[0]).toMatch(/^file: /);
    const one = { pump: 'a', model: 'intera-3000', serial: 'x', labelFlowMlPerDay: 1.3 };
    const file = { format: 'hai-bridge pumps', version: 1 };
    const twice = JSON.stringify({ ...file, pumps: [one, one] });
    expect(problems(pumpsFromJson(twice, MODELS))).toEqual(['pumps[1].pump: is there twice: remove one']);
    const name = JSON.stringify({ ...file, pumps: [{ ...one, patientName: 'Doe' }] });
    expect(problems(pumpsFromJson(name, MODELS))[0]).toMatch(/^line 1, pumps\[0\]: .*patientName/);
  });

  it('never more than fifty at once', () => {
    const many = Array.from({ length: 200 }, (_, i) => `p-${i},intera-3000,P1,,x,${none}`);
    expect(lines(...many)).toHaveLength(50);
  });
});
