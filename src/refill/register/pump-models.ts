/**
 * Pump models that are shipped. Names of fields under `unverified` nobody has confirmed against the instructions for use of that
 * very model: a site checks them there, and corrects them by `refill.pumpModelsFile`. Propellant pressures of gas pumps are
 * not published by anybody.
 */
import type { PumpModel } from '../model.ts';

const SEPTUM_NEEDLE = '22 G non-coring (Huber)';

function codman(capacityMl: number, labelFlowsMlPerDay: readonly number[]): PumpModel {
  return {
    model: `codman-3000-${capacityMl}`,
    manufacturer: 'Codman (Johnson & Johnson)',
    capacityMl,
    deadVolumeMl: 1.5,
    labelFlowsMlPerDay,
    tolerancePercent: 15,
    septa: 2,
    needle: SEPTUM_NEEDLE,
    udiDi: null,
    propellantGaugeKpaAt37: null,
    source:
      'construction and septa: PMA P890055 (FR 61:37071) and its summary of safety and effectiveness; volumes, flow classes and ' +
      'tolerance recalled, no instructions for use found',
    unverified: [
      'capacityMl',
      'deadVolumeMl',
      'labelFlowsMlPerDay',
      'tolerancePercent',
      'needle',
      'propellantGaugeKpaAt37',
    ],
  };
}

function isomed(capacityMl: number): PumpModel {
  return {
    model: `isomed-8472-${capacityMl}`,
    manufacturer: 'Medtronic',
    capacityMl,
    deadVolumeMl: 1.4,
    labelFlowsMlPerDay: [0.3, 0.5, 1, 1.5, 2, 2.5],
    tolerancePercent: 15,
    septa: 1,
    needle: SEPTUM_NEEDLE,
    udiDi: null,
    propellantGaugeKpaAt37: null,
    source:
      'IsoMed Information for Prescribers: model codes 8472-20/-35; flows read from the code suffixes 03 to 25. Discontinued',
    unverified: ['deadVolumeMl', 'labelFlowsMlPerDay', 'tolerancePercent', 'needle', 'propellantGaugeKpaAt37'],
  };
}

function archimedes(capacityMl: number): PumpModel {
  return {
    model: `archimedes-${capacityMl}`,
    manufacturer: 'Codman',
    capacityMl,
    deadVolumeMl: 1.5,
    labelFlowsMlPerDay: [0.5, 0.8, 1, 1.3, 2],
    tolerancePercent: 15,
    septa: 1,
    needle: SEPTUM_NEEDLE,
    udiDi: null,
    propellantGaugeKpaAt37: null,
    source: 'constant-flow pump sold outside the USA; a manual exists and could not be read',
    unverified: [
      'capacityMl',
      'deadVolumeMl',
      'labelFlowsMlPerDay',
      'tolerancePercent',
      'septa',
      'needle',
      'propellantGaugeKpaAt37',
    ],
  };
}

export const SHIPPED_MODELS: readonly PumpModel[] = [
  {
    model: 'intera-3000',
    manufacturer: 'Intera Oncology',
    capacityMl: 30,
    deadVolumeMl: 1.5,
    labelFlowsMlPerDay: [1, 1.1, 1.2, 1.3],
    tolerancePercent: 15,
    septa: 2,
    needle: SEPTUM_NEEDLE,
    udiDi: '00850014110147',
    propellantGaugeKpaAt37: null,
    source:
      'tolerance: FDA recall of 2022, more than 15 % outside of the labelled flow; septa: SSED of P890055; volume: maker text, ' +
      'about 1 oz; UDI-DI: copies of openFDA recall data, its check digit is right',
    unverified: ['capacityMl', 'deadVolumeMl', 'labelFlowsMlPerDay', 'needle', 'udiDi', 'propellantGaugeKpaAt37'],
  },
  codman(16, [0.3, 0.5, 1, 1.3]),
  codman(30, [0.3, 0.5, 1, 1.3, 1.7]),
  codman(50, [0.5, 1, 1.7, 2.3, 3.4]),
  archimedes(20),
  archimedes(35),
  archimedes(50),
  archimedes(60),
  isomed(20),
  isomed(35),
];
