/** The report as one file that needs nothing else: table, curves, bytes, versions, seeds, and what verifies what. */
import type { Trace } from '../../trace/schema.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { ScenarioResult } from '../run-scenario.ts';
import { drawing } from './drawing.ts';
import { escaped } from './escaped.ts';
import { STYLE } from './style.ts';
import { type Column, type Row, table } from './table.ts';

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
    ...failedFirst(results).map((result) => section(result, about)),
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

const outcomeOf = (outcome: ScenarioResult['outcome']) =>
  outcome === 'passed' ? '<span class="ok">✓ passed</span>' : '<span class="bad">✗ failed</span>';
const mark = (passed: boolean) => `<span class="${passed ? 'ok' : 'bad'}">${passed ? '✓ met' : '✗ not met'}</span>`;

/** What failed first. */
const failedFirst = (results: readonly ScenarioResult[]) => [
  ...results.filter(({ outcome }) => outcome === 'failed'),
  ...results.filter(({ outcome }) => outcome === 'passed'),
];

function contents(results: readonly ScenarioResult[]): string {
  const columns: Column[] = [
    ...[{ name: 'result', short: true } as const, { name: 'scenario' }, { name: 'about' }],
    ...['met', 'lasted', 'seed'].map((name) => ({ name, short: true }) as const),
  ];
  const rows = failedFirst(results).map(({ scenario, about, outcome, verdicts, lastedS, seed }) => {
    const judged = verdicts.filter((verdict) => verdict.judged);
    const met = judged.filter(({ passed }) => passed).length;
    const link = `<a href="#${scenario}">${scenario}</a>`;
    const numbers = [`${met} of ${judged.length}`, `${lastedS.toFixed(0)} s`, String(seed)];
    return { cells: [outcomeOf(outcome), link, escaped(about), ...numbers], wrong: outcome === 'failed' };
  });
  return table(columns, rows);
}

function section(result: ScenarioResult, about: ReportAbout): string {
  const { scenario, about: what, verdicts, troubles, curves, excerpts, seed, ledgerSha256, file } = result;
  return [
    `<section id="${scenario}"><h2>${outcomeOf(result.outcome)} ${scenario}</h2><p>${escaped(what)}</p>`,
    `<p class="again">${escaped(file)}, seed ${seed}${ledgerSha256 === null ? '' : `, ledger sha-256 ${ledgerSha256.slice(0, 16)}…`}<br>again: <code>${escaped(about.reproduce(result))}</code></p>`,
    ...troubles.map((trouble) => `<p class="bad">${escaped(trouble)}</p>`),
    table(EXPECTATIONS, verdicts.map(row)),
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

const EXPECTATIONS: readonly Column[] = [
  ...[{ name: 'result', short: true } as const, { name: 'line', short: true } as const],
  ...[{ name: 'expected' }, { name: 'seen' }],
  ...[{ name: 'requirement', short: true } as const, { name: 'hazard', short: true } as const],
];

function row({ number, line, wanted, seen, requirement, hazard, passed, judged }: Verdict): Row {
  const result = `${number} ${judged ? mark(passed) : '– not judged'}`;
  return { cells: [result, String(line), escaped(wanted), escaped(seen), requirement, hazard ?? ''], wrong: !passed };
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
  const line = (id: string, text: string): Row => {
    const cell = by.get(id);
    const state = cell === undefined ? 'no scenario of this run' : mark(cell.not.size === 0);
    const runs = [cell?.met, cell?.not].map((names) => (names === undefined ? '' : links(names)));
    return { cells: [id, escaped(text), state, ...runs], wrong: cell !== undefined && cell.not.size > 0 };
  };
  const columns: Column[] = [
    ...[{ name: 'id', short: true } as const, { name: 'text' }, { name: 'state', short: true } as const],
    ...[{ name: 'met by' }, { name: 'not met by' }],
  ];
  const known = new Set([...(trace?.requirements ?? []), ...(trace?.hazards ?? [])].map(({ id }) => id));
  const others = [...by.keys()].filter((id) => !known.has(id)).sort();
  return [
    '<section id="matrix"><h2>Requirements and hazards</h2>',
    '<p>Requirements are also verified by tests that are no scenarios: npm run trace has the whole matrix.</p>',
    trace === null
      ? ''
      : `<h3>Requirements</h3>${table(
          columns,
          trace.requirements.map(({ id, text }) => line(id, text)),
        )}`,
    trace === null
      ? ''
      : `<h3>Hazards</h3>${table(
          columns,
          trace.hazards.map(({ id, hazard }) => line(id, hazard)),
        )}`,
    others.length === 0
      ? ''
      : `<h3>Ids that stand in no register</h3>${table(
          columns,
          others.map((id) => line(id, '')),
        )}`,
    '</section>',
  ].join('\n');
}
