/** What an evaluation found, as it stands in docs/refill.md. */
import { ADVISORIES } from '../../src/refill/model.ts';
import { type AdvisoryTally, quantile, type Tally } from './tally.ts';

const percent = (part: number, whole: number, digits = 1): string =>
  whole === 0 ? '-' : `${((100 * part) / whole).toFixed(digits)} %`;
const number = (value: number, digits: number): string => (Number.isNaN(value) ? '-' : value.toFixed(digits));

/** Fluid can only go astray where the needle is wrong. */
const GOES_ASTRAY = ['needleNotInReservoir', 'needleDislodged'];

function row(kind: string, a: AdvisoryTally): string {
  const astray = GOES_ASTRAY.includes(kind)
    ? `${number(quantile(a.astrayMl, 0.5), 2)} / ${number(quantile(a.astrayMl, 0.99), 2)}`
    : '';
  const cells = [
    `\`${kind}\``,
    String(a.must),
    percent(a.hits, a.must),
    `${number(quantile(a.afterS, 0.5), 1)} / ${number(quantile(a.afterS, 0.95), 1)}`,
    astray,
    `${a.falseInGood} of ${a.goodCases}`,
    `${a.falseInOther} of ${a.otherCases}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

export function advisoryTable(tally: Tally): string {
  return [
    '| advisory | cases | seen | s to it, median / 95 % | mL astray by then, median / 99 % | false in good refills | false in other troubles |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...ADVISORIES.map((kind) => row(kind, tally.advisories[kind])),
  ].join('\n');
}

export function numbersTable(tally: Tally): string {
  const { measured, expected } = tally.levelErrors;
  const rows: [string, string][] = [
    [
      'level error after the reservoir was seen empty, 95 % / largest',
      `${number(quantile(measured, 0.95), 3)} / ${number(quantile(measured, 1), 3)} mL`,
    ],
    [
      '... inside its ± (95 % wanted)',
      `${percent(tally.covered.measured, measured.length)}; during the fill alone ${percent(tally.coveredInFill.covered, tally.coveredInFill.samples)}`,
    ],
    ['level error before that (expected from the last fill), 95 %', `${number(quantile(expected, 0.95), 2)} mL`],
    ['... inside its ±', percent(tally.covered.expected, expected.length)],
    [
      'residual error, 95 % / largest',
      `${number(quantile(tally.residualErrors, 0.95), 3)} / ${number(quantile(tally.residualErrors, 1), 3)} mL`,
    ],
    ['... inside its ±', percent(tally.residualsCovered, tally.residualErrors.length)],
    [
      'actual flow error, 95 % / largest',
      `${number(quantile(tally.flowErrors, 0.95), 2)} / ${number(quantile(tally.flowErrors, 1), 2)} %`,
    ],
  ];
  return ['| over good refills | |', '| --- | --- |', ...rows.map(([what, value]) => `| ${what} | ${value} |`)].join(
    '\n',
  );
}

/** Pocket fills and bolus paths seen before a millilitre has gone astray. */
export function beforeOneMl(tally: Tally): { seen: number; cases: number } {
  const a = tally.advisories.needleNotInReservoir;
  return { seen: a.astrayMl.filter((ml) => ml < 1).length, cases: a.must };
}

export function heldLine(tally: Tally): string {
  const held = Object.entries(tally.heldInGood).map(([hold, times]) => `${hold} ${times}`);
  return `hold points held in ${tally.goodRefills} good refills: ${held.length === 0 ? 'none' : held.join(', ')}`;
}
