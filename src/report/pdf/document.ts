/** The report on paper: two or three pages, in English. */
import type { Estimate, RefillState } from '../../refill/model.ts';
import type { RefillReport } from '../report.ts';
import { drawCurve, type TimeAxis } from './chart.ts';
import {
  BAD,
  bytesOf,
  facts,
  heading,
  headsAndFeet,
  INK,
  keepTogether,
  MARGIN,
  newPdf,
  type Pdf,
  paragraph,
  table,
} from './page.ts';
import { drawResiduals } from './residual-scale.ts';

const clock = (ms: number) => new Date(ms).toISOString().slice(11, 19);
const day = (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
/** Without the sign of what is rounded to nothing. */
const fixed = (value: number, digits: number) => value.toFixed(digits).replace(/^-(?=[0.]*$)/, '');
/** Nothing is known exactly: at least one step of the last digit. */
const plusMinus = (e: Estimate, digits = 1) =>
  `${fixed(e.value, digits)} ± ${Math.max(e.u95, 10 ** -digits).toFixed(digits)}`;
const estimated = (e: Estimate | null, unit: string, digits = 1) =>
  e === null ? 'not measured' : `${plusMinus(e, digits)} ${unit}`;
const signed = (value: number, digits = 1) => {
  const text = fixed(value, digits);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
};
const words = (name: string) => name.replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`);
/** The standard fonts know Windows-1252 only; anything else would come out as another character. */
const plain = (text: string) =>
  text.replace(/[^\u0020-\u007e\u00a0-\u00ff\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026\u20ac]/gu, '?');

export async function pdfOf(report: RefillReport): Promise<Uint8Array> {
  const { record } = report;
  const pdf = newPdf(`Refill ${record.summary.refill}`);
  const done = bytesOf(pdf);
  title(pdf, report);
  reconciliation(pdf, record.state);
  timeline(pdf, record.state);
  curves(pdf, report);
  trouble(pdf, report);
  origin(pdf, report);
  headsAndFeet(pdf, {
    head: plain(`Refill ${record.summary.refill} · pump ${record.summary.pumpSerial}`),
    foot: report.notice,
    simulated: record.state.simulated,
  });
  pdf.end();
  return done;
}

function title(pdf: Pdf, { record }: RefillReport): void {
  const { summary, state } = record;
  const { pump, order } = state;
  pdf.font('Helvetica-Bold').fontSize(18).fillColor(INK).text('Refill report', MARGIN, pdf.y);
  pdf.moveDown(0.2);
  const outcome = state.outcome === 'completed' ? 'Completed' : state.outcome === 'stopped' ? 'Stopped' : 'In progress';
  paragraph(
    pdf,
    plain(`${outcome}${state.stoppedReason === null ? '' : `: ${state.stoppedReason}`}`),
    state.outcome === 'stopped' ? BAD : INK,
  );
  pdf.moveDown(0.5);
  facts(
    pdf,
    (
      [
        ['Began', day(summary.beganMs)],
        ['Ended', summary.endedMs === null ? 'open' : day(summary.endedMs)],
        ['Pump', `${pump.model.model}, serial ${pump.serial}`],
        ['Patient reference', pump.patientRef ?? 'not recorded'],
        ['UDI', pump.udi ?? 'not recorded'],
        ['Label flow', `${pump.labelFlowMlPerDay} mL/d`],
        ['Person', state.by],
        ['Station', `${state.station} (firmware ${summary.firmware ?? 'not said'})`],
        ['Drug', order.drug],
        [
          'Lot, concentration',
          `${order.lot ?? 'not recorded'}, ${order.concentrationMgPerMl === null ? 'not recorded' : `${order.concentrationMgPerMl} mg/mL`}`,
        ],
        ['Needle', order.needleGauge],
        ['Filled', estimated(state.filled, 'mL')],
        ['Bolus path flushed', state.flushed ? estimated(state.flushed, 'mL') : 'no'],
      ] as const
    ).map(([label, value]) => [label, plain(value)] as const),
  );
}

function reconciliation(pdf: Pdf, state: RefillState): void {
  heading(pdf, 'The pump since the last visit', 110);
  const r = state.reconciliation;
  if (r === null) {
    paragraph(pdf, 'No reconciliation: the residual was not measured, or there is no earlier fill on record.');
    return;
  }
  const verdict = {
    within: "Within the pump's band.",
    outside: "OUTSIDE the pump's band.",
    indeterminate: r.atLeast
      ? 'Indeterminate: the pump was empty, since when is not known. Its flow was at least this.'
      : 'Indeterminate: the uncertainty reaches across the edge of the band.',
  }[r.verdict];
  paragraph(pdf, verdict, r.verdict === 'outside' ? BAD : INK);
  drawResiduals(pdf, r, state.pump.labelFlowMlPerDay);
  facts(pdf, [
    ['Last fill', `${r.lastFillMl.toFixed(1)} mL, ${r.days.toFixed(2)} days ago`],
    ['Actual flow', `${r.atLeast ? 'at least ' : ''}${estimated(r.actualFlow, 'mL/d', 2)}`],
    [
      'Deviation',
      `${r.atLeast ? 'at least ' : ''}${signed(r.deviationPercent.value)} ± ${Math.max(r.deviationPercent.u95, 0.1).toFixed(1)} % (+ is fast), band ±${r.bandPercent} %`,
    ],
    ['Residual', `${signed(r.deltaMl)} mL against expected (+ is slow)`],
    ['Circumstances', r.explainedPercent === null ? 'none given' : `explain ${signed(r.explainedPercent)} %`],
    [
      'Trend',
      r.trendPercentPer30Days === null
        ? 'fewer than three refills'
        : `${signed(r.trendPercentPer30Days)} %-points in 30 days`,
    ],
  ]);
}

function timeline(pdf: Pdf, state: RefillState): void {
  heading(pdf, 'Timeline (UTC)');
  table(
    pdf,
    [62, 90, 90],
    state.phases.map(({ phase, atMs, by }, i) => {
      const end = state.phases[i + 1]?.atMs ?? state.atMs;
      const seconds = Math.round((end - atMs) / 1000);
      return [clock(atMs), phase, `${seconds} s`, by === 'nurse' ? 'set by the nurse' : 'seen in the readings'];
    }),
  );
}

function curves(pdf: Pdf, { curves: c, record }: RefillReport): void {
  const { state } = record;
  const spanMs = Math.max(1, (c.levelMl.length - 1) * c.stepMs);
  const axis: TimeAxis = {
    stepMs: c.stepMs,
    phases: state.phases
      .map(({ phase, atMs }) => ({ name: phase, at: (atMs - c.fromMs) / spanMs }))
      .filter(({ at }) => at >= 0 && at <= 1),
  };
  heading(pdf, 'Curves (minutes since the beginning)', 130);
  const capacity = state.pump.model.capacityMl;
  drawCurve(
    pdf,
    { title: 'Reservoir level', unit: 'mL', values: c.levelMl, u95: c.levelU95Ml, including: [0, capacity] },
    axis,
  );
  drawCurve(
    pdf,
    { title: 'Line flow, + into the pump', unit: 'mL/min', values: c.lineFlowMlPerMin, including: [0] },
    axis,
  );
  drawCurve(pdf, { title: 'Line pressure, gauge', unit: 'kPa', values: c.linePressureKpa, including: [0] }, axis);
}

function trouble(pdf: Pdf, { record }: RefillReport): void {
  const { state, alarms } = record;
  heading(pdf, 'Advisories');
  if (state.advisories.length === 0) paragraph(pdf, 'None.');
  else
    table(
      pdf,
      [62, 130],
      state.advisories.map(({ advisory, sinceMs, evidence }) => [
        clock(sinceMs),
        words(advisory),
        Object.entries(evidence)
          .map(([name, value]) => `${words(name)} ${Number(value.toFixed(2))}`)
          .join(', '),
      ]),
    );
  heading(pdf, 'Hold points');
  table(
    pdf,
    [110, 80, 90],
    state.holds.map(({ hold, state: now, by, reason }) => [words(hold), now, plain(by ?? ''), plain(reason ?? '')]),
  );
  if ((state.corrections ?? []).length > 0) {
    heading(pdf, 'Corrected by hand');
    table(
      pdf,
      [62, 110, 90],
      (state.corrections ?? []).map(({ atMs, what, ml, by, reason }) => [
        clock(atMs),
        `${what} ${ml.toFixed(2)} mL`,
        plain(by),
        plain(reason),
      ]),
    );
  }
  heading(pdf, 'Alarms of the station meanwhile');
  if (alarms.length === 0) paragraph(pdf, 'None.');
  else
    table(
      pdf,
      [62, 92, 150],
      alarms.map(({ atUtcMs, event, condition, priority, by, detail }) => [
        clock(atUtcMs),
        event,
        `${words(condition ?? '')}${priority === null ? '' : ` (${priority})`}`,
        plain([by, detail].filter(Boolean).join(': ')),
      ]),
    );
}

function origin(pdf: Pdf, { record, certificate, certificateNote, inputsMatch, made, sha256 }: RefillReport): void {
  heading(pdf, 'Record', 90);
  paragraph(
    pdf,
    plain(certificate?.statement ?? `No completeness certificate: ${certificateNote ?? 'none was made'}.`),
    certificate !== null && certificate.verdict !== 'complete' ? BAD : INK,
  );
  if (!inputsMatch)
    paragraph(
      pdf,
      'THE INPUTS ON RECORD ARE NOT THOSE OF THIS REFILL: their hash differs. Do not rely on the curves.',
      BAD,
    );
  pdf.moveDown(0.4);
  keepTogether(pdf, 60);
  facts(pdf, [
    ['hai-bridge', `${record.software}, ${plain(`${record.site} / ${record.bridge}`)}`],
    ['Report made', made],
    ['Inputs', `${record.inputs}, SHA-256 ${record.inputsSha256.slice(0, 16)}...`],
    ['Certificate', certificate === null ? 'none' : `SHA-256 ${certificate.sha256.slice(0, 16)}...`],
  ]);
  pdf.moveDown(0.3);
  paragraph(pdf, `SHA-256 of this report's JSON form: ${sha256}`);
}
