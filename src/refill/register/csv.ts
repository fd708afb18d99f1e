/**
 * The pump register as a table: one row a fill, or one row for a pump without fills; what belongs to the pump is repeated.
 * RFC 4180, UTF-8, comma, header line. Units stand in the column names, and times carry their zone: a table from somewhere
 * else cannot be taken for one of ours by mistake.
 */
import { CsvError, parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import type { Pump, PumpModel } from '../model.ts';
import { fail, type Imported, type ImportProblem, LONGEST_FILE, remedyOf } from './problems.ts';
import { type PumpRecord, pumpOf, pumpRecordSchema } from './schema.ts';

const PUMP_COLUMNS = ['pump', 'model', 'serial', 'udi', 'label_flow_mL_per_d', 'patient_ref'] as const;
const FILL_COLUMNS = [
  'filled_at',
  'filled_mL',
  'filled_u95_mL',
  'density_g_per_mL',
  'residual_mL',
  'actual_flow_mL_per_d',
  'actual_flow_u95_mL_per_d',
] as const;
export const CSV_COLUMNS = [...PUMP_COLUMNS, ...FILL_COLUMNS] as const;
type Column = (typeof CSV_COLUMNS)[number];
type Row = Record<Column, string>;

/** Schema path -> column. */
const COLUMN_OF: Readonly<Record<string, Column>> = {
  labelFlowMlPerDay: 'label_flow_mL_per_d',
  patientRef: 'patient_ref',
  atMs: 'filled_at',
  filledMl: 'filled_mL',
  filledU95Ml: 'filled_u95_mL',
  densityGPerMl: 'density_g_per_mL',
  residualMl: 'residual_mL',
  value: 'actual_flow_mL_per_d',
  u95: 'actual_flow_u95_mL_per_d',
};

export function pumpsToCsv(pumps: readonly Pump[]): string {
  const rows = pumps.flatMap((pump) => {
    const { serial, udi, labelFlowMlPerDay, patientRef } = pump;
    const own = [pump.pump, pump.model.model, serial, udi, labelFlowMlPerDay, patientRef];
    if (pump.fills.length === 0) return [[...own, ...FILL_COLUMNS.map(() => null)]];
    return pump.fills.map((fill) => [
      ...own,
      new Date(fill.atMs).toISOString(),
      fill.filledMl,
      fill.filledU95Ml ?? null,
      fill.densityGPerMl ?? null,
      fill.residualMl,
      fill.actualFlow?.value ?? null,
      fill.actualFlow?.u95 ?? null,
    ]);
  });
  return stringify(rows, {
    header: true,
    columns: [...CSV_COLUMNS],
    record_delimiter: 'windows',
    escape_formulas: true,
  });
}

/** All or nothing. Without `model` columns of the own register nothing is guessed. */
export function pumpsFromCsv(text: string, models: readonly PumpModel[]): Imported<readonly Pump[]> {
  if (text.length > LONGEST_FILE) return fail([whole('the file is too long', 'import it in parts')]);
  const parsed = table(text);
  if (!parsed.ok) return parsed;
  const problems: ImportProblem[] = [];
  const pumps: Pump[] = [];
  for (const rows of byPump(parsed.value)) {
    const pump = pumpFrom(rows, models, problems);
    if (pump !== null) pumps.push(pump);
  }
  return problems.length === 0 ? { ok: true, value: pumps } : fail(problems);
}

interface NumberedRow {
  readonly line: number;
  readonly row: Row;
}

const whole = (what: string, remedy: string): ImportProblem => ({ line: null, where: null, what, remedy });

function table(text: string): Imported<NumberedRow[]> {
  let records: { info: { lines: number }; record: Record<string, string> }[];
  let header: string[] = [];
  try {
    records = parse(text, {
      bom: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
      // What the export wrote so that no spreadsheet takes it for a formula.
      cast: (cell: string) => cell.replace(/^'(?=[=+\-@])/, ''),
      max_record_size: 10_000,
      columns: (names: string[]) => {
        header = names;
        return names;
      },
    }) as unknown as typeof records;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === 'number' ? error.lines : null;
    return fail([
      { line, where: null, what: error.message, remedy: 'write it as RFC 4180: commas, quotes doubled within quotes' },
    ]);
  }
  const missing = CSV_COLUMNS.filter((name) => !header.includes(name));
  const strange = header.filter((name) => !(CSV_COLUMNS as readonly string[]).includes(name));
  const twice = header.filter((name, i) => header.indexOf(name) !== i);
  const named = [
    ...missing.map((where) => ({
      line: 1,
      where,
      what: 'this column is missing',
      remedy: 'add it, with the unit in its name',
    })),
    ...strange.map((where) => ({
      line: 1,
      where,
      what: 'this column is not known',
      remedy: `use ${CSV_COLUMNS.join(', ')}`,
    })),
    ...twice.map((where) => ({ line: 1, where, what: 'this column is there twice', remedy: 'remove one' })),
  ];
  if (named.length > 0) return fail(named);
  // `lines` counts to the end of a record; none of ours has a line break within.
  return { ok: true, value: records.map(({ info, record }) => ({ line: info.lines, row: record as Row })) };
}

function byPump(rows: readonly NumberedRow[]): NumberedRow[][] {
  const groups = new Map<string, NumberedRow[]>();
  for (const row of rows) {
    const group = groups.get(row.row.pump);
    if (group === undefined) groups.set(row.row.pump, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

function pumpFrom(rows: readonly NumberedRow[], models: readonly PumpModel[], problems: ImportProblem[]): Pump | null {
  const before = problems.length;
  const first = rows[0] as NumberedRow;
  for (const { line, row } of rows.slice(1)) {
    const where = PUMP_COLUMNS.find((name) => row[name] !== first.row[name]);
    if (where === undefined) continue;
    problems.push({
      line,
      where,
      what: `differs from line ${first.line} of the same pump`,
      remedy: 'make them the same',
    });
  }
  const cells = new Cells(problems);
  const { row } = first;
  const filled = rows.filter((r) => FILL_COLUMNS.some((name) => r.row[name] !== ''));
  const record = {
    pump: row.pump,
    model: row.model,
    serial: row.serial,
    udi: row.udi === '' ? null : row.udi,
    labelFlowMlPerDay: cells.number(first, 'label_flow_mL_per_d'),
    patientRef: row.patient_ref === '' ? null : row.patient_ref,
    fills: filled.map((r) => cells.fill(r)),
  };
  if (problems.length > before) return null;
  const checked = pumpRecordSchema.safeParse(record);
  if (!checked.success) {
    for (const issue of checked.error.issues) {
      const [part, index] = issue.path;
      const at = part === 'fills' && typeof index === 'number' ? (filled[index] ?? first) : first;
      const name = String(issue.path.at(-1) ?? '');
      problems.push({ line: at.line, where: COLUMN_OF[name] ?? name, what: issue.message, remedy: remedyOf(issue) });
    }
    return null;
  }
  const pump = pumpOf(checked.data as PumpRecord, models);
  if (pump === null) {
    const known = models.map((m) => m.model).join(', ');
    problems.push({
      line: first.line,
      where: 'model',
      what: `${row.model} is not known`,
      remedy: `use one of ${known}`,
    });
  }
  return pump;
}

/** Reads cells, and notes those that cannot be read. */
class Cells {
  private readonly problems: ImportProblem[];

  constructor(problems: ImportProblem[]) {
    this.problems = problems;
  }

  fill(at: NumberedRow) {
    const value = this.optional(at, 'actual_flow_mL_per_d');
    const u95 = this.optional(at, 'actual_flow_u95_mL_per_d');
    if ((value === null) !== (u95 === null)) {
      const where = value === null ? 'actual_flow_mL_per_d' : 'actual_flow_u95_mL_per_d';
      this.problems.push({ line: at.line, where, what: 'is empty', remedy: 'give flow and uncertainty, or neither' });
    }
    const filledU95Ml = this.optional(at, 'filled_u95_mL');
    const densityGPerMl = this.optional(at, 'density_g_per_mL');
    return {
      atMs: this.time(at, 'filled_at'),
      filledMl: this.number(at, 'filled_mL'),
      ...(filledU95Ml === null ? {} : { filledU95Ml }),
      ...(densityGPerMl === null ? {} : { densityGPerMl }),
      residualMl: this.optional(at, 'residual_mL'),
      actualFlow: value === null || u95 === null ? null : { value, u95 },
    };
  }

  /** A point as the decimal sign, whatever the spreadsheet's language: `1,3` would be two cells. */
  number({ line, row }: NumberedRow, where: Column): number {
    const text = row[where];
    if (/^-?\d{1,9}(\.\d{1,9})?$/.test(text)) return Number(text);
    this.problems.push({ line, where, what: `"${text.slice(0, 40)}" is not a number`, remedy: 'write it like 12.5' });
    return 0;
  }

  optional(at: NumberedRow, where: Column): number | null {
    return at.row[where] === '' ? null : this.number(at, where);
  }

  time({ line, row }: NumberedRow, where: Column): number {
    const text = row[where];
    const iso = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.exec(text);
    const ms = iso === null ? Number.NaN : Date.parse(text);
    // 31 February is read as 3 March by some: a day that does not exist is none.
    const exists = iso !== null && Number(iso[3]) <= new Date(Date.UTC(Number(iso[1]), Number(iso[2]), 0)).getUTCDate();
    if (exists && !Number.isNaN(ms)) return ms;
    const what = `"${text.slice(0, 40)}" is no time with its zone`;
    this.problems.push({
      line,
      where,
      what,
      remedy: 'write it like 2026-03-29T09:30:00+02:00 or 2026-03-29T07:30:00Z',
    });
    return 0;
  }
}
