import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { claimsOfScenarios, loadTrace, TraceProblems } from '../../../src/trace/load.ts';
import { traceMatrix } from '../../../src/trace/matrix.ts';
import { matrixText } from '../../../src/trace/text.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

describe('the requirements and hazards of this product', () => {
  const trace = loadTrace(join(ROOT, 'docs'));
  const matrix = traceMatrix(trace, claimsOfScenarios(join(ROOT, 'scenarios')));

  it('name only tests and scenarios that are there', () => {
    const files = matrix.requirements.flatMap(({ requirement, verifiedBy }) =>
      verifiedBy.filter((by) => by.startsWith('test/')).map((by) => ({ id: requirement.id, by })),
    );
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter(({ by }) => !existsSync(join(ROOT, by)))).toEqual([]);
    const scenarios = new Set(claimsOfScenarios(join(ROOT, 'scenarios')).map(({ by }) => by));
    const named = trace.requirements.flatMap((r) => (r.verifiedBy ?? []).filter((by) => by.startsWith('scenario:')));
    expect(named.filter((by) => !scenarios.has(by))).toEqual([]);
  });

  it('are named rightly by every scenario', () => {
    expect(matrix.unknown).toEqual([]);
  });

  it('are each verified, or say what is not and why', () => {
    const silent = matrix.requirements.filter((row) => row.verifiedBy.length === 0 && !row.requirement.notVerified);
    expect(silent.map((row) => row.requirement.id)).toEqual([]);
  });

  it('leave no hazard without a control that is verified', () => {
    const bare = matrix.hazards.filter((row) => row.unverified.length === row.hazard.controls.length);
    expect(bare.map((row) => row.hazard.id)).toEqual([]);
  });
});

describe('the loader', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
  const REQUIREMENT = '  - { id: REQ-ONE-01, text: It works., verifiedBy: [test/unit/a.test.ts] }\n';
  const hazard = (controls: string) =>
    `hazards:\n  - { id: HAZ-01, hazard: h, situation: s, harm: x, severity: minor, causes: [c], controls: ${controls}, residual: r }\n`;
  const docs = (requirements: string, hazards = hazard('[{ requirement: REQ-ONE-01, kind: design }]')) => {
    const folder = mkdtempSync(join(tmpdir(), 'trace-'));
    folders.push(folder);
    writeFileSync(join(folder, 'requirements.yaml'), `requirements:\n${requirements}`);
    writeFileSync(join(folder, 'hazards.yaml'), hazards);
    return folder;
  };
  const problems = (folder: string): readonly string[] => {
    try {
      loadTrace(folder);
    } catch (error) {
      if (error instanceof TraceProblems) return error.lines;
      throw error;
    }
    return [];
  };

  it('takes what is right', () => {
    expect(loadTrace(docs(REQUIREMENT)).requirements).toHaveLength(1);
  });

  it.each([
    ['an id twice', REQUIREMENT + REQUIREMENT, undefined, /REQ-ONE-01 stands there twice/],
    [
      'a control that is no requirement',
      REQUIREMENT,
      '[{ requirement: REQ-TWO-01, kind: design }]',
      /HAZ-01 names REQ-TWO-01/,
    ],
    ['a hazard without a control', REQUIREMENT, '[]', /hazards.yaml:2:\d+: .*controls.*a hazard needs a control/],
    [
      'neither verified nor said not to be',
      '  - { id: REQ-ONE-01, text: x }\n',
      undefined,
      /requirements.yaml:2:5: .*verifiedBy/,
    ],
    [
      'a verification that is neither test nor scenario',
      '  - { id: REQ-ONE-01, text: x, verifiedBy: [a.ts] }\n',
      undefined,
      /requirements.yaml:2:\d+: .*scenario:ID/,
    ],
    ['broken YAML', '  - [', undefined, /requirements.yaml:2:\d+/],
  ])('names %s with its place', (_, requirements, controls, expected) => {
    const found = problems(docs(requirements, controls && hazard(controls)));
    expect(found).toEqual([expect.stringMatching(expected)]);
  });

  it('says which file cannot be read', () => {
    expect(problems('/nowhere')).toEqual([expect.stringMatching(/requirements.yaml: cannot be read \(ENOENT\)/)]);
  });

  it('finds what scenarios name, at any depth', () => {
    const folder = docs(REQUIREMENT);
    mkdirSync(join(folder, 'scenarios/deep'), { recursive: true });
    writeFileSync(
      join(folder, 'scenarios/deep/one.yaml'),
      'expect:\n  - { that: x, requirement: REQ-ONE-01, hazard: HAZ-01 }\n  - { also: [REQ-ONE-01, REQ-GONE-09] }\n',
    );
    const claims = claimsOfScenarios(join(folder, 'scenarios'));
    const matrix = traceMatrix(loadTrace(folder), claims);
    expect(matrix.requirements[0]?.verifiedBy).toEqual(['scenario:one', 'test/unit/a.test.ts']);
    expect(matrix.hazards[0]?.shownBy).toEqual(['scenario:one']);
    expect(matrix.unknown).toEqual([{ id: 'REQ-GONE-09', by: 'scenario:one' }]);
    expect(matrixText(matrix)).toContain('UNKNOWN ID REQ-GONE-09, named by scenario:one');
  });

  it('says in the matrix what is not verified', () => {
    const folder = docs('  - { id: REQ-ONE-01, text: x, notVerified: no bench }\n');
    const text = matrixText(traceMatrix(loadTrace(folder), []));
    expect(text).toMatch(/NOT VERIFIED {2}no bench/);
    expect(text).toMatch(/not verified: 1: REQ-ONE-01/);
    expect(text).toMatch(/REQ-ONE-01 +design {2}NOT VERIFIED/);
  });
});
