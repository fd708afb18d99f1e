/** A simulated refill as the engine would have heard it through the daemon: `begin`, then readings and station events. */
import type { HrspMessage } from '../../protocols/hrsp/messages.ts';
import { describeCase, playRefill, type RefillCase, type TruthSample } from '../../simulator/batch.ts';
import type { FillOrder, IntervalContext, Pump, PumpModel, RefillInput } from '../../src/refill/model.ts';
import { MS_PER_DAY } from '../../src/refill/residual.ts';

/** Some moment; nothing depends on it. */
const ARRIVES_MS = Date.UTC(2026, 2, 3, 9, 0, 0);
const BOOT_ID = '5EED0001';

export type BeginInput = Extract<RefillInput, { kind: 'begin' }>;

/** What the site has on record of this patient's pump, and what is ordered. */
export function beginOf(task: RefillCase): BeginInput {
  const c = describeCase(task);
  const { propellant, labelFlowsMlPerDay, septa } = task.pump.model;
  const model: PumpModel = {
    model: c.pump.model,
    manufacturer: task.pump.model.maker,
    capacityMl: c.pump.capacityMl,
    deadVolumeMl: c.pump.deadVolumeMl,
    labelFlowsMlPerDay,
    tolerancePercent: c.pump.tolerancePercent,
    septa,
    needle: '22 G non-coring',
    udiDi: c.pump.udiDi,
    // What the model's data sheet would say: single pumps differ from it.
    propellantGaugeKpaAt37: propellant.law === 'r11' ? null : 80,
    source: 'simulated',
  };
  const { recordedFillMl, days } = c.since;
  const pump: Pump = {
    pump: 'evaluated',
    model,
    serial: c.pump.serial,
    udi: null,
    labelFlowMlPerDay: c.pump.labelFlowMlPerDay,
    patientRef: null,
    fills:
      recordedFillMl === null
        ? []
        : [
            {
              atMs: ARRIVES_MS - days * MS_PER_DAY,
              filledMl: recordedFillMl,
              residualMl: null,
              actualFlow: null,
              densityGPerMl: c.residualDensityGPerMl,
            },
          ],
  };
  const order: FillOrder = {
    fillMl: c.fill.ml,
    drug: c.fill.fluid,
    concentrationMgPerMl: null,
    lot: null,
    densityGPerMl: c.fill.densityGPerMl,
    needleGauge: c.gauge,
    expectedPumpUdi: c.ordered.pump.data,
    expectedDrugCode: c.ordered.drug.data,
  };
  const { feverDays, feverCel, homeAltitudeM, flightHours } = c.since;
  const context: IntervalContext = { feverDays, feverCel, homeAltitudeM, flightHours };
  return {
    kind: 'begin',
    atMs: ARRIVES_MS,
    refill: 'evaluated',
    station: 'SIM-0001',
    by: 'evaluation',
    pump,
    order,
    context,
    simulated: true,
  };
}

export interface Listener {
  input(input: RefillInput): void;
  truth?(truth: TruthSample, atMs: number): void;
}

/** Plays the case; the daemon's `Reporter` makes the same events of STA lines. */
export function hearRefill(task: RefillCase, hear: Listener, rateHz = 10): void {
  hear.input(beginOf(task));
  const known = new Map<string, string>();
  playRefill(
    task,
    {
      message: (message, tickMs) => {
        for (const input of inputsOf(message, tickMs, known)) hear.input(input);
      },
      truth: (truth) => hear.truth?.(truth, ARRIVES_MS + truth.tickMs),
    },
    { rateHz },
  );
}

function inputsOf(message: HrspMessage, tickMs: number, known: Map<string, string>): RefillInput[] {
  const atMs = ARRIVES_MS + tickMs;
  const event = (source: string, state: string, data = ''): RefillInput => ({
    kind: 'station',
    atMs,
    source,
    state,
    data,
  });
  switch (message.type) {
    case 'TEL':
      return [
        {
          kind: 'reading',
          atMs,
          reading: { values: message.values, flags: message.flags, deviceTickMs: tickMs, bootId: BOOT_ID },
        },
      ];
    case 'EVT':
      known.set(message.source, message.state);
      return [event(message.source, message.state, message.data)];
    case 'STA':
      return (['needle', 'clamp'] as const).flatMap((part) => {
        const state = message[part];
        if (known.get(part) === state) return [];
        known.set(part, state);
        return [event(part, state)];
      });
    default:
      return [];
  }
}
