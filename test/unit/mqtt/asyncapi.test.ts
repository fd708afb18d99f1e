import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import specs from '@asyncapi/specs';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { generated } from '../../../scripts/generate.ts';
import { TOPICS } from '../../../src/mqtt/topics.ts';

const ROOT = join(import.meta.dirname, '../../..');
const document = parse(readFileSync(join(ROOT, 'asyncapi.yaml'), 'utf8'));
const validator = () => addFormats.default(new Ajv.default({ strict: false, allErrors: true, logger: false }));

it.each(['asyncapi.yaml', 'docs/topics.md'])('%s is what `npm run generate` writes', (path) => {
  expect(readFileSync(join(ROOT, path), 'utf8')).toBe(generated()[path]);
});

it('is a valid AsyncAPI 3.0 document', () => {
  const schema = specs.schemasWithoutId['3.0.0'];
  const validate = validator().compile(schema as object);
  expect(validate(document), JSON.stringify(validate.errors?.slice(0, 5), null, 1)).toBe(true);
  expect(validate({ ...document, operations: { bad: { action: 'shout' } } })).toBe(false);
});

it('documents every topic, and every reference in it leads somewhere', () => {
  expect(Object.keys(document.channels).sort()).toEqual(
    [...Object.keys(TOPICS), 'alarm', 'refillReport', 'bridge', 'echo'].sort(),
  );
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((m) => m[1] ?? '');
  expect(references.length).toBeGreaterThan(20);
  for (const reference of references) {
    const target = reference.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], document);
    expect(target, reference).toBeDefined();
  }
});

it('its schemas refuse what the bridge would refuse', () => {
  const validate = validator().compile(document.components.schemas.recorded);
  const batch = { epoch: 1, firstSeq: 1, lastSeq: 2 };
  expect(validate({ station: 'RS-1', recorder: 'r', batches: [batch] })).toBe(true);
  expect(validate({ station: 'RS/1', recorder: 'r', batches: [batch] })).toBe(false);
  expect(validate({ station: 'RS-1', recorder: 'r', batches: [] })).toBe(false);
});
