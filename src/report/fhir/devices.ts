/** Pump, station and the station's channels. */
import type { RefillReport } from '../report.ts';
import { CHANNELS, type MetricName, quantity } from './codes.ts';
import type { Entries } from './references.ts';

export const METRICS = Object.keys(CHANNELS) as MetricName[];

export function addDevices(entries: Entries, { record }: RefillReport): void {
  const { pump } = record.state;
  const { model } = pump;
  entries.add('pump', {
    resourceType: 'Device',
    identifier: [{ system: 'urn:hai-bridge:pump', value: pump.pump }],
    ...((pump.udi ?? model.udiDi) !== null && {
      udiCarrier: [
        {
          ...(model.udiDi !== null && {
            deviceIdentifier: model.udiDi,
            issuer: 'http://hl7.org/fhir/NamingSystem/gs1',
          }),
          ...(pump.udi !== null && { carrierHRF: pump.udi }),
        },
      ],
    }),
    manufacturer: model.manufacturer,
    serialNumber: pump.serial,
    deviceName: [{ name: model.model, type: 'model-name' }],
    type: { text: 'implanted constant-flow infusion pump' },
    property: [
      property('label flow', quantity(pump.labelFlowMlPerDay, 'mL/d')),
      property('reservoir capacity (drainable)', quantity(model.capacityMl, 'mL')),
      property('dead volume', quantity(model.deadVolumeMl, 'mL')),
    ],
  });
  const { firmware, hardware, station } = record.summary;
  entries.add('station', {
    resourceType: 'Device',
    identifier: [{ system: 'urn:hai-bridge:station', value: station }],
    serialNumber: station,
    type: { text: 'refill station' },
    version: [
      ...(firmware === null ? [] : [{ type: { text: 'firmware' }, value: firmware }]),
      ...(hardware === null ? [] : [{ type: { text: 'hardware revision' }, value: hardware }]),
      { type: { text: 'hai-bridge' }, value: record.software },
    ],
  });
  for (const name of METRICS) {
    const { type, unit, category } = CHANNELS[name];
    entries.add(`metric/${name}`, {
      resourceType: 'DeviceMetric',
      type,
      unit,
      source: entries.to('station'),
      operationalStatus: 'on',
      category,
    });
  }
}

function property(text: string, value: ReturnType<typeof quantity>) {
  return { type: { text }, valueQuantity: [value] };
}
