/** What the bridge keeps for nurses: the alarm system and the refills, over one file of records. */
import type { PumpModel } from '../refill/model.ts';
import type { AlarmDesk } from './alarm-desk.ts';
import type { Audit } from './audit.ts';
import type { PumpRegister } from './pump-register.ts';
import type { RefillDesk } from './refill-desk.ts';

export interface Desks {
  readonly alarms: Pick<AlarmDesk, 'board' | 'acknowledge' | 'pause' | 'resume' | 'log'>;
  readonly refills: Pick<RefillDesk, 'stations' | 'state' | 'busy' | 'begin' | 'act' | 'list' | 'record' | 'inputs'>;
  readonly register: Pick<PumpRegister, 'all' | 'get' | 'put' | 'remove' | 'history'>;
  /** Shipped ones and the site's own. */
  readonly models: readonly PumpModel[];
  readonly audit: Audit;
}
