import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { starterFile } from '../../../src/cli/starter-file.ts';
import { configSchema } from '../../../src/config.ts';
import { loadConfig } from '../../../src/config-file.ts';
import { configJsonSchema } from '../../../src/config-shape.ts';
import { temporaryFolder } from '../../support/services.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const text = starterFile('hai-bridge.schema.json');

describe('the starter configuration', () => {
  it('loads and equals the defaults', () => {
    const file = join(folder.path, 'hai-bridge.yaml');
    writeFileSync(file, text);
    expect(loadConfig(file).config).toEqual({ ...configSchema.parse({}), data: join(folder.path, 'hai-data') });
  });

  it('names its schema, and satisfies it', () => {
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./hai-bridge.schema.json');
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(configJsonSchema());
    expect(validate(parse(text))).toBe(true);
    expect(validate({ sitee: 'x' })).toBe(false);
  });

  it('mentions every key of the schema and every description', () => {
    const visit = (shape: ReturnType<typeof configJsonSchema>): string[] => [
      ...(shape.description ? [shape.description] : []),
      ...Object.entries(shape.properties ?? {}).flatMap(([key, inner]) => [`${key}:`, ...visit(inner)]),
      ...(shape.items ? visit(shape.items) : []),
      ...(shape.oneOf ?? []).flatMap(visit),
    ];
    expect(visit(configJsonSchema()).filter((wanted) => !text.includes(wanted))).toEqual([]);
  });

  it('is good YAML with every setting uncommented, one way and the other', () => {
    const uncommented = text
      .split('\n')
      .filter((line) => !/^\s*##/.test(line) && !/^# yaml-language/.test(line))
      .map((line) => line.replace(/^(\s*)# /, '$1'));
    const without = (...patterns: RegExp[]) => uncommented.filter((line) => !patterns.some((p) => p.test(line)));
    const inside = without(/^links: \[\]/, /^limits: \{\}/, /^ {2}conditions: \{\}/).join('\n');
    const [first, second] = [inside.indexOf('\nstore:'), inside.lastIndexOf('\nstore:')];
    expect(second).toBeGreaterThan(first);
    const influx = inside.slice(0, first) + inside.slice(second);
    const sqlite = inside.slice(0, second) + inside.slice(inside.indexOf('\nhttp:'));
    for (const [kind, variant] of [
      ['influx', influx],
      ['sqlite', sqlite],
    ] as const) {
      const result = configSchema.safeParse(parse(variant));
      expect(result.error?.issues ?? []).toEqual([]);
      expect(result.data).toMatchObject({
        store: { kind },
        links: [{ rateHz: 10 }],
        mqtt: { tls: { caFile: 'tls/ca.pem' } },
      });
    }
  });
});
