/** Writes what is made from schemas: `asyncapi.yaml`, tables in documents, the scenarios' JSON Schema. Tests compare them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { scenarioJsonSchema } from '../src/hil/scenario/schema.ts';
import { asyncApiDocument, topicTable } from '../src/mqtt/asyncapi.ts';

const ROOT = join(import.meta.dirname, '..');
const BEGIN = '<!-- topics: generated, do not edit -->';
const END = '<!-- /topics -->';

/** Path in the project -> content as it must stand there. */
export function generated(): Record<string, string> {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const header = '# Generated from src/mqtt/topics.ts by `npm run generate`.\n';
  const topics = readFileSync(join(ROOT, 'docs/topics.md'), 'utf8');
  const begin = topics.indexOf(BEGIN);
  const end = topics.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`docs/topics.md: the lines "${BEGIN}" and "${END}" are missing`);
  return {
    'asyncapi.yaml': header + stringify(asyncApiDocument(version), { aliasDuplicateObjects: false, lineWidth: 0 }),
    'scenarios/scenario.schema.json': `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`,
    'docs/topics.md': `${topics.slice(0, begin)}${BEGIN}\n${topicTable()}\n${topics.slice(end)}`,
  };
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, content] of Object.entries(generated())) writeFileSync(join(ROOT, path), content);
}
