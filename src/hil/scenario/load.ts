/** Reads scenario files; every mistake is named with its line and column, and what to do. */
import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { configSchema } from '../../config.ts';
import { nearest } from '../../nearest.ts';
import { EXPECTATION_FORMS, type Expectation, type ExpectationKind } from './expectations.ts';
import { expectationKinds, type ScenarioFile, scenarioSchema } from './schema.ts';
import { ACTS } from './steps.ts';

const MOST_BYTES = 1_000_000;
const MOST_PROBLEMS = 30;
const EXPECTATION_KEYS = ['requirement', 'hazard', 'note', 'on'];

/** One line per problem: `file:line:column: where: what`. */
export class ScenarioProblems extends Error {
  override readonly name = 'ScenarioProblems';
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.lines = lines;
  }
}

export interface LoadedScenario {
  readonly file: string;
  readonly scenario: ScenarioFile;
  /** Line of each expectation and step in the file. */
  readonly lines: { readonly expect: readonly number[]; readonly steps: readonly number[] };
}

/** Files as given, and every `.yaml` of folders. Throws `ScenarioProblems` when one cannot be found. */
export function scenarioFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    let folder: boolean;
    try {
      folder = statSync(path).isDirectory();
    } catch {
      throw new ScenarioProblems([`${path}: is not there: name a scenario file, or a folder of them`]);
    }
    if (!folder) return [path];
    const files = readdirSync(path).filter((name) => name.endsWith('.yaml'));
    if (files.length === 0) throw new ScenarioProblems([`${path}: holds no .yaml file`]);
    return files.sort().map((name) => join(path, name));
  });
}

/** Throws `ScenarioProblems`. */
export function loadScenario(file: string): LoadedScenario {
  let bytes: Buffer;
  try {
    const { size } = statSync(file);
    if (size > MOST_BYTES) throw new ScenarioProblems([`${file}: longer than ${MOST_BYTES} bytes`]);
    bytes = readFileSync(file);
  } catch (error) {
    if (error instanceof ScenarioProblems) throw error;
    throw new ScenarioProblems([`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`]);
  }
  if (!isUtf8(bytes)) {
    throw new ScenarioProblems([
      `${file}: is no text: a scenario is a YAML file in UTF-8; a capture to play it on is named by --target replay:FILE`,
    ]);
  }
  return parseScenario(bytes.toString('utf8'), file);
}

/** The same of a text; `file` is for messages. */
export function parseScenario(text: string, file: string): LoadedScenario {
  if (text.length > MOST_BYTES) throw new ScenarioProblems([`${file}: longer than ${MOST_BYTES} characters`]);
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const place = (offset: number) => {
    const { line, col } = counter.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    const problems = document.errors.slice(0, MOST_PROBLEMS);
    throw new ScenarioProblems(problems.map((e) => `${place(e.pos[0])}: ${shown(e.message.split('\n')[0] ?? '')}`));
  }
  const issues: Issue[] = [];
  const raw: unknown = document.toJS({ maxAliasCount: 100 });
  const read = scenarioSchema.safeParse(raw);
  if (!read.success) issues.push(...read.error.issues.flatMap((i) => spread(i)));
  const expect = read.success ? read.data.expect.map((one, i) => expectationOf(one, i, issues)) : [];
  if (read.success) issues.push(...meaning(read.data, file));
  if (issues.length > 0 || !read.success) {
    const lines = issues.slice(0, MOST_PROBLEMS).map((issue) => {
      return `${place(offsetOf(document, issue))}: ${words(issue)}`;
    });
    throw new ScenarioProblems(lines);
  }
  const lineOf = (path: readonly PropertyKey[]) => counter.linePos(offsetOf(document, { path, what: '' })).line;
  return {
    file,
    scenario: { ...read.data, expect: expect.filter((one) => one !== null) },
    lines: {
      expect: read.data.expect.map((_, i) => lineOf(['expect', i])),
      steps: read.data.steps.map((_, i) => lineOf(['steps', i])),
    },
  };
}

/** An excerpt of the file may be in it, and what is in the file must not steer a terminal. */
const shown = (message: string) => message.replace(/\p{C}/gu, '·');

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly what: string;
  /** Point at this key of the map at `path`. */
  readonly key?: string;
}

function spread(issue: z.core.$ZodIssue): Issue[] {
  const path = issue.path;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path, key, what: unknown(path, key) }));
  return [{ path, what: issue.message }];
}

