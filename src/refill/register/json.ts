/** The pump register, and a site's own pump models, as JSON. */
import { isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import type { Pump, PumpModel } from '../model.ts';
import { fail, type Imported, LONGEST_FILE, pathText, remedyOf } from './problems.ts';
import { MOST_PUMPS, pumpModelSchema, pumpOf, pumpRecordSchema, recordOf } from './schema.ts';

const LONGEST_LOOKED_AT = 2 * 1024 * 1024;
const PUMPS = 'hai-bridge pumps';
const MODELS = 'hai-bridge pump models';

const pumpsFile = z.strictObject({
  format: z.literal(PUMPS),
  version: z.literal(1),
  pumps: z.array(pumpRecordSchema).max(MOST_PUMPS),
});
const modelsFile = z.strictObject({
  format: z.literal(MODELS),
  version: z.literal(1),
  models: z.array(pumpModelSchema).max(1000),
});

export function pumpsToJson(pumps: readonly Pump[]): string {
  return `${JSON.stringify({ format: PUMPS, version: 1, pumps: pumps.map(recordOf) }, null, 2)}\n`;
}

/** All or nothing. */
export function pumpsFromJson(text: string, models: readonly PumpModel[]): Imported<readonly Pump[]> {
  const read = readJson(text, pumpsFile);
  if (!read.ok) return read;
  const twice = firstTwice(read.value.pumps.map((p) => p.pump));
  if (twice !== null)
    return fail([{ line: null, where: `pumps[${twice}].pump`, what: 'is there twice', remedy: 'remove one' }]);
  const known = models.map((m) => m.model).join(', ');
  const pumps: Pump[] = [];
  for (const [i, record] of read.value.pumps.entries()) {
    const pump = pumpOf(record, models);
    const where = `pumps[${i}].model`;
    if (pump === null)
      return fail([{ line: null, where, what: `${record.model} is not known`, remedy: `use one of ${known}` }]);
    pumps.push(pump);
  }
  return { ok: true, value: pumps };
}

export function modelsToJson(models: readonly PumpModel[]): string {
  return `${JSON.stringify({ format: MODELS, version: 1, models }, null, 2)}\n`;
}

/** The shipped models with the site's own: of two with one name, the site's stands. */
export function modelsWith(shipped: readonly PumpModel[], siteFile: string): Imported<readonly PumpModel[]> {
  const read = readJson(siteFile, modelsFile);
  if (!read.ok) return read;
  const own = read.value.models;
  const twice = firstTwice(own.map((m) => m.model));
  if (twice !== null)
    return fail([{ line: null, where: `models[${twice}].model`, what: 'is there twice', remedy: 'remove one' }]);
  const names = new Set(own.map((m) => m.model));
  return { ok: true, value: [...shipped.filter((m) => !names.has(m.model)), ...own] };
}

function readJson<T>(text: string, schema: z.ZodType<T>): Imported<T> {
  if (text.length > LONGEST_FILE) {
    return fail([{ line: null, where: null, what: 'the file is too long', remedy: 'import it in parts' }]);
  }
  const plain = text.replace(/^\ufeff/, '');
  let value: unknown;
  try {
    value = JSON.parse(plain);
  } catch (error) {
    const what = `is not JSON: ${error instanceof Error ? error.message : String(error)}`;
    return fail([{ line: new Places(plain).broken, where: null, what, remedy: 'correct it there' }]);
  }
  const checked = schema.safeParse(value);
  if (checked.success) return { ok: true, value: checked.data };
  const places = new Places(plain);
  return fail(
    checked.error.issues.map((issue) => ({
      line: places.of(issue.path),
      where: pathText(issue.path) || null,
      what: issue.message,
      remedy: remedyOf(issue),
    })),
  );
}

/** Lines of a JSON text: JSON is YAML, and a YAML parser keeps places. Only for texts that a person could look at. */
class Places {
  private readonly lines = new LineCounter();
  private readonly document: ReturnType<typeof parseDocument> | null;

  constructor(text: string) {
    const looked = text.length <= LONGEST_LOOKED_AT;
    this.document = looked ? parseDocument(text, { lineCounter: this.lines, prettyErrors: false }) : null;
  }

  /** Where it stops being JSON. */
  get broken(): number | null {
    const at = this.document?.errors[0]?.pos[0];
    return at === undefined ? null : this.lines.linePos(at).line;
  }

  of(path: readonly PropertyKey[]): number | null {
    for (let depth = path.length; depth > 0; depth--) {
      const node = this.document?.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return this.lines.linePos(node.range[0]).line;
    }
    return null;
  }
}

function firstTwice(names: readonly string[]): number | null {
  const at = names.findIndex((name, i) => names.indexOf(name) !== i);
  return at < 0 ? null : at;
}
