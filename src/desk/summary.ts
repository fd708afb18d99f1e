/** A refill's state in the words of the records. */
import type { RefillSummary } from '../records/model.ts';
import type { PastFill, RefillState } from '../refill/model.ts';

/** What the station said of itself when the refill began. */
export interface StationVersions {
  readonly firmware: string | null;
  readonly hardware: string | null;
}

export function summaryOf(state: RefillState, versions: StationVersions, endedMs: number | null): RefillSummary {
  const { pump, reconciliation } = state;
  return {
    refill: state.refill,
    station: state.station,
    pump: pump.pump,
    pumpModel: pump.model.model,
    pumpSerial: pump.serial,
    patientRef: pump.patientRef,
    simulated: state.simulated,
    by: state.by,
    beganMs: state.beganMs,
    endedMs,
    fillAtMs: fillOf(state)?.atMs ?? null,
    outcome: state.outcome,
    stoppedReason: state.stoppedReason,
    residualMl: state.residual?.value ?? null,
    filledMl: state.filled?.value ?? null,
    actualFlow: reconciliation?.actualFlow.value ?? null,
    deviationPercent: reconciliation?.deviationPercent.value ?? null,
    verdict: reconciliation?.verdict ?? null,
    overrides: state.holds.filter((hold) => hold.state === 'overridden').length,
    advisories: state.advisories.length,
    ...versions,
  };
}

/** A level that is known within this share of the fill. */
const KNOWN_SHARE = 0.2;
const ASTRAY: readonly string[] = ['needleNotInReservoir', 'needleDislodged'];

/**
 * What the pump's register remembers of it: the next reconciliation starts from here. `null` when nothing went in, or when
 * a stopped refill leaves open how much of it is in the reservoir: then a person enters it.
 */
export function fillOf(state: RefillState): PastFill | null {
  const { filled, outcome, order, residual, reconciliation, phases, atMs } = state;
  if (filled === null || outcome === 'in-progress') return null;
  const astray = state.advisories.some(({ advisory }) => ASTRAY.includes(advisory));
  // Or in which a needle was astray, and what the reservoir holds was not found out afterwards.
  const unknown = state.level === null || state.level.u95 > KNOWN_SHARE * filled.value;
  if (astray && (outcome === 'stopped' || unknown)) return null;
  const ended =
    phases.findLast(({ phase }) => phase === 'deaccess') ?? phases.findLast(({ phase }) => phase === 'record');
  return {
    atMs: ended?.atMs ?? atMs,
    filledMl: filled.value,
    filledU95Ml: filled.u95,
    densityGPerMl: order.densityGPerMl,
    residualMl: residual?.value ?? null,
    actualFlow: reconciliation?.actualFlow ?? null,
  };
}
