/**
 * A gas-driven constant-flow pump: a bellows of drug pressed by a two-phase propellant at body heat, emptying through a
 * capillary restrictor. Pure: time is an argument, nothing is read from outside.
 *
 * Pressures are kPa, temperatures Cel, volumes mL. Volumes are drainable: the dead volume that no needle reaches is left out.
 */
import { FLUIDS, type Fluid, mixFluids, viscosityMpas, waterViscosityMpas } from './fluids.ts';
import { type Propellant, vapourPressureKpa } from './propellant.ts';
import type { PumpModel } from './pump-models.ts';
import { KPA_PER_MMHG, SEA_LEVEL_KPA, SECONDS_PER_DAY } from './units.ts';

/** Heat capacity of the infusate, J/(mL K): water 4.186 J/(g K) times 1.005 g/mL. */
const INFUSATE_HEAT_J_PER_ML_K = 4.207;

/** Conditions at which the flow on a pump's label holds, for a fluid like water. */
export const LABEL_CONDITIONS = { bodyCel: 37, ambientKpa: SEA_LEVEL_KPA, arterialMmHg: 90 } as const;
const LABEL_VISCOSITY_MPAS = waterViscosityMpas(LABEL_CONDITIONS.bodyCel);

/** What is around the pump. */
export interface Surroundings {
  readonly bodyCel: number;
  readonly ambientKpa: number;
  readonly arterialMmHg: number;
}

/** One pump of a model. */
export interface PumpUnit {
  readonly model: PumpModel;
  readonly labelFlowMlPerDay: number;
  /** Flow of the restrictor over that of the label: 1 is a pump that keeps its label, 1.2 one that runs 20 % fast. */
  readonly flowRatio: number;
}

export interface PumpState {
  /** Drainable volume. */
  readonly volumeMl: number;
  readonly temperatureCel: number;
  readonly fluid: Fluid;
}

/** How much of the propellant's push reaches the fluid: 1, fading to 0 over the last share before empty. */
export function pushShare(model: PumpModel, volumeMl: number): number {
  return Math.min(1, Math.max(0, volumeMl / (model.emptyStopShare * model.capacityMl)));
}

/** Gauge pressure of the fluid in the reservoir. */
export function reservoirGaugeKpa(model: PumpModel, state: PumpState, ambientKpa: number): number {
  const propellant = vapourPressureKpa(model.propellant, state.temperatureCel) - ambientKpa;
  const beyond = Math.max(0, state.volumeMl - model.capacityMl);
  return propellant * pushShare(model, state.volumeMl) + beyond * model.fullStopKpaPerMl;
}

function drivingKpa(propellant: Propellant, cel: number, ambientKpa: number, arterialMmHg: number): number {
  return vapourPressureKpa(propellant, cel) - ambientKpa - arterialMmHg * KPA_PER_MMHG;
}

const labelDriving = new WeakMap<Propellant, number>();

function labelDrivingKpa(propellant: Propellant): number {
  let kpa = labelDriving.get(propellant);
  if (kpa === undefined) {
    const { bodyCel, ambientKpa, arterialMmHg } = LABEL_CONDITIONS;
    kpa = drivingKpa(propellant, bodyCel, ambientKpa, arterialMmHg);
    labelDriving.set(propellant, kpa);
  }
  return kpa;
}

/**
 * Flow over label flow at these conditions, reservoir well filled: Poiseuille through the restrictor. Not below 0: that
 * a pump takes fluid back when the pressure around it is higher is known of one hyperbaric case and left out.
 */
export function flowFactor(
  propellant: Propellant,
  pumpCel: number,
  ambientKpa: number,
  arterialMmHg: number,
  fluid: Fluid = FLUIDS.saline,
): number {
  const pressure = drivingKpa(propellant, pumpCel, ambientKpa, arterialMmHg) / labelDrivingKpa(propellant);
  return Math.max(0, pressure * (LABEL_VISCOSITY_MPAS / viscosityMpas(fluid, pumpCel)));
}

/** Flow to the catheter, mL/d. */
export function catheterFlowMlPerDay(unit: PumpUnit, state: PumpState, around: Surroundings): number {
  const { model, labelFlowMlPerDay, flowRatio } = unit;
  const { temperatureCel, fluid } = state;
  const factor = flowFactor(model.propellant, temperatureCel, around.ambientKpa, around.arterialMmHg, fluid);
  return labelFlowMlPerDay * flowRatio * factor * pushShare(model, state.volumeMl);
}

/** Temperature after `volumeMl` of fluid came in (no heat from the body): all contents and the pump share it. */
function mixedCel(model: PumpModel, state: PumpState, volumeMl: number, fluidCel: number): number {
  const before = model.thermalMassJPerK + INFUSATE_HEAT_J_PER_ML_K * Math.max(0, state.volumeMl);
  const added = INFUSATE_HEAT_J_PER_ML_K * volumeMl;
  return (state.temperatureCel * before + fluidCel * added) / (before + added);
}

/** What came through the septum in a step; negative `ml`: drained. */
export interface Inflow {
  readonly ml: number;
  readonly cel: number;
  readonly fluid: Fluid;
}

/** The pump `seconds` later. Never drains below empty. */
export function stepPump(
  unit: PumpUnit,
  state: PumpState,
  around: Surroundings,
  seconds: number,
  inflow: Inflow,
): PumpState {
  const { model } = unit;
  let temperatureCel = inflow.ml > 0 ? mixedCel(model, state, inflow.ml, inflow.cel) : state.temperatureCel;
  temperatureCel += (around.bodyCel - temperatureCel) * (1 - Math.exp(-seconds / model.rewarmingS));
  const delivered = (catheterFlowMlPerDay(unit, state, around) * seconds) / SECONDS_PER_DAY;
  const fluid = inflow.ml > 0 ? mixFluids(state.fluid, state.volumeMl, inflow.fluid, inflow.ml) : state.fluid;
  return { volumeMl: Math.max(0, state.volumeMl + inflow.ml - delivered), temperatureCel, fluid };
}

/** A stretch of the time between two refills. */
export interface Stretch extends Surroundings {
  readonly days: number;
}

/** What is left after those stretches, with the fading push at the end: what the next visit finds. */
export function volumeAfter(unit: PumpUnit, filledMl: number, fluid: Fluid, stretches: readonly Stretch[]): number {
  const fadesBelowMl = unit.model.emptyStopShare * unit.model.capacityMl;
  let volumeMl = filledMl;
  for (const { days, bodyCel, ambientKpa, arterialMmHg } of stretches) {
    const factor = flowFactor(unit.model.propellant, bodyCel, ambientKpa, arterialMmHg, fluid);
    const perDay = unit.labelFlowMlPerDay * unit.flowRatio * factor;
    const steadyDays = Math.min(days, Math.max(0, volumeMl - fadesBelowMl) / perDay || 0);
    volumeMl -= perDay * steadyDays;
    if (days > steadyDays) volumeMl *= Math.exp((-perDay * (days - steadyDays)) / fadesBelowMl);
  }
  return volumeMl;
}
