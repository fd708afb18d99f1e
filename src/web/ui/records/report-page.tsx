import type { Reconciliation, RefillState } from '../../../refill/model.ts';
import type { RefillRecord } from '../../api-types.ts';
import { ReconciliationPanel } from '../bedside/reconciliation-panel.tsx';
import { evidenceText } from '../model/evidence.ts';
import { hashOf } from '../model/route.ts';
import { SimulatedBand } from '../parts/simulated-band.tsx';
import { numberText, uncertaintyText } from '../shown.ts';
import { strings } from '../strings.ts';
import { clockTextWithSeconds, dateAndClockText, stopwatchText } from '../time-text.ts';
import { useAnswer } from '../use-answer.ts';
import { AlarmTable } from './alarm-table.tsx';
import { CertificateCheck } from './certificate-check.tsx';
import { Facts } from './facts.tsx';
import { PageFrame } from './page-frame.tsx';
import { RecordedCurves } from './recorded-curves.tsx';
import { Table } from './table.tsx';

/** The same for paper and for other systems. */
const FORMS = [
  ['report.pdf', 'PDF'],
  ['report', 'JSON'],
  ['fhir', 'FHIR'],
] as const;

/** Everything that is on record of one refill; made to be printed, too. */
export function ReportPage({ id }: { id: string }) {
  const words = strings.records.report;
  const { answer, failed, problem, again } = useAnswer<RefillRecord>(`refills/${encodeURIComponent(id)}`);
  const record = answer.value;
  const unknown = failed.value?.said?.code === 'unknown-refill';
  return (
    <PageFrame
      title={words.title}
      problem={unknown ? words.unknown(id) : problem}
      onRetry={again}
      actions={
        record && (
          <div class="records-actions">
            <button type="button" onClick={() => print()}>
              {words.print}
            </button>
            {FORMS.map(([path, name]) => (
              <a key={path} class="back" href={`api/v1/refills/${encodeURIComponent(id)}/${path}`} download>
                {name}
              </a>
            ))}
          </div>
        )
      }
    >
      {record ? <Report record={record} /> : !problem && <p>{strings.records.loading}</p>}
    </PageFrame>
  );
}

function Report({ record }: { record: RefillRecord }) {
  const words = strings.records.report;
  const { state, summary } = record;
  const endMs = summary.endedMs ?? state.atMs;
  return (
    <>
      {state.simulated && <SimulatedBand sticky="top" text={strings.simulatedHere} />}
      <Identity record={record} />
      {state.reconciliation && <ReconciliationPanel state={state} />}
      <section class="panel report-part">
        <h2>{words.curves}</h2>
        <RecordedCurves refill={state.refill} station={state.station} fromMs={state.beganMs} toMs={endMs} />
      </section>
      <section class="report-part">
        <h2>{words.timeline}</h2>
        <Timeline state={state} />
      </section>
      <section class="report-part">
        <h2>{words.holds}</h2>
        <Holds state={state} />
      </section>
      {state.advisories.length > 0 && (
        <section class="report-part">
          <h2>{words.advisories}</h2>
          <Advisories state={state} />
        </section>
      )}
      {record.alarms.length > 0 && (
        <section class="report-part">
          <h2>{strings.alarms.title}</h2>
          <AlarmTable entries={record.alarms} />
        </section>
      )}
      {state.scans.length > 0 && (
        <section class="report-part">
          <h2>{words.scans}</h2>
          <ul>
            {state.scans.map((scan) => (
              <li key={scan.atMs}>
                {clockTextWithSeconds(scan.atMs)} {scan.symbology} <code>{scan.data}</code>
              </li>
            ))}
          </ul>
        </section>
      )}
      <CertificateCheck station={state.station} of={{ fromMs: state.beganMs, toMs: endMs }} />
      <p class="note report-hash">
        {words.hash(record.inputs)}: <code>{record.inputsSha256}</code>
      </p>
    </>
  );
}

const estimate = (of: Reconciliation['residual'] | null) =>
  of && `${strings.refill.plusMinus(numberText(of.value, 1), uncertaintyText(of.u95, 1))} mL`;

