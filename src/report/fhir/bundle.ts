/**
 * A refill report as a FHIR R4 (4.0.1) Bundle of type collection: Procedure, Devices, DeviceMetrics, Observations,
 * MedicationAdministration and DetectedIssues. It names no patient: the subject is the pseudonymous reference, if there is one.
 */
import { ALARM_CONDITIONS } from '../../alarms/catalogue.ts';
import type { RefillReport } from '../report.ts';
import { quantity, REFILL_PROCEDURE, TEST_DATA } from './codes.ts';
import { addDevices } from './devices.ts';
import { addObservations } from './observations.ts';
import { Entries, type Entry, instant } from './references.ts';

export interface Bundle {
  readonly resourceType: 'Bundle';
  readonly meta?: object;
  readonly identifier: { readonly system: string; readonly value: string };
  readonly type: 'collection';
  readonly timestamp: string;
  readonly entry: readonly Entry[];
}

const SEVERITY = { high: 'high', medium: 'moderate', low: 'low' } as const;
const STATUS = { completed: 'completed', stopped: 'stopped', 'in-progress': 'in-progress' } as const;

export function bundleOf(report: RefillReport): Bundle {
  const { summary, state } = report.record;
  const entries = new Entries(summary.refill);
  const subject =
    summary.patientRef === null
      ? { display: 'not recorded' }
      : { identifier: { system: 'urn:hai-bridge:patient-ref', value: summary.patientRef } };
  addProcedure(entries, report, subject);
  addDevices(entries, report);
  const observations = addObservations(entries, report, subject);
  addMedication(entries, report, subject);
  addIssues(entries, report, observations);
  const meta = state.simulated ? { meta: { tag: [TEST_DATA] } } : {};
  return {
    resourceType: 'Bundle',
    ...meta,
    identifier: { system: 'urn:hai-bridge:refill', value: summary.refill },
    type: 'collection',
    timestamp: report.made,
    entry: entries.list.map(({ fullUrl, resource }) => ({ fullUrl, resource: { ...resource, ...meta } })),
  };
}

function addProcedure(entries: Entries, report: RefillReport, subject: object): void {
  const { summary, state } = report.record;
  const ended = summary.endedMs === null ? {} : { end: instant(summary.endedMs) };
  const overrides = state.holds.filter((hold) => hold.state === 'overridden');
  const note = [
    { text: report.notice },
    ...overrides.map(({ hold, by, reason, atMs }) => ({
      ...(by !== null && { authorString: by }),
      ...(atMs !== null && { time: instant(atMs) }),
      text: `Hold point ${hold} overridden: ${reason ?? 'no reason on record'}`,
    })),
    ...(report.certificate === null ? [] : [{ text: `Record: ${report.certificate.statement}` }]),
    { text: `SHA-256 of the report: ${report.sha256}` },
  ];
  entries.add('procedure', {
    resourceType: 'Procedure',
    identifier: [{ system: 'urn:hai-bridge:refill', value: summary.refill }],
    status: STATUS[state.outcome],
    ...(state.stoppedReason !== null && { statusReason: { text: state.stoppedReason } }),
    code: REFILL_PROCEDURE,
    subject,
    performedPeriod: { start: instant(state.beganMs), ...ended },
    performer: [{ actor: { display: state.by } }],
    focalDevice: [
      {
        action: { coding: [{ system: 'http://hl7.org/fhir/device-action', code: 'manipulated' }] },
        manipulated: entries.to('pump'),
      },
    ],
    usedReference: [entries.to('station')],
    note,
  });
}

function addMedication(entries: Entries, { record }: RefillReport, subject: object): void {
  const { order, filled, atMs, outcome } = record.state;
  if (filled === null) return;
  const strength = order.concentrationMgPerMl === null ? '' : `, ${order.concentrationMgPerMl} mg/mL`;
  entries.add('medication', {
    resourceType: 'MedicationAdministration',
    status: outcome === 'completed' ? 'completed' : outcome === 'stopped' ? 'stopped' : 'in-progress',
    medicationCodeableConcept: { text: `${order.drug}${strength}${order.lot === null ? '' : `, lot ${order.lot}`}` },
    subject,
    effectiveDateTime: instant(atMs),
    device: [entries.to('pump')],
    partOf: [entries.to('procedure')],
    dosage: { text: 'filled into the reservoir', dose: quantity(Number(filled.value.toFixed(2)), 'mL') },
  });
}

function addIssues(entries: Entries, { record }: RefillReport, observations: readonly string[]): void {
  const { state } = record;
  const evidence = observations.filter((name) => !name.startsWith('curve/')).map((name) => entries.to(name));
  for (const [index, { advisory, sinceMs, evidence: numbers }] of state.advisories.entries()) {
    const drawn = Object.entries(numbers).map(([name, value]) => `${name} ${Number(value.toFixed(3))}`);
    entries.add(`issue/${index}`, {
      resourceType: 'DetectedIssue',
      status: 'final',
      code: { coding: [{ system: 'urn:hai-bridge:advisory', code: advisory }], text: words(advisory) },
      severity: SEVERITY[ALARM_CONDITIONS[advisory].priority],
      identifiedDateTime: instant(sinceMs),
      author: entries.to('station'),
      implicated: [entries.to('pump'), entries.to('procedure')],
      ...(evidence.length > 0 && { evidence: [{ detail: evidence }] }),
      ...(drawn.length > 0 && { detail: `Advisory, drawn from: ${drawn.join(', ')}` }),
    });
  }
}

/** `needleNotInReservoir` -> `needle not in reservoir`. */
const words = (name: string) => name.replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`);
