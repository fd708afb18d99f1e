/** The JUnit report against what its readers take: elements and attributes of the common schema, that of Jenkins' xUnit plug-in. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XmlDocument, XmlValidateError, XsdValidator } from 'libxml2-wasm';
import { afterAll, describe, expect, it } from 'vitest';
import { junit } from '../../../src/hil/report/junit.ts';
import { REPORTED } from './reported.ts';

const schema = XmlDocument.fromString(readFileSync(join(import.meta.dirname, '../../support/junit.xsd'), 'utf8'));
const validator = XsdValidator.fromDoc(schema);
afterAll(() => {
  validator.dispose();
  schema.dispose();
});

function problemOf(xml: string): string | null {
  const document = XmlDocument.fromString(xml);
  try {
    validator.validate(document);
    return null;
  } catch (error) {
    if (error instanceof XmlValidateError) return error.message;
    throw error;
  } finally {
    document.dispose();
  }
}

describe('JUnit XML', () => {
  const xml = junit([REPORTED, { ...REPORTED, scenario: 'y', verdicts: [], tookS: 4000.5 }], () => 'again <"&">');

  it('is as the schema has it: met, not met, not judged, and what broke the run', () => {
    expect(xml).toMatch(/<failure [\s\S]*<skipped [\s\S]*<error /);
    expect(problemOf(xml)).toBeNull();
    expect(problemOf(junit([], () => ''))).toBeNull();
  });

  it('would not pass with what the schema does not know', () => {
    expect(problemOf(xml.replace('<skipped ', '<pending '))).toMatch(/pending/);
    expect(problemOf(xml.replace(' classname=', ' line='))).toMatch(/line/);
    expect(problemOf(xml.replace(/ failures="\d+"/g, ''))).toMatch(/failures/);
    expect(problemOf(xml.replace('time="0.500"', 'time="half a second"'))).toMatch(/time/);
  });
});
