/** Reads requirements and hazards, and what scenario files say they verify. Every mistake is named with file and place. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import type { Claim } from './matrix.ts';
import { HAZARD_ID, hazardsFileSchema, REQUIREMENT_ID, requirementsFileSchema, type Trace } from './schema.ts';

const MOST_BYTES = 2_000_000;

/** One line per problem: `file:line:column: what`. */
export class TraceProblems extends Error {
  override readonly name = 'TraceProblems';
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.lines = lines;
  }
}

/** `docs` holds the two files. Throws `TraceProblems`. */
export function loadTrace(docs: string): Trace {
  const { requirements } = readYaml(join(docs, 'requirements.yaml'), requirementsFileSchema);
  const { hazards } = readYaml(join(docs, 'hazards.yaml'), hazardsFileSchema);
  const problems = [
    ...twice(requirements).map((id) => `requirements.yaml: ${id} stands there twice: give the second one its own id`),
    ...twice(hazards).map((id) => `hazards.yaml: ${id} stands there twice: give the second one its own id`),
  ];
  const known = new Set(requirements.map(({ id }) => id));
  for (const { id, controls } of hazards) {
    for (const { requirement } of controls) {
      if (!known.has(requirement)) problems.push(`hazards.yaml: ${id} names ${requirement}, which is no requirement`);
    }
    for (const requirement of twice(controls.map((control) => ({ id: control.requirement })))) {
      problems.push(`hazards.yaml: ${id} names ${requirement} twice: remove one`);
    }
  }
  if (problems.length > 0) throw new TraceProblems(problems);
  return { requirements, hazards };
}

/**
 * What scenario files under `folder` name anywhere in them, whatever their form: one claim per scenario and id. A folder that
 * is not there holds none. A file that is no YAML is skipped here; the scenario loader says what is wrong with it.
 */
export function claimsOfScenarios(folder: string): Claim[] {
  let files: string[];
  try {
    files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /\.ya?ml$/.test(path));
  } catch {
    return [];
  }
  return files.sort().flatMap((path) => {
    const document = parseDocument(readFileSync(join(folder, path), 'utf8').slice(0, MOST_BYTES));
    if (document.errors.length > 0) return [];
    const scenario = basename(path).replace(/\.ya?ml$/, '');
    return [...new Set(idsIn(document.toJS()))].map((id) => ({ id, by: `scenario:${scenario}` }));
  });
}

function idsIn(value: unknown): string[] {
  if (typeof value === 'string') return REQUIREMENT_ID.test(value) || HAZARD_ID.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(idsIn);
}

function twice(list: readonly { readonly id: string }[]): string[] {
  const seen = new Set<string>();
  return list.filter(({ id }) => seen.size === seen.add(id).size).map(({ id }) => id);
}

function readYaml<S extends z.ZodType>(file: string, schema: S): z.output<S> {
  const name = basename(file);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new TraceProblems([`${file}: cannot be read (${(error as NodeJS.ErrnoException).code}): is it there?`]);
  }
  if (text.length > MOST_BYTES) throw new TraceProblems([`${name}: longer than ${MOST_BYTES} characters`]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    throw new TraceProblems(
      document.errors.map(({ pos, message }) => `${name}:${place(lines, pos[0])}: ${message.split('\n')[0]}`),
    );
  }
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  throw new TraceProblems(
    parsed.error.issues.slice(0, 50).map(({ path, message }) => {
      const node = document.getIn(path, true) ?? document.getIn(path.slice(0, -1), true);
      const at = (node as { range?: [number, number, number] } | undefined)?.range?.[0] ?? 0;
      return `${name}:${place(lines, at)}: ${path.join('.')}: ${message}`;
    }),
  );
}

function place(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
}
