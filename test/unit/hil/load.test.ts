import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadScenario, parseScenario, ScenarioProblems, scenarioFiles } from '../../../src/hil/scenario/load.ts';
import { scenarioJsonSchema } from '../../../src/hil/scenario/schema.ts';
import { loadTrace } from '../../../src/trace/load.ts';
import { temporaryFolder } from '../../support/services.ts';

const ROOT = join(import.meta.dirname, '../../..');
const LIBRARY = scenarioFiles([join(ROOT, 'scenarios')]);
const GOOD = `scenario: one
about: x
setup: { lasts: 60 s, stations: [{ plays: idle, visits: 0 }] }
steps:
  - { at: 5 s, station: unplug }
expect:
  - status: { state: offline, within: 3 s }
    requirement: REQ-LINK-01
`;

function problemsOf(text: string): readonly string[] {
  try {
    parseScenario(text, 'one.yaml');
  } catch (error) {
    if (error instanceof ScenarioProblems) return error.lines;
    throw error;
  }
  return [];
}

/** The same of a file with these bytes. */
function problemsOfFile(bytes: Uint8Array): readonly string[] {
  const folder = temporaryFolder();
  const file = join(folder.path, 'one.yaml');
  writeFileSync(file, bytes);
  try {
    loadScenario(file);
  } catch (error) {
    if (error instanceof ScenarioProblems) return error.lines.map((line) => line.replace(folder.path, ''));
    throw error;
  } finally {
    folder.remove();
  }
  return [];
}

describe('scenario files', () => {
  it('a capture in its place, or anything else that is no text, is one sentence', () => {
    expect(problemsOfFile(gzipSync('x'.repeat(5000)))).toEqual([
      '/one.yaml: is no text: a scenario is a YAML file in UTF-8; a capture to play it on is named by --target replay:FILE',
    ]);
    expect(problemsOfFile(Buffer.alloc(2_000_000, '#'))).toEqual(['/one.yaml: longer than 1000000 bytes']);
  });

  it('text that is no YAML is some lines and not thousands, and cannot steer a terminal', () => {
    const problems = problemsOfFile(Buffer.from('a: "b" \u001b[31m c\n{ ] :\n'.repeat(500)));
    expect(problems.length).toBeGreaterThan(1);
    expect(problems.length).toBeLessThanOrEqual(30);
    expect(problems.join('')).not.toMatch(/\p{C}/u);
  });

  it('a good one is read, times in seconds', () => {
    const { scenario, lines } = parseScenario(GOOD, 'one.yaml');
    expect(scenario.setup.lasts).toBe(60);
    expect(scenario.steps[0]).toMatchObject({ at: 5, on: 1, station: 'unplug' });
    expect(scenario.expect[0]).toMatchObject({ status: { state: 'offline', within: 3, of: 'start' } });
    expect(lines).toEqual({ expect: [7], steps: [5] });
  });

  it.each([
    ['an unknown key', 'setup:', 'setop:', /one.yaml:3:1: unknown key "setop"; did you mean setup\?/],
    [
      'an unknown act',
      'station: unplug',
      'sation: unplug',
      /one.yaml:5:16: steps\[1\]: unknown key "sation"; did you mean station\?/,
    ],
    ['an unknown expectation', 'status:', 'statos:', /one.yaml:7:5: expect\[1\]: .*did you mean status\?/],
    [
      'a wrong unit',
      'lasts: 60 s',
      'lasts: 60 mL',
      /one.yaml:3:17: setup.lasts: "60 mL" is a volume; a time is wanted/,
    ],
    [
      'a key of an expectation',
      'within: 3 s',
      'whitin: 3 s',
      /one.yaml:7:31: expect\[1\].status: unknown key "whitin"; did you mean within\?/,
    ],
    ['a missing requirement', '    requirement: REQ-LINK-01\n', '', /one.yaml:7:5: expect\[1\].requirement/],
    [
      'another name than the file',
      'scenario: one',
      'scenario: two',
      /one.yaml:1:11: scenario: is two, but the file is called one.yaml/,
    ],
    [
      'a station that is not there',
      'at: 5 s,',
      'at: 5 s, on: 4,',
      /one.yaml:5:20: steps\[1\].on: there are 1 stations/,
    ],
    ['a broken line', 'about: x', 'about: [x', /one.yaml:\d+:\d+: /],
    [
      'configuration that cannot be',
      '60 s,',
      '60 s, daemon: { freshness: { expiryMs: 5 } },',
      /one.yaml:3:5\d: setup.daemon.freshness.expiryMs/,
    ],
  ])('%s is refused with its line and column', (_, from, to, message) => {
    expect(problemsOf(GOOD.replace(from, to)).join('\n')).toMatch(message);
  });

  it('nothing expected, or two acts in one step, is refused', () => {
    expect(problemsOf(GOOD.replace(/expect:[\s\S]*/, 'expect: []\n')).join()).toMatch(/expects nothing proves nothing/);
    expect(problemsOf(GOOD.replace('station: unplug', 'station: unplug, heal: mass')).join()).toMatch(/one act a step/);
  });
});

describe('the library', () => {
  it('has at least 40 scenarios, all of them readable', () => {
    expect(LIBRARY.length).toBeGreaterThanOrEqual(40);
    for (const file of LIBRARY) loadScenario(file);
  });

  it('names requirements and hazards that are in the registers', () => {
    const { requirements, hazards } = loadTrace(join(ROOT, 'docs'));
    const known = new Set([...requirements, ...hazards].map(({ id }) => id));
    const named = LIBRARY.flatMap((file) =>
      loadScenario(file).scenario.expect.flatMap(({ requirement, hazard }) => [requirement, hazard ?? requirement]),
    );
    expect(named.filter((id) => !known.has(id))).toEqual([]);
  });

  it('passes the JSON Schema that editors use, which is as generated', () => {
    const schema = JSON.parse(readFileSync(join(ROOT, 'scenarios/scenario.schema.json'), 'utf8'));
    expect(schema).toEqual(JSON.parse(JSON.stringify(scenarioJsonSchema())));
    const check = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
    for (const file of LIBRARY) {
      check(parse(readFileSync(file, 'utf8')));
      expect(check.errors, file).toBeNull();
    }
    expect(check(parse(GOOD.replace('status:', 'statos:')))).toBe(false);
  });
});