function Identity({ record }: { record: RefillRecord }) {
  const words = strings.records;
  const { state } = record;
  const { pump, order, context } = state;
  const endedMs = record.summary.endedMs;
  const fever =
    context.feverDays === 0
      ? words.report.noFever
      : words.report.fever(numberText(context.feverDays, 1), numberText(context.feverCel, 1));
  return (
    <section class="panel report-part" aria-label={words.report.identity}>
      <Facts
        of={[
          [words.columns.outcome, outcomeText(record)],
          [words.columns.pump, <a href={hashOf({ view: 'pump', key: pump.pump })}>{pump.serial}</a>],
          [words.columns.model, `${pump.model.manufacturer} ${pump.model.model}`],
          [words.columns.patient, pump.patientRef],
          [words.columns.person, state.by],
          [words.columns.station, state.station],
          [words.columns.when, dateAndClockText(state.beganMs)],
          [words.report.ended, endedMs && dateAndClockText(endedMs)],
          [strings.refill.ended.took, stopwatchText((endedMs ?? state.atMs) - state.beganMs)],
          [words.columns.residual, estimate(state.residual)],
          [words.columns.filled, estimate(state.filled)],
          ...(state.flushed ? ([[strings.refill.flushed, estimate(state.flushed)]] as const) : []),
          [
            words.report.order,
            `${numberText(order.fillMl, 1)} mL ${order.drug}${order.concentrationMgPerMl === null ? '' : ` ${numberText(order.concentrationMgPerMl, 2)} mg/mL`}`,
          ],
          [strings.start.order.lot, order.lot],
          [strings.start.order.needle, order.needleGauge.replace('G', ' G')],
          [
            words.report.context,
            `${fever}; ${words.report.place(numberText(context.homeAltitudeM, 0), numberText(context.flightHours, 0))}`,
          ],
          [words.report.site, `${record.site} · ${record.bridge}`],
          [words.report.software, `hai-bridge ${record.software}`],
          [words.report.firmware, record.summary.firmware],
        ]}
      />
    </section>
  );
}

function outcomeText({ summary }: RefillRecord): string {
  const outcome = strings.records.outcomes[summary.outcome];
  return summary.stoppedReason === null ? outcome : `${outcome}: ${summary.stoppedReason}`;
}

function Timeline({ state }: { state: RefillState }) {
  const words = strings.records;
  return (
    <Table
      rows={state.phases}
      keyOf={({ phase, atMs }) => `${phase} ${atMs}`}
      columns={[
        { title: words.columns.time, cell: ({ atMs }) => clockTextWithSeconds(atMs) },
        { title: strings.refill.progress, cell: ({ phase }) => strings.refill.phases[phase] },
        {
          title: words.columns.person,
          cell: ({ by }) => (by === 'nurse' ? words.report.byNurse : words.report.byReadings),
        },
      ]}
    />
  );
}

function Holds({ state }: { state: RefillState }) {
  const words = strings.records;
  return (
    <Table
      rows={state.holds}
      keyOf={({ hold }) => hold}
      columns={[
        { title: words.report.holds, cell: ({ hold }) => words.report.holdNames[hold] },
        { title: words.columns.outcome, cell: (hold) => words.report.holdStates[hold.state] },
        { title: words.columns.time, cell: ({ atMs }) => (atMs === null ? strings.blank : clockTextWithSeconds(atMs)) },
        { title: words.columns.person, cell: ({ by }) => by ?? strings.blank },
        { title: strings.refill.act.reason, cell: ({ reason }) => reason ?? strings.blank },
      ]}
    />
  );
}

function Advisories({ state }: { state: RefillState }) {
  const words = strings.records;
  return (
    <Table
      rows={state.advisories}
      keyOf={({ advisory, sinceMs }) => `${advisory} ${sinceMs}`}
      columns={[
        { title: words.columns.time, cell: ({ sinceMs }) => clockTextWithSeconds(sinceMs) },
        { title: words.report.advisories, cell: ({ advisory }) => strings.alarms.conditions[advisory].name },
        {
          title: words.columns.detail,
          cell: ({ evidence }) => evidenceText(evidence, strings.alarms.evidence, strings.decimalMark, strings.unit),
        },
      ]}
    />
  );
}
