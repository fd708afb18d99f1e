/** JUnit XML as the common schema of the Jenkins xUnit plug-in has it: a suite per scenario, a case per expectation. */
import type { Verdict } from '../judge/verdict.ts';
import type { ScenarioResult } from '../run-scenario.ts';

export function junit(results: readonly ScenarioResult[], reproduce: (result: ScenarioResult) => string): string {
  const suites = results.map((result) => suite(result, reproduce(result)));
  const count = (of: (result: ScenarioResult) => number) => results.reduce((sum, result) => sum + of(result), 0);
  const attributes = [
    'name="hai-bridge hil"',
    `tests="${count(casesOf)}"`,
    `failures="${count(failuresOf)}"`,
    `errors="${count((result) => result.troubles.length)}"`,
    `time="${count((result) => result.tookS).toFixed(3)}"`,
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${attributes.join(' ')}>\n${suites.join('')}</testsuites>\n`;
}

const failuresOf = ({ verdicts }: ScenarioResult) => verdicts.filter(({ passed }) => !passed).length;
const casesOf = ({ verdicts, troubles }: ScenarioResult) => verdicts.length + troubles.length;

function suite(result: ScenarioResult, command: string): string {
  const { scenario, verdicts, troubles, seed, target, lastedS, tookS } = result;
  const attributes = [
    `name="${escaped(scenario)}"`,
    `tests="${casesOf(result)}"`,
    `failures="${failuresOf(result)}"`,
    `errors="${troubles.length}"`,
    `skipped="${verdicts.filter(({ judged }) => !judged).length}"`,
    `time="${tookS.toFixed(3)}"`,
  ];
  const properties = Object.entries({ seed, target, lasted: `${lastedS} s`, reproduce: command });
  const cases = [
    ...verdicts.map((verdict) => caseOf(scenario, verdict, command)),
    ...troubles.map((trouble, i) => troubleOf(scenario, trouble, i, command)),
  ];
  return [
    `  <testsuite ${attributes.join(' ')}>\n`,
    '    <properties>\n',
    ...properties.map(([name, value]) => `      <property name="${name}" value="${escaped(String(value))}"/>\n`),
    '    </properties>\n',
    ...cases,
    '  </testsuite>\n',
  ].join('');
}

function caseOf(scenario: string, verdict: Verdict, command: string): string {
  const { number, wanted, requirement, hazard, passed, judged, seen } = verdict;
  const name = `${number} ${requirement}${hazard === null ? '' : ` ${hazard}`} ${wanted}`;
  const head = `    <testcase classname="${escaped(scenario)}" name="${escaped(name)}" time="0"`;
  if (!judged) return `${head}>\n      <skipped message="${escaped(seen)}"/>\n    </testcase>\n`;
  if (passed) return `${head}/>\n`;
  const text = `wanted: ${wanted}\nseen:   ${seen}\nagain:  ${command}`;
  return `${head}>\n      <failure message="${escaped(seen)}" type="expectation">${escaped(text)}</failure>\n    </testcase>\n`;
}

function troubleOf(scenario: string, trouble: string, index: number, command: string): string {
  const name = `trouble ${index + 1}`;
  return [
    `    <testcase classname="${escaped(scenario)}" name="${name}" time="0">\n`,
    `      <error message="${escaped(trouble)}" type="trouble">${escaped(`again: ${command}`)}</error>\n`,
    '    </testcase>\n',
  ].join('');
}

/** XML 1.0 §2.2 and §2.4: what may not stand in it at all is replaced. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
}