/** Every key that may stand there, as far as the schema says it. */
function unknown(path: readonly PropertyKey[], key: string): string {
  const known =
    path[0] === 'steps' && path.length === 2 ? [...Object.keys(ACTS), 'id', 'at', 'when', 'after', 'on'] : keysAt(path);
  const near = nearest(key, known);
  const hint = near === null ? (known.length > 0 ? `; known: ${known.join(', ')}` : '') : `; did you mean ${near}?`;
  return `unknown key ${JSON.stringify(key)}${hint}`;
}

function keysAt(path: readonly PropertyKey[]): string[] {
  let at = z.toJSONSchema(scenarioSchema, { io: 'input', unrepresentable: 'any' }) as Schema | undefined;
  for (const part of path) at = typeof part === 'number' ? at?.items : at?.properties?.[String(part)];
  return Object.keys(at?.properties ?? {});
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

function expectationOf(given: unknown, index: number, issues: Issue[]): Expectation | null {
  const path = ['expect', index];
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    issues.push({ path, what: `an expectation is a section with one of ${expectationKinds.join(', ')}` });
    return null;
  }
  const keys = Object.keys(given);
  const kinds = keys.filter((key): key is ExpectationKind => expectationKinds.includes(key as ExpectationKind));
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    const odd = keys.find((key) => !EXPECTATION_KEYS.includes(key) && !kinds.includes(key as ExpectationKind));
    const near = odd === undefined ? null : nearest(odd, expectationKinds);
    const what =
      kinds.length > 1
        ? `expects ${kinds.join(' and ')}: one to an expectation`
        : `expects nothing that is known${near ? `; did you mean ${near}?` : `: one of ${expectationKinds.join(', ')}`}`;
    issues.push({ path, what, ...(odd === undefined ? {} : { key: odd }) });
    return null;
  }
  const read = EXPECTATION_FORMS[kind].safeParse(given);
  if (read.success) return read.data as Expectation;
  for (const issue of read.error.issues) {
    const here = [...path, ...issue.path];
    if (issue.code !== 'unrecognized_keys') issues.push({ path: here, what: issue.message });
    else {
      const known = issue.path.length === 0 ? EXPECTATION_KEYS : keysOfKind(kind);
      for (const key of issue.keys) {
        const near = nearest(key, known);
        issues.push({
          path: here,
          key,
          what: `unknown key ${JSON.stringify(key)}${near ? `; did you mean ${near}?` : `; known: ${known.join(', ')}`}`,
        });
      }
    }
  }
  return null;
}

function keysOfKind(kind: ExpectationKind): string[] {
  const schema = z.toJSONSchema(EXPECTATION_FORMS[kind], { io: 'input', unrepresentable: 'any' }) as Schema;
  return Object.keys(schema.properties?.[kind]?.properties ?? {});
}

/** What only makes sense or not when one looks at several parts. */
function meaning(scenario: z.infer<typeof scenarioSchema>, file: string): Issue[] {
  const { setup, steps } = scenario;
  const issues: Issue[] = [];
  const named = basename(file).replace(/\.yaml$/, '');
  if (scenario.scenario !== named && file.endsWith('.yaml')) {
    issues.push({ path: ['scenario'], what: `is ${scenario.scenario}, but the file is called ${named}.yaml` });
  }
  const config = configSchema.safeParse(setup.daemon);
  if (!config.success) {
    for (const { path, message } of config.error.issues) {
      issues.push({ path: ['setup', 'daemon', ...path], what: message });
    }
  }
  steps.forEach((step, i) => {
    if (step.on > setup.stations.length) {
      issues.push({ path: ['steps', i, 'on'], what: `there are ${setup.stations.length} stations` });
    }
    if (step.broker !== undefined && setup.broker !== 'apart') {
      issues.push({
        path: ['steps', i, 'broker'],
        what: 'only a broker apart can be cut off: set setup.broker: apart',
      });
    }
  });
  return issues;
}

function offsetOf(document: Document, issue: Issue): number {
  for (let depth = issue.path.length; depth >= 0; depth--) {
    const node = depth === 0 ? document.contents : document.getIn(issue.path.slice(0, depth) as never, true);
    if (node === undefined || node === null) continue;
    if (depth === issue.path.length && issue.key !== undefined && isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === issue.key);
      const at = pair !== undefined && isScalar(pair.key) ? pair.key.range?.[0] : undefined;
      if (at !== undefined) return at;
    }
    const range = (node as { range?: readonly number[] | null }).range;
    if (range?.[0] !== undefined) return range[0];
  }
  return 0;
}

function words({ path, what }: Issue): string {
  const where = path.map((part) => (typeof part === 'number' ? `[${part + 1}]` : `.${String(part)}`)).join('');
  return `${where.replace(/^\./, '')}${where === '' ? '' : ': '}${what}`;
}
