/** Puts alarms, refills and their records together. */
import { join } from 'node:path';
import { ALARM_LOG_ENTRIES } from '../alarms/config.ts';
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { AlarmDesk } from '../desk/alarm-desk.ts';
import { auditTo } from '../desk/audit.ts';
import { startDemoNurse } from '../desk/demo-nurse.ts';
import type { Desks } from '../desk/desks.ts';
import { ExpectedRefills } from '../desk/expected-refills.ts';
import { PumpRegister } from '../desk/pump-register.ts';
import { RefillDesk } from '../desk/refill-desk.ts';
import type { Logger } from '../logger.ts';
import type { RefillRecord } from '../records/model.ts';
import { RecordsFile } from '../records/records.ts';
import { pumpModels } from './pump-models.ts';

export const RECORDS_FILE = 'records.db';
const LAST_WRITES_MS = 3000;

export interface OpenDesks extends Desks {
  readonly expected: ExpectedRefills;
  /** Says the present state to those who began to listen after the start. */
  announce(): void;
  /** The broker has the record of this refill: it is not said again after a restart. */
  reported(refill: string): void;
  /** Begins and ends refills of simulated patients by itself. Returns the function that ends that. */
  demonstrate(): () => void;
  stop(): Promise<void>;
}

/** Throws `RecordsUnavailable`. To be started before anything that determines alarm conditions. */
export async function openDesks(options: {
  readonly config: Config;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly random?: () => number;
  readonly logger: Logger;
  readonly version: string;
}): Promise<OpenDesks> {
  const { config, bus, clock, random = Math.random, logger, version } = options;
  const { bridge } = config;
  const records = new RecordsFile({
    path: join(config.data, RECORDS_FILE),
    clock,
    logger: logger.child({ part: 'records' }),
    onTrouble: (reason) =>
      bus.emit('condition', {
        source: bridge,
        condition: 'recordsNotWriting',
        present: reason !== null,
        detail: reason,
      }),
    alarmLog: { keepDays: config.alarms.logKeepDays, keepEntries: ALARM_LOG_ENTRIES },
  });
  const models = pumpModels(config);
  const kept = await records.open();
  const alarms = new AlarmDesk({
    bus,
    clock,
    logger: logger.child({ part: 'alarms' }),
    records,
    settings: config.alarms,
    version,
    kept,
  });
  alarms.start();
  const register = new PumpRegister({
    records,
    kept: kept.pumps,
    clock,
    logger: logger.child({ part: 'pumps' }),
    dryMl: config.refill.thresholds.dryMl,
  });
  const refills = new RefillDesk({
    bus,
    clock,
    random,
    logger: logger.child({ part: 'refills' }),
    records,
    register,
    settings: config.refill,
    written: { site: config.site, bridge, software: version },
    kept: kept.open,
    alarmLog: (source, fromMs) => alarms.since(source, fromMs),
  });
  alarms.onLogged((entry) => refills.alarmLogged(entry));
  const expected = new ExpectedRefills({ bus, clock, logger: logger.child({ part: 'refills' }), records, register });
  await expected.start();
  await refills.start();
  bus.emit('condition', { source: bridge, condition: 'recordsNotWriting', present: false, detail: null });
  bus.emit('condition', {
    source: bridge,
    condition: 'recordsDamaged',
    present: kept.putAside !== null,
    detail:
      kept.putAside === null
        ? null
        : `refills, pumps and alarms up to now are in ${kept.putAside}, which is damaged: keep it, and restore a copy if there is one`,
  });
  return {
    alarms,
    refills,
    register,
    expected,
    models,
    audit: auditTo(records, clock, logger.child({ part: 'audit' })),
    announce: () => {
      bus.emit('alarms', alarms.board());
      for (const station of refills.stations()) {
        const state = refills.state(station);
        if (state !== null) bus.emit('refill', state);
      }
      for (const json of kept.unpublished) bus.emit('record', JSON.parse(json) as RefillRecord);
    },
    demonstrate: () =>
      startDemoNurse({ bus, clock, logger: logger.child({ part: 'demo' }), refills, register, models }),
    reported: (refill) => void records.write({ do: 'record-published', refill }).catch(() => {}),
    stop: async () => {
      refills.stop();
      expected.stop();
      await alarms.stop();
      await records.close(LAST_WRITES_MS);
    },
  };
}
