/** Reads the configuration file. Everything wrong with it is said at once, one line each, with the place and the remedy. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { type Config, configSchema } from './config.ts';
import { explain, keyPath, type Problem, secretsIn } from './config-problems.ts';
import { brokenRules } from './config-rules.ts';
import { knownKeys } from './config-shape.ts';

export const DEFAULT_CONFIG_FILE = 'hai-bridge.yaml';
const LARGEST_FILE = 1024 * 1024;
const MOST_PROBLEMS = 50;

/** The configuration cannot be used. `problems` are lines for people: `file:line:col key: what (got ...) — remedy`. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** A command-line option that wins over the file. */
export interface Override {
  /** As typed, for errors: `--http`. */
  readonly option: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Absolute path of the file, or `built-in defaults`. */
  readonly source: string;
  readonly fromFile: boolean;
}

type Section = Record<string, unknown>;
const isSection = (value: unknown): value is Section =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Source {
  readonly raw: Section;
  /** `file:line:col` of a key or its value. */
  readonly place: (path: readonly PropertyKey[], at: 'key' | 'value') => string;
}

/** As a person in this folder would write it. */
function nameOf(file: string): string {
  const fromHere = relative(process.cwd(), file);
  return fromHere.startsWith('..') ? file : fromHere;
}

function read(file: string): string {
  const name = nameOf(file);
  const fail = (what: string, remedy: string): never => {
    throw new ConfigError([`${name}: ${what} — ${remedy}`]);
  };
  try {
    const found = statSync(file);
    if (!found.isFile()) fail('is not a file', 'give the path of a YAML file');
    if (found.size > LARGEST_FILE)
      fail(`is too big (got ${found.size} bytes, at most ${LARGEST_FILE})`, 'give the right file');
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    if (error instanceof TypeError) return fail('is not UTF-8 text', 'save it as UTF-8');
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT')
      return fail('there is no such file', "correct the path, or write one with 'hai-bridge init'");
    if (code === 'EACCES') return fail('cannot be read by this user', 'let this user read it (chown, chmod)');
    throw error;
  }
}

/** One problem per line of the file: what follows the first one there is mostly its echo. */
function brokenLines(
  errors: readonly { message: string; pos: [number, number] }[],
  at: (offset: number) => string,
): string[] {
  const lines = new Map<string, string>();
  for (const error of errors) {
    const place = at(error.pos[0]);
    const line = place.slice(0, place.lastIndexOf(':'));
    const what = error.message.split('\n')[0] ?? '';
    if (!lines.has(line)) {
      lines.set(line, `${place}: not valid YAML: ${what} — correct the line (indent with spaces, "key: value")`);
    }
  }
  return [...lines.values()].slice(0, MOST_PROBLEMS);
}

function parse(file: string): Source {
  const name = nameOf(file);
  const text = read(file);
  const lines = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  let raw: unknown;
  let document: ReturnType<typeof parseDocument>;
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
    const broken = [...document.errors, ...document.warnings];
    if (broken.length > 0) throw new ConfigError(brokenLines(broken, at));
    raw = document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const what = error instanceof Error ? error.message : String(error);
    throw new ConfigError([
      `${name}:1:1: cannot be read as YAML: ${what} — write it by the example of 'hai-bridge init'`,
    ]);
  }
  if (!isSection(raw)) {
    throw new ConfigError([`${name}:1:1: must be keys with values, such as "site: clinic" — see 'hai-bridge init'`]);
  }
  const place: Source['place'] = (path, which) => {
    let node: unknown = document.contents;
    let offset = 0;
    for (const [index, key] of path.entries()) {
      if (isAlias(node)) node = node.resolve(document);
      const pair = isMap(node) ? node.items.find((i) => isScalar(i.key) && i.key.value === String(key)) : undefined;
      node = pair ? pair.value : isSeq(node) ? node.items[Number(key)] : undefined;
      const ofKey = pair && isScalar(pair.key) ? pair.key.range?.[0] : undefined;
      const ofValue = isNode(node) ? node.range?.[0] : undefined;
      const wantsKey = which === 'key' && index === path.length - 1;
      // What is missing is reported where its section begins.
      offset = (wantsKey ? ofKey : ofValue) ?? ofKey ?? offset;
    }
    return at(offset);
  };
  return { raw, place };
}

