/** The commented starter configuration, written from the schema alone: the schema is also the documentation. */
import { stringify } from 'yaml';
import { configJsonSchema, type Shape } from '../config-shape.ts';

/** `note` explains, `on` is a setting with its default value, `off` a setting to uncomment. */
interface Line {
  readonly depth: number;
  readonly kind: 'note' | 'on' | 'off';
  readonly text: string;
}

const EXAMPLES: Readonly<Record<string, unknown>> = {
  'links.url': '/dev/serial/by-path/...',
  rateHz: 10,
  username: 'hai',
  passwordFile: 'secrets/password',
  caFile: 'tls/ca.pem',
  certFile: 'tls/certificate.pem',
  keyFile: 'tls/key.pem',
  path: 'hai-data/store.db',
  folder: 'hai-captures',
  policyFile: 'firmware/policy.yaml',
  pumpModelsFile: 'pump-models.json',
  low: 0,
  high: 100,
  priority: 'high',
  latching: true,
  delayMs: 1000,
  endDelayMs: 1000,
  off: false,
};

const yaml = (value: unknown) => stringify(value).trim();

function example(section: string, key: string, shape: Shape): string {
  const value = shape.const ?? shape.default ?? EXAMPLES[`${section}.${key}`] ?? EXAMPLES[key];
  if (value === undefined) throw new Error(`the starter file has no example for ${section}.${key}`);
  return yaml(value);
}

/** What it is for and what may stand there: description, choices, range. */
function meaning(shape: Shape): string {
  const values = shape.enum ?? shape.anyOf?.map((s) => s.const);
  const numeric = shape.type === 'integer' || shape.type === 'number';
  const range = numeric && shape.minimum !== undefined && shape.maximum !== undefined;
  const allowed = values ? values.map(yaml).join(', ') : range ? `${shape.minimum} to ${shape.maximum}` : '';
  return [shape.description, allowed].filter(Boolean).join('; ');
}

function notes(depth: number, ...texts: string[]): Line[] {
  return texts.filter(Boolean).map((text) => ({ depth, kind: 'note', text }));
}

function list(key: string, items: Shape, depth: number): Line[] {
  const fields = Object.entries(items.properties ?? {}).map(([name, field], i) => {
    const setting = `${i === 0 ? '  - ' : '    '}${name}: ${example(key, name, field)}`;
    const note = meaning(field);
    return note ? `${setting.padEnd(36)} # ${note}` : setting;
  });
  const block = [`${key}:`, ...fields].map((text): Line => ({ depth, kind: 'off', text }));
  return [...notes(depth, `list: ${meaning(items)}`), ...block, { depth, kind: 'on', text: `${key}: []` }];
}

function record(key: string, shape: Shape, entry: Shape, depth: number): Line[] {
  const names = (shape.propertyNames?.enum ?? []).map(String);
  const fields = Object.entries(entry.properties ?? {}).map(([name, field]) => `${name}: ${example(key, name, field)}`);
  return [
    ...notes(depth, meaning(shape), names.join(', ')),
    { depth, kind: 'off', text: `${key}:` },
    { depth, kind: 'off', text: `  ${names[0] ?? 'name'}: { ${fields.join(', ')} }` },
    { depth, kind: 'on', text: `${key}: {}` },
  ];
}

/** One of several kinds: the default one is on, the others stand below it to be uncommented instead. */
function kinds(key: string, shape: Shape, all: readonly Shape[], depth: number): Line[] {
  const standard = (shape.default as { kind?: unknown } | undefined)?.kind;
  const chosen = all.filter((kind) => kind.properties?.kind?.const === standard);
  const others = all.filter((kind) => !chosen.includes(kind));
  return [
    ...notes(depth, meaning(shape)),
    ...chosen.flatMap((kind) => section(key, kind, depth, 'on')),
    ...others.flatMap((kind) => [...notes(depth, 'or instead:'), ...section(key, kind, depth, 'off')]),
  ];
}

function section(key: string, shape: Shape, depth: number, kind: 'on' | 'off'): Line[] {
  const inner = Object.entries(shape.properties ?? {}).flatMap(([name, field]) =>
    setting(name, field, depth + 1, kind),
  );
  const said = notes(depth, shape.description ?? '');
  if (inner.some((line) => line.kind === 'on')) return [...said, { depth, kind: 'on', text: `${key}:` }, ...inner];
  // A section with nothing but comments in it would be empty: it is one comment, to be uncommented as a block.
  const block = inner.map((line) => ({ ...line, depth, text: `${'  '.repeat(line.depth - depth)}${line.text}` }));
  return [...said, { depth, kind: 'off', text: `${key}:` }, ...block];
}

function setting(key: string, shape: Shape, depth: number, kind: 'on' | 'off'): Line[] {
  if (shape.oneOf) return kinds(key, shape, shape.oneOf, depth);
  if (shape.items?.properties) return list(key, shape.items, depth);
  if (typeof shape.additionalProperties === 'object') return record(key, shape, shape.additionalProperties, depth);
  const standard = shape.default ?? shape.const;
  if (shape.properties) return section(key, shape, depth, standard === undefined ? 'off' : kind);
  const state = standard === undefined ? 'off' : kind;
  return [...notes(depth, meaning(shape)), { depth, kind: state, text: `${key}: ${example('', key, shape)}` }];
}

/** The text of `hai-bridge.yaml`: every setting, its default, what it means. It loads, and equals the defaults. */
export function starterFile(schemaFile: string): string {
  const lines = Object.entries(configJsonSchema().properties ?? {}).flatMap(([key, shape]) => [
    '',
    ...setting(key, shape, 0, 'on').map(
      ({ depth, kind, text }) => `${'  '.repeat(depth)}${kind === 'on' ? '' : kind === 'off' ? '# ' : '## '}${text}`,
    ),
  ]);
  return `# yaml-language-server: $schema=./${schemaFile}
## Configuration of hai-bridge. Everything here is the default; remove what you do not change.
## Lines with one # are settings to uncomment, lines with ## explain.
## File paths are relative to this file. Secrets stand in files of their own, never here.
## Check it with: hai-bridge doctor
${lines.join('\n')}
`;
}
