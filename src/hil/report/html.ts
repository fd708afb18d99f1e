/** The report as one file that needs nothing else: table, curves, bytes, versions, seeds, and what verifies what. */
import type { Trace } from '../../trace/schema.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { ScenarioResult } from '../run-scenario.ts';
import { drawing } from './drawing.ts';
import { escaped } from './escaped.ts';
import { STYLE } from './style.ts';

export interface ReportAbout {
  readonly version: string;
  readonly node: string;
  readonly target: string;
  /** When it was made, RFC 3339. */
  readonly madeAt: string;
  /** Requirements and hazards, when they were found. */
  readonly trace: Trace | null;
  readonly reproduce: (result: ScenarioResult) => string;
}

export function html(results: readonly ScenarioResult[], about: ReportAbout): string {
  const bad = results.filter(({ outcome }) => outcome === 'failed');
  const verdicts = results.flatMap((result) => result.verdicts);
  const title = bad.length === 0 ? 'passed' : `${bad.length} of ${results.length} failed`;
  const facts = {
    result: title,
    scenarios: results.length,
    expectations: counted(verdicts),
    target: about.target,
    'hai-bridge': about.version,
    'Node.js': about.node,
    made: about.madeAt,
    'time of the runs': `${results.reduce((sum, { lastedS }) => sum + lastedS, 0).toFixed(0)} s`,
  };
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<title>Scenarios: ${escaped(title)}</title><style>${STYLE}</style></head><body>`,
    `<p class="simulated">${origin(about.target)} Information only; not a medical device.</p>`,
    `<h1>Scenarios: <span class="${bad.length === 0 ? 'ok' : 'bad'}">${escaped(title)}</span></h1>`,
    `<dl>${Object.entries(facts)
      .map(([name, value]) => `<dt>${name}</dt><dd>${escaped(String(value))}</dd>`)
      .join('')}</dl>`,
    contents(results),
    ...[...bad, ...results.filter(({ outcome }) => outcome === 'passed')].map((result) => section(result, about)),
    matrix(results, about.trace),
    '</body></html>\n',
  ].join('\n');
}

function counted(verdicts: readonly Verdict[]): string {
  const notMet = verdicts.filter(({ passed }) => !passed).length;
  const notJudged = verdicts.filter(({ judged }) => !judged).length;
  return `${verdicts.length}, of these ${notMet} not met${notJudged === 0 ? '' : `, ${notJudged} not judged`}`;
}

/** Of the data. */
function origin(target: string): string {
  if (target.startsWith('link:')) return 'BENCH — a station without a patient.';
  return target === 'sim'
    ? 'SIMULATED — no patient, no real station.'
    : 'RECORDED — played from a capture, nothing is live.';
}

const mark = (passed: boolean) => `<span class="${passed ? 'ok' : 'bad'}">${passed ? '✓ met' : '✗ not met'}</span>`;

function contents(results: readonly ScenarioResult[]): string {
  const rows = results.map(({ scenario, about, outcome, verdicts, lastedS, seed }) => {
    const met = verdicts.filter(({ passed, judged }) => judged && passed).length;
    return `<tr><td>${mark(outcome === 'passed')}</td><td><a href="#${scenario}">${scenario}</a></td><td>${escaped(about)}</td><td>${met}/${verdicts.length}</td><td>${lastedS.toFixed(0)} s</td><td>${seed}</td></tr>`;
  });
  const head = '<tr><th>result</th><th>scenario</th><th>about</th><th>met</th><th>lasted</th><th>seed</th></tr>';
  return `<table>${head}${rows.join('')}</table>`;
}

function section(result: ScenarioResult, about: ReportAbout): string {
  const { scenario, about: what, verdicts, troubles, curves, excerpts, seed, ledgerSha256, file } = result;
  const rows = verdicts.map(row).join('');
  const head = '<tr><th></th><th>line</th><th>expected</th><th>seen</th><th>requirement</th><th>hazard</th></tr>';
  return [
    `<section id="${scenario}"><h2>${mark(result.outcome === 'passed')} ${scenario}</h2><p>${escaped(what)}</p>`,
    `<p class="again">${escaped(file)}, seed ${seed}${ledgerSha256 === null ? '' : `, ledger sha-256 ${ledgerSha256.slice(0, 16)}…`}<br>again: <code>${escaped(about.reproduce(result))}</code></p>`,
    ...troubles.map((trouble) => `<p class="bad">${escaped(trouble)}</p>`),
    `<table>${head}${rows}</table>`,
    ...curves.map(drawing),
    ...excerpts.map(({ number, lines }) => {
      const text = lines
        .map(({ atS, way, text: bytes }) => `${atS.toFixed(3).padStart(10)} s ${way} ${bytes}`)
        .join('\n');
      return `<h3>Bytes around the failure of expectation ${number} (&lt; from the station, &gt; to it)</h3><pre>${escaped(text)}</pre>`;
    }),
    '</section>',
  ].join('\n');
}

function row({ number, line, wanted, seen, requirement, hazard, passed, judged }: Verdict): string {
  return `<tr class="${passed ? '' : 'wrong'}"><td>${number} ${judged ? mark(passed) : '– not judged'}</td><td>${line}</td><td>${escaped(wanted)}</td><td>${escaped(seen)}</td><td>${requirement}</td><td>${hazard ?? ''}</td></tr>`;
}

/** What these runs verify, requirement by requirement, hazard by hazard; what no scenario touches is said as well. */
function matrix(results: readonly ScenarioResult[], trace: Trace | null): string {
  const by = new Map<string, { met: Set<string>; not: Set<string> }>();
  for (const { scenario, verdicts } of results) {
    for (const { requirement, hazard, passed, judged } of verdicts) {
      if (!judged) continue;
      for (const id of [requirement, hazard]) {
        if (id === null) continue;
        const cell = by.get(id) ?? { met: new Set(), not: new Set() };
        by.set(id, cell);
        (passed ? cell.met : cell.not).add(scenario);
      }
    }
  }
  const links = (names: ReadonlySet<string>) => [...names].map((name) => `<a href="#${name}">${name}</a>`).join(', ');
  const line = (id: string, text: string) => {
    const cell = by.get(id);
    const state = cell === undefined ? 'by no scenario of this run' : mark(cell.not.size === 0);
    return `<tr><td>${id}</td><td>${escaped(text)}</td><td>${state}</td><td>${cell === undefined ? '' : links(cell.met)}</td><td>${cell === undefined ? '' : links(cell.not)}</td></tr>`;
  };
  const table = (rows: readonly string[]) =>
    `<table><tr><th>id</th><th>text</th><th>state</th><th>met by</th><th>not met by</th></tr>${rows.join('')}</table>`;
  const known = new Set([...(trace?.requirements ?? []), ...(trace?.hazards ?? [])].map(({ id }) => id));
  const others = [...by.keys()].filter((id) => !known.has(id)).sort();
  return [
    '<section id="matrix"><h2>Requirements and hazards</h2>',
    '<p>Requirements are also verified by tests that are no scenarios: npm run trace has the whole matrix.</p>',
    trace === null ? '' : `<h3>Requirements</h3>${table(trace.requirements.map(({ id, text }) => line(id, text)))}`,
    trace === null ? '' : `<h3>Hazards</h3>${table(trace.hazards.map(({ id, hazard }) => line(id, hazard)))}`,
    others.length === 0 ? '' : `<h3>Ids that stand in no register</h3>${table(others.map((id) => line(id, '')))}`,
    '</section>',
  ].join('\n');
}