/** An empty section (`http:` with nothing below) means its defaults; an empty unknown key stays, to be complained about. */
function withoutEmpty(value: unknown, path: readonly PropertyKey[], root: Section): unknown {
  if (Array.isArray(value)) return value.map((v, i) => withoutEmpty(v, [...path, i], root));
  if (!isSection(value)) return value;
  const known = knownKeys(path, root);
  const kept = Object.entries(value).filter(([key, v]) => v !== null || !known.includes(key));
  return Object.fromEntries(kept.map(([key, v]) => [key, withoutEmpty(v, [...path, key], root)]));
}

/** Paths in the file are meant from the file's folder, wherever the daemon was started. */
function withAbsolutePaths(value: unknown, path: readonly PropertyKey[], folder: string): unknown {
  if (Array.isArray(value)) return value.map((v, i) => withAbsolutePaths(v, [...path, i], folder));
  if (isSection(value)) {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, withAbsolutePaths(v, [...path, k], folder)]));
  }
  const key = keyPath(path);
  const isFile = /File$|Files\[\d+\]$/.test(key) || ['data', 'store.path', 'capture.folder'].includes(key);
  const isRelativePort = /^links\[\d+\]\.url$/.test(key) && typeof value === 'string' && /^\.{1,2}\//.test(value);
  return (isFile || isRelativePort) && typeof value === 'string' && value !== '' ? resolve(folder, value) : value;
}

function set(raw: Section, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) raw[key] = value;
  else {
    const inner = isSection(raw[key]) ? { ...raw[key] } : {};
    raw[key] = inner;
    set(inner, rest, value);
  }
}

/** The rules are also checked on the sections that satisfy the schema, so that all problems come at once. */
function problemsOf(raw: Section): { config: Config | null; problems: Problem[] } {
  const secrets = secretsIn(raw);
  const parsed = configSchema.safeParse(raw);
  const issues = parsed.success ? [] : parsed.error.issues.flatMap((issue) => explain(issue, raw));
  const taken = new Set(secrets.map((p) => keyPath(p.path)));
  const problems = [...secrets, ...issues.filter((p) => !taken.has(keyPath(p.path)))];
  if (parsed.success) {
    problems.push(...brokenRules(parsed.data));
    return { config: parsed.data, problems };
  }
  const bad = new Set(problems.map((p) => p.path[0]));
  const rest = configSchema.safeParse(Object.fromEntries(Object.entries(raw).filter(([key]) => !bad.has(key))));
  if (rest.success) problems.push(...brokenRules(rest.data));
  return { config: null, problems };
}

/**
 * Reads and checks the configuration: `path`, else `./hai-bridge.yaml` if there is one, else the built-in defaults;
 * then `overrides`. Relative paths are resolved against the file's folder. Throws `ConfigError`.
 */
export function loadConfig(path: string | undefined, overrides: readonly Override[] = []): LoadedConfig {
  if (path === undefined && !existsSync(DEFAULT_CONFIG_FILE)) return configFromDefaults(overrides);
  const file = resolve(path ?? DEFAULT_CONFIG_FILE);
  return { ...check(parse(file), { folder: dirname(file), name: file }, overrides), fromFile: true };
}

/** The built-in defaults with `overrides`, whatever file lies about. */
export function configFromDefaults(overrides: readonly Override[]): LoadedConfig {
  const name = 'built-in defaults';
  return { ...check({ raw: {}, place: () => name }, { folder: process.cwd(), name }, overrides), fromFile: false };
}

function check(
  source: Source,
  { folder, name }: { folder: string; name: string },
  overrides: readonly Override[],
): Omit<LoadedConfig, 'fromFile'> {
  const raw = withAbsolutePaths(withoutEmpty(source.raw, [], source.raw), [], folder) as Section;
  for (const override of overrides) set(raw, override.path, override.value);

  const { config, problems } = problemsOf(raw);
  if (config !== null && problems.length === 0) {
    return { config: { ...config, data: resolve(folder, config.data) }, source: name };
  }
  const byPlace = new Intl.Collator('en', { numeric: true });
  const lines = problems.map((p) => {
    const override = overrides.find((o) => o.path.every((key, i) => key === p.path[i]));
    const place = override ? override.option : source.place(p.path, p.at);
    return `${place} ${keyPath(p.path)}: ${p.what}${p.got === undefined ? '' : ` (got ${p.got})`} — ${p.remedy}`;
  });
  lines.sort(byPlace.compare);
  const more = lines.length - MOST_PROBLEMS;
  throw new ConfigError(more > 0 ? [...lines.slice(0, MOST_PROBLEMS), `... and ${more} more`] : lines);
}
